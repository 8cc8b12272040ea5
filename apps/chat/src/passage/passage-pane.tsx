import type { ChatPassage } from '@gatehouse/contracts'
import {
  Badge,
  buttonClass,
  Dialog,
  EmptyState,
  ErrorState,
  IconButton,
  LoadingRows,
  useFormat,
  useTranslate,
  useWhere,
} from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, Download, EyeOff, FileText, History, X } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

/** A citation of an answer. */
export interface Cited {
  readonly message: string
  readonly n: number
}

const wide = '(min-width: 64rem)'
const subscribe = (listener: () => void) => {
  const query = matchMedia(wide)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Beside the conversation where there is room, over it where there is none. */
export function PassagePane({ cited, onClose }: { cited: Cited; onClose: () => void }) {
  const t = useText()
  const close = useTranslate<'ui.close'>()('ui.close')
  const isWide = useSyncExternalStore(subscribe, () => matchMedia(wide).matches)
  const title = t('passage.title', { n: cited.n })
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    pane.current?.focus()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  if (!isWide)
    return (
      <Dialog title={title} placement="side" onClose={onClose}>
        <PassageContent cited={cited} />
      </Dialog>
    )
  return (
    <aside
      ref={pane}
      tabIndex={-1}
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="flex w-[26rem] shrink-0 flex-col border-s border-line bg-surface outline-none xl:w-[30rem]"
    >
      <header className="flex items-center justify-between border-b border-line py-2.5 ps-5 pe-3">
        <h2 className="font-semibold">{title}</h2>
        <IconButton label={close} onClick={onClose}>
          <X className="size-4" />
        </IconButton>
      </header>
      <div className="relative min-h-0 flex-1 overflow-y-auto px-5 py-4">
        <PassageContent cited={cited} />
      </div>
    </aside>
  )
}

function PassageContent({ cited: { message, n } }: { cited: Cited }) {
  const t = useText()
  // asked anew each time: rights may have changed since
  const passage = useQuery({ queryKey: ['passage', message, n], queryFn: () => client.passage(message, n), staleTime: 0, gcTime: 0 })
  if (passage.isPending) return <LoadingRows rows={8} />
  if (passage.isError) return <ErrorState error={passage.error} onRetry={() => void passage.refetch()} />
  if (!passage.data.readable)
    return (
      <EmptyState icon={EyeOff} title={t('passage.gone')}>
        {t('passage.gone.text')}
      </EmptyState>
    )
  return <ReadablePassage message={message} passage={passage.data} />
}

type Readable = Extract<ChatPassage, { readable: true }>

function ReadablePassage({ message, passage }: { message: string; passage: Readable }) {
  const t = useText()
  const where = useWhere()(passage)
  const mark = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls for every other passage
  useEffect(() => {
    mark.current?.scrollIntoView({ block: 'center' })
  }, [passage])
  return (
    <div>
      {/* sticks to the edge of the scroller, not to its padding, where a line of text would show above */}
      <div className="sticky -top-4 z-1 -mx-5 -mt-4 border-b border-line bg-surface px-5 pt-4 pb-3.5">
        <p className="flex items-start gap-2.5 text-lg leading-snug font-semibold">
          <FileText aria-hidden className="mt-1 size-4.5 shrink-0 text-muted" />
          {passage.title}
        </p>
        {where.length > 0 ? (
          <ol aria-label={t('passage.headings')} className="mt-2 flex flex-wrap gap-x-1.5 text-sm text-muted">
            {where.map((step, index) => (
              <li key={step} className="[overflow-wrap:anywhere]">
                {index > 0 ? <span aria-hidden>› </span> : null}
                {step}
              </li>
            ))}
          </ol>
        ) : null}
        <Version passage={passage} />
        {passage.original === undefined ? null : (
          <a
            href={client.originalUrl(message, passage.n, passage.place?.pages?.[0])}
            download={passage.original}
            title={passage.original}
            className={`${buttonClass('secondary', 'small')} mt-3 max-w-full`}
          >
            <Download aria-hidden className="size-3.5 shrink-0" />
            {t('passage.original')}
          </a>
        )}
      </div>
      <section
        aria-label={t('passage.text')}
        className="mt-4 text-[0.9375rem] leading-relaxed whitespace-pre-wrap text-muted [overflow-wrap:anywhere]"
      >
        {passage.before}
        <mark ref={mark} className="bg-mark text-ink">
          {passage.text}
        </mark>
        {passage.after}
      </section>
    </div>
  )
}

/** Which version is quoted, since when it is the newest, or that a newer one exists. */
function Version({ passage: { current, version, changedAt } }: { passage: Readable }) {
  const t = useText()
  const date = useFormat().date(changedAt)
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-2.5 gap-y-1.5 text-sm text-muted">
      <Badge tone={current ? 'good' : 'warn'} icon={current ? CircleCheck : History}>
        {t(current ? 'passage.current' : 'passage.older')}
      </Badge>
      <span>{t(current ? 'passage.since' : 'passage.changed', { version, date })}</span>
      {current ? null : <p className="basis-full">{t('passage.older.text')}</p>}
    </div>
  )
}
