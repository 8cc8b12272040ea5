import type { Trace } from '@gatehouse/contracts'
import { Button, Table, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { GraphView } from '../apps/graph-view.tsx'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { CallsTable } from './calls-table.tsx'
import { ContentPanel } from './content-panel.tsx'
import { Facts } from './facts.tsx'
import { Retrieval } from './retrieval.tsx'
import { Story } from './story-text.tsx'
import { Verdicts } from './verdicts.tsx'
import { Waterfall } from './waterfall.tsx'

const route = getRouteApi('/traces/$call')

export function TracePage() {
  const t = useText()
  const { call } = route.useParams()
  const trace = useQuery({ queryKey: ['call', call], queryFn: () => client.getCall({ path: { call } }) })
  return (
    <Page
      title={t('trace.title')}
      tab={t('trace.title')}
      needs="getCall"
      parents={[{ label: t('nav.traces'), link: { to: '/traces' } }]}
      actions={
        <Button size="small" icon={<RotateCw className="size-3.5" />} onClick={() => void trace.refetch()}>
          {t('shell.refresh')}
        </Button>
      }
    >
      <Loaded query={trace} rows={12}>
        {(data) => <TraceContent trace={data} />}
      </Loaded>
    </Page>
  )
}

function TraceContent({ trace }: { trace: Trace }) {
  const t = useText()
  const may = useMay()
  const navigate = route.useNavigate()
  const { call, app, children } = trace
  return (
    <>
      <Card>
        <Story trace={trace} />
      </Card>
      {app?.graph ? (
        <Card title={t('trace.path')}>
          <GraphView graph={app.graph} path={app.path} />
        </Card>
      ) : null}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Card title={t('trace.layers')}>
            <Waterfall trace={trace} />
          </Card>
          {trace.retrieval.length > 0 ? (
            <Card title={t('trace.documents')}>
              <div className="flex flex-col gap-5">
                {trace.retrieval.map((retrieval, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: retrievals have no id and never move
                  <Retrieval key={index} retrieval={retrieval} />
                ))}
              </div>
            </Card>
          ) : null}
          {trace.attempts.length > 0 ? (
            <section aria-label={t('trace.attempts')}>
              <h2 className="mb-2 text-[0.9375rem] font-semibold">{t('trace.attempts')}</h2>
              <Attempts trace={trace} />
            </section>
          ) : null}
          {children.length > 0 ? (
            <section aria-label={t('trace.children')}>
              <h2 className="mb-2 text-[0.9375rem] font-semibold">{t('trace.children')}</h2>
              <CallsTable calls={children} short onOpen={({ id }) => void navigate({ to: '/traces/$call', params: { call: id } })} />
            </section>
          ) : null}
          {may('readContent') ? (
            <Card title={t('trace.content')}>
              <ContentPanel key={call.id} call={call.id} kept={call.content} />
            </Card>
          ) : null}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Card title={t('trace.facts')}>
            <Facts trace={trace} />
          </Card>
          <Card title={t('trace.verdicts')}>
            <Verdicts verdicts={trace.verdicts} />
          </Card>
          <Card title={t('trace.audit')}>
            <AuditPlaces trace={trace} />
          </Card>
        </div>
      </div>
    </>
  )
}

function Attempts({ trace: { attempts } }: { trace: Trace }) {
  const t = useText()
  const format = useFormat()
  return (
    <Table
      label={t('trace.attempts')}
      rows={attempts}
      rowKey={({ at }) => String(at)}
      columns={[
        { name: 'provider', label: t('attempts.provider'), cell: ({ provider }) => <span className="font-medium">{provider}</span> },
        { name: 'model', label: t('calls.model'), cell: ({ model }) => model },
        { name: 'status', label: t('facts.status'), cell: ({ status, error }) => error ?? status ?? '–' },
        { name: 'at', label: t('waterfall.start'), numeric: true, cell: ({ at }) => format.duration(at) },
        { name: 'duration', label: t('calls.duration'), numeric: true, cell: ({ duration }) => format.duration(duration) },
      ]}
    />
  )
}

function AuditPlaces({ trace: { audit } }: { trace: Trace }) {
  const t = useText()
  if (audit.length === 0) return <p className="text-muted">{t('trace.audit.none')}</p>
  return (
    <ul className="flex flex-col gap-2">
      {audit.map(({ writer, sequence, action, hash }) => (
        <li key={`${writer} ${sequence}`}>
          <Link to="/audit" className="font-medium hover:text-accent hover:underline">
            {action}
          </Link>
          <span className="block font-mono text-xs text-muted">
            {writer} #{sequence} · {hash.slice(0, 16)}…
          </span>
        </li>
      ))}
    </ul>
  )
}
