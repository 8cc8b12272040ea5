import type { SegmentView } from '@gatehouse/contracts'
import { Badge, Button, Checkbox, EmptyState, ErrorState, Field, LoadingRows, TextInput, useFormat, useWhere } from '@gatehouse/ui'
import { useInfiniteQuery } from '@tanstack/react-query'
import { FileText, ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { useChange } from '../shell/use-change.ts'

export interface SegmentsProps {
  document: string
  reason: string | undefined
  /** Only those in quarantine. */
  quarantined: boolean
  /** There are some. */
  mayNarrow: boolean
  onQuarantined: (only: boolean) => void
}

export function Segments({ document, reason, quarantined, mayNarrow, onQuarantined }: SegmentsProps) {
  const t = useText()
  const pages = useInfiniteQuery({
    queryKey: ['document', document, 'segments', reason, quarantined],
    queryFn: ({ pageParam }) =>
      client.listSegments({
        path: { document },
        query: {
          limit: 50,
          ...(reason ? { reason } : {}),
          ...(quarantined ? { quarantined: 'true' as const } : {}),
          ...(pageParam ? { after: pageParam } : {}),
        },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const choice =
    mayNarrow || quarantined ? (
      <Checkbox
        className="mb-3"
        label={t('segments.onlyQuarantined')}
        checked={quarantined}
        onChange={({ target }) => onQuarantined(target.checked)}
      />
    ) : null
  if (pages.isPending) return <LoadingRows rows={8} />
  if (pages.isError) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
  const segments = pages.data.pages.flatMap(({ items }) => items)
  if (segments.length === 0)
    return (
      <>
        {choice}
        <EmptyState icon={FileText} title={t(quarantined ? 'segments.noneQuarantined' : 'segments.none')}>
          {quarantined ? null : t('segments.none.text')}
        </EmptyState>
      </>
    )
  return (
    <>
      {choice}
      <ol className="flex flex-col gap-3">
        {segments.map((segment) => (
          <Segment key={segment.id} segment={segment} />
        ))}
      </ol>
      {pages.hasNextPage ? (
        <Button className="mt-3" onClick={() => void pages.fetchNextPage()}>
          {t('traces.more')}
        </Button>
      ) : null}
    </>
  )
}

function Segment({ segment }: { segment: SegmentView }) {
  const t = useText()
  const format = useFormat()
  const may = useMay()
  const [releasing, setReleasing] = useState(false)
  const { position, start, end, text, quarantine } = segment
  const where = useWhere()(segment).join(' › ')
  return (
    <li className={`rounded-panel border bg-surface p-4 ${quarantine ? 'border-warn/50' : 'border-line'}`}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-muted">
        <span className="tabular font-semibold text-ink">#{position}</span>
        <span className="min-w-0 flex-1 truncate">{where}</span>
        <span className="tabular">{t('segments.range', { start: format.number(start), end: format.number(end) })}</span>
      </div>
      {quarantine ? (
        <div className="mt-2 flex flex-wrap items-center gap-2.5 rounded-control bg-warn-soft px-3 py-2">
          <Badge tone="warn" icon={ShieldAlert}>
            {t('segments.quarantined')}
          </Badge>
          <span className="flex-1 text-[0.8125rem]">
            {t('segments.quarantine.why', { rule: quarantine.rule, score: format.percent(quarantine.score) })}
          </span>
          {may('releaseSegment') ? (
            <Button size="small" onClick={() => setReleasing(true)}>
              {t('segments.release')}
            </Button>
          ) : null}
        </div>
      ) : null}
      <p className="mt-2 leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
      {releasing ? <Release segment={segment} onClose={() => setReleasing(false)} /> : null}
    </li>
  )
}

function Release({ segment, onClose }: { segment: SegmentView; onClose: () => void }) {
  const t = useText()
  const release = useChange({
    run: (form: FormData) => client.releaseSegment({ path: { segment: segment.id }, body: { reason: String(form.get('reason')) } }),
    refresh: [['document', segment.document], ['documents'], ['overview']],
    done: t('segments.released'),
    showsError: true,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('segments.release')}
      submit={t('segments.release')}
      error={release.error}
      busy={release.isPending}
      onSubmit={release.mutate}
      onClose={onClose}
    >
      <p>{t('segments.release.about')}</p>
      <Field label={t('reason.label')}>
        {(described) => <TextInput {...described} name="reason" required minLength={8} maxLength={400} />}
      </Field>
    </FormDialog>
  )
}
