import type { Language } from './messages.ts'

/** Numbers, times and sizes as a reader of the language expects them. */
export interface Format {
  number(value: number): string
  /** 12,9 k: for tiles and axes. */
  compact(value: number): string
  /** Microseconds as µs, ms, s or min. */
  duration(microseconds: number): string
  /** The same of whole milliseconds, where nothing means less than one. */
  milliseconds(value: number): string
  bytes(value: number): string
  percent(share: number): string
  dateTime(milliseconds: number): string
  time(milliseconds: number): string
  date(milliseconds: number): string
  /** "3 minutes ago", as seen from `now`. */
  relative(milliseconds: number, now: number): string
  list(items: readonly string[]): string
}

const tags = { 'en-GB': 'en', 'zh-CN': 'zh-CN' } as const
const made = new Map<Language, Format>()

export function formatOf(language: Language): Format {
  const known = made.get(language)
  if (known) return known
  const format = createFormat(language === 'zh' ? 'zh-CN' : 'en-GB')
  made.set(language, format)
  return format
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

// shorter than what Intl writes, and the same in every browser
const suffixes = { en: ['µs', 'ms', 's', 'min'], 'zh-CN': ['微秒', '毫秒', '秒', '分钟'] } as const

function createFormat(locale: keyof typeof tags): Format {
  const number = new Intl.NumberFormat(locale)
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const [micro, milli, second, minute] = suffixes[tags[locale]]
  const rounded = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }))
  const withUnit = (value: number, digits: number, suffix: string) => `${rounded[digits]?.format(value)}\u00a0${suffix}`
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  return {
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    percent: (share) => percent.format(share),
    duration: (value) => {
      if (value < 1000) return withUnit(value, 0, micro)
      if (value < 1_000_000) return withUnit(value / 1000, value < 10_000 ? 1 : 0, milli)
      return value < 60_000_000 ? withUnit(value / 1_000_000, 2, second) : withUnit(value / 60_000_000, 1, minute)
    },
    milliseconds: (value) =>
      value < 1 ? `< ${withUnit(1, 0, milli)}` : withUnit(value / (value < 1000 ? 1 : 1000), 2, value < 1000 ? milli : second),
    bytes: (value) => {
      if (value < 1000) return withUnit(value, 0, 'B')
      return value < 1_000_000 ? withUnit(value / 1000, 0, 'kB') : withUnit(value / 1_000_000, 1, 'MB')
    },
    dateTime: (value) => dateTime.format(value),
    time: (value) => time.format(value),
    date: (value) => date.format(value),
    relative: (value, now) => {
      const passed = value - now
      const [name, size] = steps.find(([, size]) => Math.abs(passed) >= size) ?? (['second', 1000] as const)
      return relative.format(Math.trunc(passed / size), name)
    },
    list: (items) => list.format(items),
  }
}
