import { Button, CopyIcon, ErrorState, IconButton, Logo, Markdown, StreamingText, toast, useWhere } from '@gatehouse/ui'
import { useMutation } from '@tanstack/react-query'
import { CircleStop, EyeOff, RotateCw, ShieldX, ThumbsDown, ThumbsUp } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { Steps } from './steps.tsx'
import { isGoing, type Turn } from './turn.ts'

export interface AnswerProps {
  turn: Turn
  onCite: (n: number) => void
  /** Given for the last turn. */
  onRetry?: (() => void) | undefined
}

export function Answer({ turn, onCite, onRetry }: AnswerProps) {
  const t = useText()
  const going = isGoing(turn)
  return (
    <div className="flex gap-3.5">
      <Logo className="mt-0.5 size-7 shrink-0 max-sm:hidden" />
      <div className="min-w-0 flex-1">
        {/* what is under way; a finished answer looks the same now and when it is read again */}
        {going || turn.status === 'failed' ? <Steps steps={turn.steps} going={going} /> : null}
        {turn.masked ? (
          <Notice icon={<EyeOff aria-hidden className="size-4.5 text-muted" />} title={t('answer.masked')}>
            {t('answer.masked.text')}
          </Notice>
        ) : (
          <AnswerText turn={turn} going={going} onCite={onCite} />
        )}
        {turn.passing && !turn.masked ? <p className="mt-3 text-sm text-muted">{turn.passing.trim()}</p> : null}
        {turn.status === 'blocked' ? (
          <Notice tone="bad" icon={<ShieldX aria-hidden className="size-4.5 text-bad" />} title={t('answer.refused')}>
            {turn.refusal ?? t('answer.refused.text')}
          </Notice>
        ) : null}
        {turn.status === 'cancelled' ? (
          <p className="mt-3 flex items-center gap-2 text-sm text-muted">
            <CircleStop aria-hidden className="size-4" />
            {t('answer.stopped')}
          </p>
        ) : null}
        {turn.status === 'failed' ? (
          <div className="mt-3">
            {turn.error ? (
              <ErrorState compact error={turn.error} onRetry={onRetry} />
            ) : (
              <p className="text-sm text-muted">{t('answer.failed')}</p>
            )}
          </div>
        ) : null}
        {going || turn.masked ? null : <Actions turn={turn} onCite={onCite} onRetry={onRetry} />}
      </div>
    </div>
  )
}

function AnswerText({ turn, going, onCite }: { turn: Turn; going: boolean; onCite: (n: number) => void }) {
  const t = useText()
  if (turn.status === 'waiting')
    return (
      <span className="inline-flex h-7 items-center gap-1.5" aria-hidden>
        <i className="size-2 animate-pulse rounded-full bg-line-strong" />
        <i className="size-2 animate-pulse rounded-full bg-line-strong [animation-delay:200ms]" />
        <i className="size-2 animate-pulse rounded-full bg-line-strong [animation-delay:400ms]" />
      </span>
    )
  if (turn.answer === '') return turn.status === 'complete' ? <p className="text-muted">{t('answer.empty')}</p> : null
  const Text = going ? StreamingText : Markdown
  return <Text text={turn.answer} citations={turn.sources} onCite={onCite} />
}

interface NoticeProps {
  icon: ReactNode
  title: string
  tone?: 'bad'
  children: ReactNode
}
/** Words of the system, not of the answer: framed, with an icon and a title. */
function Notice({ icon, title, tone, children }: NoticeProps) {
  const colours = tone === 'bad' ? 'border-bad/30 bg-bad-soft' : 'border-line bg-sunken'
  return (
    <div className={`flex gap-3 rounded-panel border px-4 py-3.5 ${colours}`}>
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div>
        <p className="font-semibold">{title}</p>
        <p className="mt-0.5 text-[0.9375rem]">{children}</p>
      </div>
    </div>
  )
}

function Actions({ turn, onCite, onRetry }: AnswerProps) {
  const t = useText()
  const { id, answer, sources, status } = turn
  const where = useWhere()
  const mayAskAgain = onRetry !== undefined && status !== 'failed'
  return (
    <>
      {sources.length > 0 && answer ? (
        <div className="mt-4">
          <h3 className="text-xs font-medium text-muted">{t('answer.sources')}</h3>
          <ul className="mt-1.5 flex flex-wrap gap-1.5">
            {sources.map(({ n, title, place }) => (
              <li key={n} className="min-w-0">
                <button
                  type="button"
                  onClick={() => onCite(n)}
                  className="flex h-8 max-w-full items-center gap-2 rounded-full border border-line bg-surface ps-1 pe-3 text-sm transition-colors hover:border-accent hover:bg-accent-soft"
                >
                  <span className="tabular flex size-6 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
                    {n}
                  </span>
                  <span className="truncate">{[title, ...where({ place })].join(' · ')}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {answer || status === 'complete' || mayAskAgain ? (
        <fieldset aria-label={t('answer.actions')} className="mt-2.5 -ms-2 flex min-h-8 items-center gap-0.5 border-0">
          {answer ? <CopyIcon text={answer} label={t('answer.copy')} /> : null}
          {id && status === 'complete' ? <Rating id={id} given={turn.feedback} /> : null}
          {mayAskAgain ? (
            <Button variant="ghost" size="small" icon={<RotateCw className="size-3.5" />} onClick={onRetry}>
              {t('answer.retry')}
            </Button>
          ) : null}
        </fieldset>
      ) : null}
    </>
  )
}

function Rating({ id, given }: { id: string; given: Turn['feedback'] }) {
  const t = useText()
  const [chosen, setChosen] = useState(given)
  const rate = useMutation({
    mutationFn: (feedback: 'like' | 'dislike' | undefined) => client.rate(id, feedback ?? null),
    onMutate: setChosen,
    onSuccess: (_, feedback) => feedback && toast(t('answer.thanks')),
    onError: (error) => {
      setChosen(given)
      toast(error.message, { failed: true })
    },
  })
  const choose = (feedback: 'like' | 'dislike') => rate.mutate(chosen === feedback ? undefined : feedback)
  return (
    <>
      <IconButton label={t('answer.like')} aria-pressed={chosen === 'like'} onClick={() => choose('like')}>
        <ThumbsUp className="size-4" />
      </IconButton>
      <IconButton label={t('answer.dislike')} aria-pressed={chosen === 'dislike'} onClick={() => choose('dislike')}>
        <ThumbsDown className="size-4" />
      </IconButton>
    </>
  )
}
