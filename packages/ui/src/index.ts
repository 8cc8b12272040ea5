export * from './badge.tsx'
export * from './button.tsx'
export * from './copy-button.tsx'
export * from './dialog.tsx'
export * from './field.tsx'
export { type Format, formatOf } from './i18n/format.ts'
export {
  createLanguage,
  LanguageProvider,
  preferLanguage,
  type Translate,
  useLanguage,
  useTranslate,
  type Values,
} from './i18n/language.tsx'
export type { KeyOf, Language, LoadMessages, Messages, Translation } from './i18n/messages.ts'
export { useFormat } from './i18n/use-format.ts'
export { Logo } from './logo.tsx'
export { Markdown, StreamingText } from './markdown/lazy-markdown.tsx'
export type { Citation, MarkdownProps } from './markdown/markdown.tsx'
export * from './moment.tsx'
export * from './place.ts'
export { Door } from './session/door.tsx'
export { type Entry, enter } from './session/enter.ts'
export { SignIn } from './session/sign-in.tsx'
export * from './states.tsx'
export * from './switches.tsx'
export * from './table.tsx'
export * from './tabs.tsx'
export { applyTheme } from './theme.ts'
export { Toasts, toast } from './toast.tsx'
