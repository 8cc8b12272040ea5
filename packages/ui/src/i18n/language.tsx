import { createInstance, type i18n } from 'i18next'
import type { ReactNode } from 'react'
import { I18nextProvider, initReactI18next, useTranslation } from 'react-i18next'
import { remember, remembered } from '../remembered.ts'
import { chinese } from './chinese.ts'
import { english } from './english.ts'
import type { KeyOf, Language, LoadMessages, Messages } from './messages.ts'

export type Values = Readonly<Record<string, string | number>>
export type Translate<K extends string> = (key: K, values?: Values) => string

const stored = 'gatehouse.language'
const tags: Record<Language, string> = { en: 'en', zh: 'zh-CN' }
const isLanguage = (value: unknown): value is Language => value === 'en' || value === 'zh'

/** A choice made here before, or the browser's own preference. */
function preferred(): Language {
  const chosen = remembered(stored)
  if (isLanguage(chosen)) return chosen
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const show = (language: Language) => {
  document.documentElement.lang = tags[language]
}

const shared: Record<Language, Messages> = { en: english, zh: chinese }
const loaders = new WeakMap<i18n, LoadMessages>()

/** The application's table joined with the one of this package; fetched when it is needed first. */
export async function createLanguage(load: LoadMessages, language: Language = preferred()): Promise<i18n> {
  const instance = createInstance()
  loaders.set(instance, load)
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: { ...shared[language], ...(await load[language]()) } } },
    // keys are flat names with dots in them
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
  })
  show(language)
  instance.on('languageChanged', (next) => isLanguage(next) && show(next))
  return instance
}

/** Shown when its table is there; until then what is shown stays. */
async function change(instance: i18n, language: Language): Promise<void> {
  if (!instance.hasResourceBundle(language, 'translation')) {
    const table = await loaders.get(instance)?.[language]()
    instance.addResourceBundle(language, 'translation', { ...shared[language], ...table })
  }
  await instance.changeLanguage(language)
}

/** What the account prefers, unless this browser was told otherwise. */
export function preferLanguage(instance: i18n, language: Language): void {
  if (remembered(stored) === undefined && instance.language !== language) void change(instance, language)
}

export function LanguageProvider({ instance, children }: { instance: i18n; children: ReactNode }) {
  return <I18nextProvider i18n={instance}>{children}</I18nextProvider>
}

/** The language shown, and a way to choose another that lasts. */
export function useLanguage(): { language: Language; choose: (language: Language) => void } {
  const { i18n: instance } = useTranslation()
  const language = isLanguage(instance.language) ? instance.language : 'en'
  return {
    language,
    choose: (next) => {
      remember(stored, next)
      void change(instance, next)
    },
  }
}

/** The function that turns keys into text; each application narrows `K` to its own keys. */
export function useTranslate<K extends string>(): Translate<K> {
  const { t } = useTranslation()
  return t as unknown as Translate<K> // i18next's own key types need a global declaration, which two catalogues cannot share
}

export const useUiText = useTranslate<KeyOf<typeof english & Messages>>
