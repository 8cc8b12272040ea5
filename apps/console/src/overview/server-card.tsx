import type { Status } from '@gatehouse/contracts'
import { useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { Card } from '../shell/page.tsx'

/** How the server runs; what somebody should look at carries a sign. */
export function ServerCard() {
  const t = useText()
  const status = useQuery({ queryKey: ['status'], queryFn: () => client.status(), refetchInterval: 15_000 })
  if (!status.data?.running) return null
  return (
    <Card title={t('server.title')}>
      <Rows status={status.data} running={status.data.running} />
    </Card>
  )
}

function Rows({ status: { version, store, loopback, problem }, running }: { status: Status; running: NonNullable<Status['running']> }) {
  const t = useText()
  const format = useFormat()
  const { tls, trustedProxies, blobs, readingOffline, configuration, journal } = running
  const rows = [
    { label: t('server.version'), value: version, isGood: true },
    { label: t('server.store'), value: store === 'sqlite' ? 'SQLite' : 'PostgreSQL', isGood: !problem },
    { label: t('server.blobs'), value: t(`server.blobs.${blobs}`), isGood: true },
    { label: t('server.tls'), value: t(`server.tls.${tls}`), isGood: tls !== 'none' || loopback },
    ...(trustedProxies ? [{ label: t('server.proxies'), value: format.number(trustedProxies), isGood: true }] : []),
    ...(readingOffline === undefined
      ? []
      : [
          {
            label: t('server.reading'),
            value: t(readingOffline ? 'server.reading.offline' : 'server.reading.online'),
            isGood: readingOffline,
          },
        ]),
    { label: t('server.configuration'), value: t(`server.configuration.${configuration}`), isGood: configuration === 'ok' },
    {
      label: t('server.journal'),
      value: journal.failing ? t('server.journal.failing') : format.duration(journal.behindFor * 1000),
      isGood: !journal.failing && journal.behindFor < 60_000,
    },
  ]
  return (
    <dl>
      {rows.map(({ label, value, isGood }) => (
        <div key={label} className="flex min-h-8 items-center justify-between gap-3 border-t border-line first:border-0">
          <dt className="text-muted">{label}</dt>
          <dd className="flex items-center gap-1.5 text-end font-medium">
            {isGood ? null : <TriangleAlert role="img" aria-label={t('server.look')} className="size-4 shrink-0 text-warn" />}
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
