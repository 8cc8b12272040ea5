import type { Overview } from '@gatehouse/contracts'
import { buttonClass, Select, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { type Range, rangeNames, startOf, stepOf } from '../range.ts'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { CallsTable } from '../traces/calls-table.tsx'
import type { TracesSearch } from '../traces/traces-search.ts'
import { Attention } from './attention.tsx'
import { SamplePeople } from './sample-people.tsx'
import { ServerCard } from './server-card.tsx'
import { Sparkline } from './sparkline.tsx'
import { TopConsumers } from './top-consumers.tsx'

const route = getRouteApi('/')

export function OverviewPage() {
  const t = useText()
  const { range = 'day' } = route.useSearch()
  const navigate = route.useNavigate()
  const overview = useQuery({
    queryKey: ['overview', range],
    queryFn: () => client.overview({ query: { from: startOf(range, Date.now()), step: stepOf[range] } }),
    refetchInterval: 15_000,
  })
  return (
    <Page
      title={t('nav.overview')}
      tab={t('nav.overview')}
      about={t('overview.about')}
      needs="overview"
      actions={
        <Select
          aria-label={t('range.label')}
          value={range}
          onChange={(event) => void navigate({ search: { range: event.target.value as Range } })}
          className="w-auto!"
        >
          {rangeNames.map((name) => (
            <option key={name} value={name}>
              {t(`range.${name}`)}
            </option>
          ))}
        </Select>
      }
    >
      <Loaded query={overview} rows={8}>
        {(data) => (
          <>
            <Numbers overview={data} range={range} />
            <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_17rem]">
              <div className="flex min-w-0 flex-col gap-5">
                <RecentCalls />
                <div className="grid items-start gap-5 md:grid-cols-2">
                  <Stock overview={data} />
                  <ServerCard />
                </div>
              </div>
              <div className="flex min-w-0 flex-col gap-5">
                <Attention overview={data} />
                <SamplePeople />
                <TopConsumers range={range} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Numbers({ overview: { totals, buckets }, range }: { overview: Overview; range: Range }) {
  const t = useText()
  const format = useFormat()
  const last = buckets.findLast(({ calls }) => calls > 0)
  const tiles: readonly NumberTileProps[] = [
    { label: t('overview.calls'), value: format.number(totals.calls), values: buckets.map(({ calls }) => calls), search: { range } },
    {
      label: t('overview.blocked'),
      value: format.number(totals.blocked),
      values: buckets.map(({ blocked }) => blocked),
      tone: 'bad',
      search: { range, end: 'blocked' },
    },
    {
      label: t('overview.refused'),
      value: format.number(totals.refused),
      values: buckets.map(({ refused }) => refused),
      tone: 'warn',
      search: { range, weak: true },
    },
    {
      label: t('overview.failed'),
      value: format.number(totals.failed),
      values: buckets.map(({ failed }) => failed),
      tone: 'bad',
      search: { range, end: 'failed' },
    },
    {
      label: t('overview.latency'),
      value: last ? format.duration(last.p95) : '–',
      note: last ? t('overview.median', { value: format.duration(last.p50) }) : undefined,
      values: buckets.map(({ p95 }) => p95),
      search: { range, end: 'complete' },
    },
    {
      label: t('overview.tokens'),
      value: format.compact(totals.inputTokens + totals.outputTokens),
      note: t('overview.tokens.split', { input: format.compact(totals.inputTokens), output: format.compact(totals.outputTokens) }),
      values: buckets.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens),
      search: { range, roots: false },
    },
  ]
  return (
    <ul className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      {tiles.map((tile) => (
        <li key={tile.label}>
          <NumberTile {...tile} />
        </li>
      ))}
    </ul>
  )
}

interface NumberTileProps {
  label: string
  value: string
  note?: string | undefined
  values: readonly number[]
  tone?: 'accent' | 'bad' | 'warn'
  search: TracesSearch
}
/** A number that opens the calls behind it. */
function NumberTile({ label, value, note, values, tone = 'accent', search }: NumberTileProps) {
  const t = useText()
  const format = useFormat()
  const highest = Math.max(...values, 0)
  return (
    <Link
      to="/traces"
      search={search}
      className="flex h-full flex-col rounded-panel border border-line bg-surface p-4 pb-3 shadow-raised transition-colors hover:border-line-strong"
    >
      <span className="text-[0.8125rem] text-muted">{label}</span>
      <span className="tabular mt-1 text-2xl leading-8 font-semibold tracking-tight">{value}</span>
      <span className="min-h-5 text-xs text-muted">{note}</span>
      <span className="mt-auto pt-2">
        <Sparkline values={values} tone={tone} label={t('overview.sparkline', { label, highest: format.compact(highest) })} />
      </span>
    </Link>
  )
}

function RecentCalls() {
  const t = useText()
  const navigate = route.useNavigate()
  const calls = useQuery({
    queryKey: ['calls', 'recent'],
    queryFn: () => client.listCalls({ query: { limit: 12 } }),
    refetchInterval: 15_000,
  })
  return (
    <section aria-label={t('overview.recent')}>
      <div className="mb-2 flex items-center justify-between">
        <h2 className="text-[0.9375rem] font-semibold">{t('overview.recent')}</h2>
        <Link to="/traces" className="text-accent hover:underline">
          {t('overview.all')}
        </Link>
      </div>
      <Loaded query={calls}>
        {({ items }) => (
          <CallsTable
            calls={items}
            onOpen={({ id }) => void navigate({ to: '/traces/$call', params: { call: id } })}
            firstStep={<FirstQuestion />}
            short
          />
        )}
      </Loaded>
    </section>
  )
}

/** The shortest way to a first answer: the chat, as whoever is signed in there. */
function FirstQuestion() {
  const t = useText()
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => client.listApps() })
  const url = apps.data?.items[0]?.url
  return url ? (
    <a href={url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
      <ExternalLink aria-hidden className="size-4" />
      {t('apps.open')}
    </a>
  ) : (
    <Link to="/knowledge" className={buttonClass('primary')}>
      {t('overview.first')}
    </Link>
  )
}

function Stock({ overview: { knowledge, apps, consumers, users } }: { overview: Overview }) {
  const t = useText()
  const format = useFormat()
  const rows = [
    { label: t('overview.stock.documents'), value: knowledge.documents, to: '/knowledge' },
    { label: t('overview.stock.segments'), value: knowledge.segments, to: '/knowledge' },
    { label: t('nav.apps'), value: apps, to: '/apps' },
    { label: t('nav.consumers'), value: consumers, to: '/consumers' },
    { label: t('nav.people'), value: users, to: '/people' },
  ] as const
  return (
    <Card title={t('overview.stock')}>
      <ul>
        {rows.map(({ label, value, to }) => (
          <li key={label} className="border-t border-line first:border-0">
            <Link to={to} className="flex min-h-8 items-center justify-between hover:text-accent">
              {label}
              <span className="tabular font-medium">{format.number(value)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
