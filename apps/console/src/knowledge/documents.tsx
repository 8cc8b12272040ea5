import type { BaseView, DocumentView } from '@gatehouse/contracts'
import { Badge, Button, EmptyState, ErrorState, LoadingRows, Moment, Select, Table, TextInput, useFormat } from '@gatehouse/ui'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { EyeOff, FileText, Lock, ShieldAlert } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { DocumentStatus, isWorking } from './document-status.tsx'
import { PrincipalList } from './principals.tsx'
import { Upload } from './upload.tsx'

export type Trouble = 'error' | 'quarantine'

export interface DocumentsProps {
  base: BaseView
  /** Only those somebody should look at. */
  show: Trouble | undefined
  onShow: (show: Trouble | undefined) => void
}

export function Documents({ base, show, onShow }: DocumentsProps) {
  const t = useText()
  const may = useMay()
  const [typed, setTyped] = useState('')
  const keyword = useDeferredValue(typed.trim())
  const pages = useInfiniteQuery({
    queryKey: ['documents', base.id, keyword, show],
    queryFn: ({ pageParam }) =>
      client.listDocuments({
        path: { base: base.id },
        query: {
          limit: 50,
          ...(keyword ? { keyword } : {}),
          ...(show ? { trouble: show } : {}),
          ...(pageParam ? { after: pageParam } : {}),
        },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    enabled: may('listDocuments'),
    placeholderData: keepPreviousData,
    // while something is being worked on, its state is followed
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(isWorking)) ? 1500 : false),
  })
  const documents = pages.data?.pages.flatMap(({ items }) => items) ?? []
  if (!may('listDocuments'))
    return (
      <EmptyState icon={Lock} title={t('shell.noPermission')}>
        {t('documents.noPermission')}
      </EmptyState>
    )
  return (
    <div className="flex flex-col gap-4">
      <Upload base={base} />
      <div className="flex flex-wrap items-center gap-3">
        <TextInput
          type="search"
          aria-label={t('documents.search')}
          placeholder={t('documents.search')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="max-w-72"
        />
        <Select
          aria-label={t('documents.show')}
          value={show ?? ''}
          onChange={({ target: { value } }) => onShow(value === 'error' || value === 'quarantine' ? value : undefined)}
          className="w-auto!"
        >
          <option value="">{t('documents.show.all')}</option>
          <option value="error">{t('documents.show.error')}</option>
          <option value="quarantine">{t('documents.show.quarantine')}</option>
        </Select>
        {pages.data ? <p className="text-muted">{t('documents.total', { count: pages.data.pages[0]?.total ?? 0 })}</p> : null}
      </div>
      {pages.isPending ? <LoadingRows /> : null}
      {pages.isError ? <ErrorState error={pages.error} onRetry={() => void pages.refetch()} /> : null}
      {pages.isSuccess && documents.length === 0 ? (
        <EmptyState icon={FileText} title={keyword || show ? t('documents.noMatch') : t('documents.none')}>
          {keyword ? t('documents.noMatch.text') : show ? t('documents.noTrouble') : t('documents.none.text')}
        </EmptyState>
      ) : null}
      {documents.length > 0 ? <DocumentsTable base={base} documents={documents} show={show} /> : null}
      {pages.hasNextPage ? (
        <Button className="self-start" onClick={() => void pages.fetchNextPage()}>
          {t('traces.more')}
        </Button>
      ) : null}
    </div>
  )
}

function DocumentsTable({ base, documents, show }: { base: BaseView; documents: readonly DocumentView[]; show: Trouble | undefined }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  // what was looked for in the list is looked for in the document
  const search = show === 'quarantine' ? { show } : {}
  const titleOf = ({ title, name }: DocumentView) => title || name || ''
  return (
    <Table
      label={t('bases.documents')}
      rows={documents}
      rowKey={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: '/knowledge/$base/$document', params: { base: base.name, document: id }, search })}
      columns={[
        {
          name: 'title',
          label: t('documents.document'),
          order: titleOf,
          cell: (document) => (
            <Link
              to="/knowledge/$base/$document"
              params={{ base: base.name, document: document.id }}
              search={search}
              className="inline-flex min-h-6 items-center gap-2 font-medium hover:text-accent hover:underline"
            >
              {document.readable ? (
                titleOf(document)
              ) : (
                <>
                  <EyeOff aria-hidden className="size-3.5 text-muted" />
                  <span className="font-normal text-muted">{t('passage.hidden')}</span>
                </>
              )}
            </Link>
          ),
        },
        {
          name: 'status',
          label: t('documents.status'),
          order: ({ status }) => status,
          cell: (document) => (
            <span className="flex flex-wrap items-center gap-1.5">
              <DocumentStatus document={document} />
              {document.quarantined > 0 ? (
                <Badge tone="warn" icon={ShieldAlert}>
                  {t('documents.quarantined', { count: document.quarantined })}
                </Badge>
              ) : null}
              {document.error ? <span className="text-xs text-bad">{document.error.message ?? document.error.code}</span> : null}
            </span>
          ),
        },
        { name: 'access', label: t('bases.access'), cell: ({ access }) => <PrincipalList principals={access} /> },
        {
          name: 'segments',
          label: t('bases.segments'),
          numeric: true,
          order: ({ segments }) => segments,
          cell: ({ segments }) => format.number(segments),
        },
        { name: 'bytes', label: t('documents.size'), numeric: true, order: ({ bytes }) => bytes, cell: ({ bytes }) => format.bytes(bytes) },
        {
          name: 'updated',
          label: t('shell.updated'),
          order: ({ updatedAt }) => updatedAt,
          cell: ({ updatedAt }) => <Moment at={updatedAt} />,
        },
      ]}
    />
  )
}
