import { clsx } from 'clsx'
import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { IconButton } from './button.tsx'
import { useUiText } from './i18n/language.tsx'

interface Note {
  readonly id: number
  readonly text: string
  readonly failed: boolean
}

const most = 4
const shownFor = 7000
const listeners = new Set<() => void>()
let notes: readonly Note[] = []
let count = 0

function replace(next: readonly Note[]): void {
  notes = next
  for (const listener of listeners) listener()
}
const dismiss = (id: number) => replace(notes.filter((note) => note.id !== id))

/** Says in a corner that something was done, or was not. */
export function toast(text: string, { failed = false } = {}): void {
  count += 1
  const id = count
  replace([...notes, { id, text, failed }].slice(-most))
  setTimeout(() => dismiss(id), shownFor)
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Once per page. A popover, so that it lies above open dialogs; `top` where something is written below. */
export function Toasts({ at = 'bottom' }: { at?: 'top' | 'bottom' }) {
  const t = useUiText()
  const shown = useSyncExternalStore(subscribe, () => notes)
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = region.current
    if (element?.matches(':popover-open')) element.hidePopover()
    if (shown.length > 0) element?.showPopover()
  }, [shown])
  return (
    <div
      ref={region}
      popover="manual"
      role="status"
      aria-label={t('ui.notifications')}
      className={clsx(
        'fixed inset-auto end-4 m-0 w-[min(24rem,calc(100vw-2rem))] overflow-visible border-0 bg-transparent p-0',
        at === 'top' ? 'top-16' : 'bottom-4',
      )}
    >
      <ul className="flex flex-col gap-2">
        {shown.map((note) => (
          <li
            key={note.id}
            className="flex items-start gap-2.5 rounded-panel border border-line bg-surface py-2 ps-3.5 pe-2 text-sm text-ink shadow-floating"
          >
            {note.failed ? (
              <TriangleAlert aria-hidden className="mt-1.5 size-4 shrink-0 text-bad" />
            ) : (
              <CircleCheck aria-hidden className="mt-1.5 size-4 shrink-0 text-good" />
            )}
            <span className="flex-1 py-1 [overflow-wrap:anywhere]">{note.text}</span>
            <IconButton label={t('ui.dismiss')} onClick={() => dismiss(note.id)} className="size-7">
              <X className="size-3.5" />
            </IconButton>
          </li>
        ))}
      </ul>
    </div>
  )
}
