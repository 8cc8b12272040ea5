import type { PassageView, RetrievalView } from '@gatehouse/contracts'
import { Badge, useFormat, useWhere } from '@gatehouse/ui'
import { Link } from '@tanstack/react-router'
import { CircleHelp, EyeOff, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../messages/text.ts'

/** What one retrieval used, what it left and why, and how much was withheld from the asker. */
export function Retrieval({ retrieval }: { retrieval: RetrievalView }) {
  const t = useText()
  const format = useFormat()
  const { bases, used, left, withheld, weak, took, vectors, rerank } = retrieval
  return (
    <div>
      <p className="mb-2 flex flex-wrap items-center gap-2 text-[0.8125rem] text-muted">
        {t('retrieval.searched', { bases: format.list(bases.map(({ title, name }) => title || name)), took: format.duration(took) })}
        {withheld > 0 ? (
          <Badge tone="warn" icon={Lock}>
            {t('retrieval.withheld', { count: withheld })}
          </Badge>
        ) : null}
        {vectors ? <StepNote step={vectors} done="retrieval.byVectors" skipped="retrieval.byWords" /> : null}
        {rerank ? <StepNote step={rerank} done="retrieval.reranked" skipped="retrieval.notReranked" /> : null}
        {weak ? (
          <Badge tone="warn" icon={CircleHelp}>
            {t('retrieval.weak')}
          </Badge>
        ) : null}
      </p>
      {used.length === 0 ? <p className="text-muted">{t('retrieval.none')}</p> : null}
      <ol className="flex flex-col gap-2">
        {used.map(({ n, score, scores, passage }) => (
          <Found key={n} mark={n} score={score} scores={scores} passage={passage} />
        ))}
      </ol>
      {left.length > 0 ? (
        <details className="mt-3">
          <summary className="min-h-6 text-[0.8125rem] font-medium text-muted hover:text-ink">
            {t('retrieval.left', { count: left.length })}
          </summary>
          <ol className="mt-2 flex flex-col gap-2">
            {left.map(({ score, scores, passage, reason }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: masked passages have no key of their own
              <Found key={index} score={score} scores={scores} passage={passage} note={t('retrieval.reason', { reason })} />
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  )
}

interface StepNoteProps {
  step: NonNullable<RetrievalView['vectors']>
  done: 'retrieval.byVectors' | 'retrieval.reranked'
  skipped: 'retrieval.byWords' | 'retrieval.notReranked'
}

/** That a model took part, or why it did not. */
function StepNote({ step, done, skipped }: StepNoteProps) {
  const t = useText()
  if (step.skipped === undefined) return <Badge>{t(done, { model: step.model })}</Badge>
  return <Badge tone="warn">{t(skipped, { reason: step.skipped })}</Badge>
}

interface FoundProps {
  mark?: number
  score: number
  scores?: Readonly<Record<string, number>> | undefined
  passage: PassageView
  note?: ReactNode
}

function Found({ mark, score, scores = {}, passage, note }: FoundProps) {
  const t = useText()
  const parts = Object.entries(scores)
  const where = useWhere()(passage.readable ? passage : {}).join(' › ')
  return (
    <li className="rounded-control border border-line p-3">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        {mark === undefined ? null : (
          <span className="tabular rounded-full bg-accent-soft px-1.5 text-xs font-semibold text-accent">{mark}</span>
        )}
        {passage.readable ? (
          <Link
            to="/knowledge/$base/$document"
            params={{ base: passage.reference.dataset, document: passage.reference.document }}
            className="font-medium hover:text-accent hover:underline"
          >
            {passage.title}
          </Link>
        ) : (
          <span className="inline-flex items-center gap-1.5 text-muted">
            <EyeOff aria-hidden className="size-3.5" />
            {t('passage.hidden')}
          </span>
        )}
        {passage.readable && !passage.current ? <Badge tone="warn">{t('passage.older')}</Badge> : null}
        <span className="tabular ms-auto text-xs text-muted">
          {t('retrieval.score', { score: score.toFixed(3) })}
          {parts.length > 0 ? ` (${parts.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', ')})` : ''}
        </span>
      </div>
      {passage.readable ? (
        <>
          {where ? <p className="mt-0.5 text-xs text-muted [overflow-wrap:anywhere]">{where}</p> : null}
          <p className="mt-1 line-clamp-3 text-[0.8125rem] leading-relaxed whitespace-pre-line text-muted">{passage.text}</p>
        </>
      ) : null}
      {note ? <p className="mt-1 text-xs text-warn">{note}</p> : null}
    </li>
  )
}
