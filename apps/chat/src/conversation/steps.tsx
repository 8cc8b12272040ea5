import { useFormat } from '@gatehouse/ui'
import { ChevronRight, CircleCheck, CircleSlash, CircleStop, CircleX, LoaderCircle } from 'lucide-react'
import { useText } from '../messages/text.ts'
import type { Step } from './turn.ts'

const icons = {
  running: LoaderCircle,
  succeeded: CircleCheck,
  failed: CircleX,
  stopped: CircleStop,
  skipped: CircleSlash,
}

/** What the app did for this answer, folded away. */
export function Steps({ steps, going }: { steps: readonly Step[]; going: boolean }) {
  const t = useText()
  const format = useFormat()
  if (steps.length === 0) return null
  const running = going ? steps.findLast(({ status }) => status === 'running') : undefined
  return (
    <details className="group mb-2 text-sm text-muted">
      <summary className="inline-flex min-h-7 list-none items-center gap-1.5 rounded-control pe-2 hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
        {running ? running.title : t('steps.title', { count: steps.length })}
      </summary>
      <ol className="mt-1 mb-3 flex flex-col gap-1 border-s border-line ps-4">
        {steps.map(({ node, title, status, duration }) => {
          const Icon = icons[status]
          return (
            <li key={node} className="flex items-center gap-2">
              <Icon aria-hidden className={status === 'running' ? 'size-3.5 animate-spin' : 'size-3.5'} />
              <span className="text-ink">{title}</span>
              <span>{t(`steps.${status}`)}</span>
              {duration === undefined ? null : <span className="tabular ms-auto">{format.milliseconds(duration)}</span>}
            </li>
          )
        })}
      </ol>
    </details>
  )
}
