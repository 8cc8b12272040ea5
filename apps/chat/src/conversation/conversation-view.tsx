import type { ChatAppView } from '@gatehouse/contracts'
import { ErrorState, LoadingRows } from '@gatehouse/ui'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../messages/text.ts'
import { type Cited, PassagePane } from '../passage/passage-pane.tsx'
import { Answer } from './answer.tsx'
import { Composer } from './composer.tsx'
import type { Turn } from './turn.ts'
import { useConversation } from './use-conversation.ts'

export interface ConversationViewProps {
  app: ChatAppView
  conversation: string | undefined
  onSettled: (conversation: string) => void
}

export function ConversationView({ app, conversation, onSettled }: ConversationViewProps) {
  const t = useText()
  const { turns, past, ask, stop, busy } = useConversation({ app: app.name, conversation, onSettled })
  const [cited, setCited] = useState<Cited>()
  const input = useRef<HTMLTextAreaElement>(null)
  const scroller = useFollowing(turns)
  useEscape(stop, busy)
  const isNew = conversation === undefined && turns.length === 0
  const send = (query: string) => void ask(query)
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div ref={scroller} className="relative min-h-0 flex-1 overflow-y-auto">
          <div
            role="log"
            aria-live="off"
            aria-busy={busy}
            aria-label={t('log.label')}
            className="mx-auto flex w-full max-w-3xl flex-col gap-9 px-4 py-8 sm:px-6"
          >
            {isNew ? <Opening app={app} onAsk={send} /> : null}
            {past.isLoading ? <LoadingRows rows={5} /> : null}
            {past.isError ? <ErrorState error={past.error} onRetry={() => void past.refetch()} /> : null}
            {turns.map((turn, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added at the end
              <article key={index} className="flex flex-col gap-5">
                <h2 className="ms-auto max-w-[85%] rounded-2xl rounded-ee-md bg-sunken px-4 py-2.5 font-normal whitespace-pre-wrap [overflow-wrap:anywhere]">
                  <span className="sr-only">{t('log.you')}: </span>
                  {turn.query}
                </h2>
                <Answer
                  turn={turn}
                  onCite={(n) => turn.id && setCited({ message: turn.id, n })}
                  onRetry={index === turns.length - 1 && !busy ? () => send(turn.query) : undefined}
                />
              </article>
            ))}
          </div>
        </div>
        <Announcement turn={turns.at(-1)} />
        <Composer busy={busy} builtIn={app.builtIn === true} onAsk={send} onStop={stop} input={input} />
      </div>
      {cited ? <PassagePane cited={cited} onClose={() => setCited(undefined)} /> : null}
    </div>
  )
}

function Opening({ app, onAsk }: { app: ChatAppView; onAsk: (query: string) => void }) {
  return (
    <section className="pt-[8vh]">
      <p className="text-3xl font-semibold tracking-tight text-balance">{app.title}</p>
      <p className="mt-3 max-w-xl text-lg leading-relaxed whitespace-pre-line text-muted">{app.opening || app.description}</p>
      <ul className="mt-8 grid gap-2.5 sm:grid-cols-2">
        {app.suggestions.map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              onClick={() => onAsk(suggestion)}
              className="h-full min-h-12 w-full rounded-panel border border-line bg-surface px-4 py-3 text-start text-[0.9375rem] shadow-raised transition-colors hover:border-accent hover:bg-accent-soft"
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** One sentence for those who listen; the text itself is not read out piece by piece. */
function Announcement({ turn }: { turn: Turn | undefined }) {
  const t = useText()
  const said = {
    waiting: () => t('log.asking'),
    streaming: () => t('log.asking'),
    complete: () => t('log.finished', { count: turn?.sources.length ?? 0 }),
    blocked: () => `${t('log.refused')}. ${turn?.refusal ?? ''}`,
    failed: () => `${t('log.failed')}. ${turn?.error?.message ?? ''}`,
    cancelled: () => t('log.stopped'),
  }
  return (
    <p role="status" className="sr-only">
      {turn ? said[turn.status]() : ''}
    </p>
  )
}

/** Stays at the end while an answer grows, unless the reader has gone up. */
function useFollowing(turns: readonly Turn[]) {
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useEffect(() => {
    const element = scroller.current
    let last = 0
    const note = () => {
      if (!element) return
      const { scrollTop, scrollHeight, clientHeight } = element
      // only going up leaves the end: text that came since the last look does not
      atEnd.current = scrollHeight - scrollTop - clientHeight < 80 || (atEnd.current && scrollTop >= last)
      last = scrollTop
    }
    element?.addEventListener('scroll', note, { passive: true })
    return () => element?.removeEventListener('scroll', note)
  }, [])
  const count = turns.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new question is always followed
  useEffect(() => {
    atEnd.current = true
  }, [count])
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows every change of the turns
  useEffect(() => {
    const element = scroller.current
    if (element && atEnd.current) element.scrollTop = element.scrollHeight
  }, [turns])
  return scroller
}

function useEscape(stop: () => void, busy: boolean): void {
  useEffect(() => {
    if (!busy) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.isComposing && !document.querySelector('dialog[open]')) stop()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [stop, busy])
}
