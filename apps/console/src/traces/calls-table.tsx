import type { CallRow } from '@gatehouse/contracts'
import { type Column, EmptyState, Moment, Table, useFormat, Verdict } from '@gatehouse/ui'
import { Link } from '@tanstack/react-router'
import { Activity } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../messages/text.ts'
import { CallEnd } from './call-end.tsx'

export interface CallsTableProps {
  calls: readonly CallRow[]
  onOpen: (call: CallRow) => void
  active?: string | undefined
  /** Fewer columns. */
  short?: boolean
  /** There may be calls that a filter hides. */
  filtered?: boolean
  /** What to do when there is none yet. */
  firstStep?: ReactNode
}

export function CallsTable({ calls, onOpen, active, short = false, filtered = false, firstStep }: CallsTableProps) {
  const t = useText()
  const format = useFormat()
  if (calls.length === 0)
    return (
      <div className="rounded-panel border border-line bg-surface">
        <EmptyState icon={Activity} title={t(filtered ? 'calls.noMatch' : 'calls.none')} action={filtered ? null : firstStep}>
          {t(filtered ? 'calls.noMatch.text' : 'calls.none.text')}
        </EmptyState>
      </div>
    )
  const columns: readonly Column<CallRow>[] = [
    {
      name: 'at',
      label: t('calls.when'),
      cell: ({ id, at }) => (
        <Link
          to="/traces/$call"
          params={{ call: id }}
          className="inline-flex min-h-6 items-center whitespace-nowrap hover:text-accent hover:underline"
        >
          <Moment at={at} />
        </Link>
      ),
      order: ({ at }) => at,
    },
    {
      name: 'who',
      label: t('calls.who'),
      cell: ({ user, pseudonym, consumer }) => (
        <span className="whitespace-nowrap">
          <span className="font-medium">{user ?? pseudonym ?? consumer}</span>
          {user || pseudonym ? <span className="text-muted"> · {consumer}</span> : null}
        </span>
      ),
      order: ({ user, pseudonym, consumer }) => user ?? pseudonym ?? consumer,
    },
    { name: 'target', label: t('calls.target'), cell: ({ target }) => target, order: ({ target }) => target },
    { name: 'end', label: t('calls.end'), cell: (call) => <CallEnd call={call} />, order: ({ end }) => end },
    {
      name: 'verdict',
      label: t('calls.verdict'),
      cell: ({ verdict }) => (verdict ? <Verdict action={verdict} /> : <span className="text-muted">–</span>),
      order: ({ verdict }) => verdict ?? '',
    },
    ...(short
      ? []
      : ([
          {
            name: 'model',
            label: t('calls.model'),
            cell: ({ model }) => <span className="text-muted">{model}</span>,
            order: ({ model }) => model,
          },
          {
            name: 'tokens',
            label: t('calls.tokens'),
            numeric: true,
            cell: ({ usage }) => (usage ? format.number(usage.inputTokens + usage.outputTokens) : '–'),
            order: ({ usage }) => (usage ? usage.inputTokens + usage.outputTokens : 0),
          },
          {
            name: 'firstByte',
            label: t('calls.firstByte'),
            numeric: true,
            cell: ({ firstByte }) => (firstByte === undefined ? '–' : format.duration(firstByte)),
            order: ({ firstByte }) => firstByte ?? 0,
          },
        ] satisfies Column<CallRow>[])),
    {
      name: 'duration',
      label: t('calls.duration'),
      numeric: true,
      cell: ({ duration }) => <span className="whitespace-nowrap">{format.duration(duration)}</span>,
      order: ({ duration }) => duration,
    },
  ]
  return <Table label={t('calls.label')} columns={columns} rows={calls} rowKey={({ id }) => id} onOpen={onOpen} active={active} />
}
