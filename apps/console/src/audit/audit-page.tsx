import type { AuditEntry } from '@gatehouse/contracts'
import { Button, Dialog, EmptyState, ErrorState, LoadingRows, Table, TextInput, useFormat } from '@gatehouse/ui'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileSignature, ScrollText, ShieldCheck } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { Page } from '../shell/page.tsx'
import { AuditHeadsList, AuditReport } from './audit-report.tsx'

export function AuditPage() {
  const t = useText()
  const may = useMay()
  const [typed, setTyped] = useState({ action: '', actor: '' })
  const { action, actor } = useDeferredValue(typed)
  const [shown, setShown] = useState<AuditEntry>()
  const verify = useMutation({ mutationFn: () => client.verifyAudit() })
  const sign = useMutation({ mutationFn: () => client.signAudit() })
  const pages = useInfiniteQuery({
    queryKey: ['audit', action, actor],
    queryFn: ({ pageParam }) =>
      client.listAudit({
        query: { limit: 50, ...(action ? { action } : {}), ...(actor ? { actor } : {}), ...(pageParam ? { after: pageParam } : {}) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    enabled: may('listAudit'),
  })
  const entries = pages.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Page
      title={t('nav.audit')}
      tab={t('nav.audit')}
      about={t('audit.about')}
      needs="listAudit"
      actions={
        may('verifyAudit') ? (
          <>
            <Button icon={<FileSignature className="size-4" />} disabled={sign.isPending} onClick={() => sign.mutate()}>
              {t('audit.sign')}
            </Button>
            <Button variant="primary" icon={<ShieldCheck className="size-4" />} disabled={verify.isPending} onClick={() => verify.mutate()}>
              {t(verify.isPending ? 'audit.verifying' : 'audit.verify')}
            </Button>
          </>
        ) : null
      }
    >
      <div aria-live="polite" className="flex flex-col gap-4 empty:hidden">
        {verify.isError ? <ErrorState error={verify.error} /> : null}
        {verify.data ? <AuditReport report={verify.data} /> : null}
        {sign.isError ? <ErrorState error={sign.error} /> : null}
        {sign.data ? <AuditHeadsList heads={sign.data} /> : null}
      </div>
      <search className="flex flex-wrap gap-2">
        {(['action', 'actor'] as const).map((field) => (
          <TextInput
            key={field}
            type="search"
            aria-label={t(`audit.${field}`)}
            placeholder={t(`audit.${field}`)}
            value={typed[field]}
            onChange={(event) => setTyped({ ...typed, [field]: event.target.value.trim() })}
            className="w-52!"
          />
        ))}
      </search>
      {pages.isPending ? <LoadingRows rows={10} /> : null}
      {pages.isError ? <ErrorState error={pages.error} onRetry={() => void pages.refetch()} /> : null}
      {pages.isSuccess && entries.length === 0 ? (
        <EmptyState icon={ScrollText} title={t('audit.none')}>
          {t('audit.none.text')}
        </EmptyState>
      ) : null}
      {entries.length > 0 ? <Entries entries={entries} onShow={setShown} /> : null}
      {pages.hasNextPage ? (
        <Button className="self-start" onClick={() => void pages.fetchNextPage()}>
          {t('traces.more')}
        </Button>
      ) : null}
      {shown ? <Entry entry={shown} onClose={() => setShown(undefined)} /> : null}
    </Page>
  )
}

function Entries({ entries, onShow }: { entries: readonly AuditEntry[]; onShow: (entry: AuditEntry) => void }) {
  const t = useText()
  const format = useFormat()
  return (
    <Table
      label={t('nav.audit')}
      rows={entries}
      rowKey={({ writer, sequence }) => `${writer}-${sequence}`}
      onOpen={onShow}
      columns={[
        { name: 'at', label: t('calls.when'), cell: ({ at }) => <span className="whitespace-nowrap">{format.dateTime(at)}</span> },
        { name: 'actor', label: t('audit.actor'), cell: ({ actor }) => actor },
        {
          name: 'action',
          label: t('audit.action'),
          cell: (entry) => (
            <button
              type="button"
              onClick={() => onShow(entry)}
              className="min-h-6 font-mono text-xs font-medium hover:text-accent hover:underline"
            >
              {entry.action}
            </button>
          ),
        },
        {
          name: 'object',
          label: t('audit.object'),
          cell: ({ object }) => <span className="[overflow-wrap:anywhere]">{object ?? '–'}</span>,
        },
        {
          name: 'trace',
          label: t('audit.trace'),
          cell: ({ trace }) =>
            trace ? (
              <Link to="/traces/$call" params={{ call: trace }} className="inline-flex min-h-6 items-center text-accent hover:underline">
                {t('trace.open')}
              </Link>
            ) : (
              '–'
            ),
        },
        {
          name: 'place',
          label: t('audit.place'),
          cell: ({ writer, sequence, hash }) => (
            <span className="font-mono text-xs whitespace-nowrap text-muted">
              {writer.slice(0, 8)} #{sequence} · {hash.slice(0, 10)}
            </span>
          ),
        },
      ]}
    />
  )
}

function Entry({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const t = useText()
  return (
    <Dialog title={entry.action} onClose={onClose} wide>
      <section aria-label={t('audit.record')}>
        <pre className="rounded-control bg-sunken p-3 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
          {JSON.stringify(entry, undefined, 2)}
        </pre>
      </section>
    </Dialog>
  )
}
