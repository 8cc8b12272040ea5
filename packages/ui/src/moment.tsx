import { useFormat } from './i18n/use-format.ts'

/** A time as one would say it, "3 minutes ago"; the exact one on hover and for programs. */
export function Moment({ at, className }: { at: number; className?: string }) {
  const format = useFormat()
  const now = Date.now()
  return (
    <time dateTime={new Date(at).toISOString()} title={format.dateTime(at)} className={className ?? 'whitespace-nowrap'}>
      {Math.abs(now - at) < week ? format.relative(at, now) : format.date(at)}
    </time>
  )
}

const week = 7 * 86_400_000
