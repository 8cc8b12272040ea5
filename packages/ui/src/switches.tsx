import { Languages, Monitor, Moon, Sun } from 'lucide-react'
import { IconButton } from './button.tsx'
import { useLanguage, useUiText } from './i18n/language.tsx'
import { type Theme, useTheme } from './theme.ts'

const following: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const icons = { system: Monitor, light: Sun, dark: Moon }

/** One button that goes round: as the system, light, dark. */
export function ThemeSwitch() {
  const t = useUiText()
  const { theme, choose } = useTheme()
  const Icon = icons[theme]
  return (
    <IconButton label={`${t('ui.theme')}: ${t(`ui.theme.${theme}`)}`} onClick={() => choose(following[theme])}>
      <Icon className="size-4" />
    </IconButton>
  )
}

/** Shows the language one would get, in that language. */
export function LanguageSwitch() {
  const t = useUiText()
  const { language, choose } = useLanguage()
  const other = language === 'en' ? 'zh' : 'en'
  return (
    <button
      type="button"
      title={t('ui.language')}
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      onClick={() => choose(other)}
      className="inline-flex h-8 items-center gap-1.5 rounded-control px-2 text-[0.8125rem] text-muted hover:bg-sunken hover:text-ink"
    >
      <Languages aria-hidden className="size-4" />
      {other === 'zh' ? '中文' : 'English'}
    </button>
  )
}
