import type { AuditHeads, AuditReportView } from '@gatehouse/contracts'
import { Badge, CopyButton, Table, useFormat } from '@gatehouse/ui'
import { CircleCheck, CircleX, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useText } from '../messages/text.ts'
import { Card } from '../shell/page.tsx'

/** What walking the chains found, chain by chain. */
export function AuditReport({ report: { intact, chains, batches, problems } }: { report: AuditReportView }) {
  const t = useText()
  const format = useFormat()
  const Icon = intact ? ShieldCheck : ShieldAlert
  return (
    <Card className={intact ? 'border-good/40' : 'border-bad/40'}>
      <p className="mb-3 flex items-center gap-2.5 text-base font-semibold">
        <Icon aria-hidden className={`size-5 ${intact ? 'text-good' : 'text-bad'}`} />
        {t(intact ? 'audit.intact' : 'audit.broken')}
      </p>
      <p className="mb-3 text-muted">
        {t('audit.summary', {
          count: chains.length,
          records: format.number(chains.reduce((sum, { records }) => sum + records, 0)),
          batches: format.number(batches),
        })}
      </p>
      <Table
        label={t('audit.chains')}
        rows={chains}
        rowKey={({ writer }) => writer}
        columns={[
          { name: 'writer', label: t('audit.chain'), cell: ({ writer }) => <code className="font-mono text-xs">{writer}</code> },
          { name: 'records', label: t('audit.records'), numeric: true, cell: ({ records }) => format.number(records) },
          { name: 'heads', label: t('audit.heads'), numeric: true, cell: ({ heads }) => format.number(heads) },
          {
            name: 'result',
            label: t('audit.result'),
            cell: (chain) => (
              <Badge tone={chain.intact ? 'good' : 'bad'} icon={chain.intact ? CircleCheck : CircleX}>
                {t(chain.intact ? 'audit.chain.intact' : 'audit.chain.broken')}
              </Badge>
            ),
          },
        ]}
      />
      {problems.length > 0 ? (
        <ul className="mt-3 flex flex-col gap-1">
          {problems.map(({ writer, sequence, kind, message }) => (
            <li key={`${writer} ${sequence} ${kind}`} className="flex flex-wrap gap-2">
              <Badge tone="bad" icon={CircleX}>
                {t(`audit.problem.${kind}`)}
              </Badge>
              <span className="font-mono text-xs leading-6 text-muted">
                {writer} #{sequence}
              </span>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </Card>
  )
}

export function AuditHeadsList({ heads: { heads } }: { heads: AuditHeads }) {
  const t = useText()
  const format = useFormat()
  return (
    <Card title={t('audit.signed')} actions={<CopyButton text={JSON.stringify(heads, undefined, 2)} label={t('audit.copyHeads')} />}>
      <p className="-mt-1 mb-2 text-muted">{t('audit.signed.about')}</p>
      <ul className="flex flex-col gap-1 font-mono text-xs">
        {heads.map(({ writer, sequence, hash, at }) => (
          <li key={writer} className="[overflow-wrap:anywhere]">
            {writer} #{sequence} · {hash} · {format.dateTime(at)}
          </li>
        ))}
      </ul>
    </Card>
  )
}
