import type { BaseView, UploadView } from '@gatehouse/contracts'
import { Button, buttonClass } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleX, LoaderCircle, RotateCw, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useChange } from '../shell/use-change.ts'
import { DocumentStatus, isWorking } from './document-status.tsx'

export interface Sent {
  readonly id: number
  /** Where it lies in what was chosen: its name, or folder and name. */
  readonly path: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly why?: string
  readonly document?: UploadView
}

/** One file from the moment it was chosen until it is found, or the reason why it will not be. */
export function SentFile({ base, sent: { path, state, why, document } }: { base: BaseView; sent: Sent }) {
  const t = useText()
  if (document) return <Accepted base={base} path={path} uploaded={document} />
  return (
    <Row path={path}>
      {state === 'failed' ? (
        <CircleX aria-hidden className="size-3.5 text-bad" />
      ) : (
        <LoaderCircle aria-hidden className="size-3.5 animate-spin text-accent" />
      )}
      <span className={state === 'failed' ? 'text-bad' : 'text-muted'}>
        {why ?? t(state === 'failed' ? 'upload.failed' : 'upload.sending')}
      </span>
    </Row>
  )
}

function Accepted({ base, path, uploaded }: { base: BaseView; path: string; uploaded: UploadView }) {
  const t = useText()
  const { id, outcome } = uploaded
  const followed = useQuery({
    queryKey: ['document', id, undefined],
    queryFn: () => client.getDocument({ path: { document: id } }),
    initialData: uploaded,
    refetchInterval: ({ state }) => (state.data && isWorking(state.data) ? 1000 : false),
  })
  const document = followed.data
  const retry = useChange({ run: () => client.retryDocument({ path: { document: id } }), refresh: [['document', id], ['documents']] })
  const facts = [
    outcome === 'replaced' ? t('upload.replaced', { title: document.title ?? document.name ?? path }) : '',
    outcome === 'unchanged' ? t('upload.unchanged') : '',
    document.status === 'completed' ? t('upload.searchable', { count: document.segments }) : '',
    document.access.length === 0 ? t('upload.nobody') : '',
  ].filter(Boolean)
  return (
    <Row path={path} link={{ base: base.name, document: id }}>
      <DocumentStatus document={document} />
      <span className="text-muted">{facts.join(' · ')}</span>
      {document.status === 'error' ? (
        <Button size="small" icon={<RotateCw className="size-3.5" />} disabled={retry.isPending} onClick={() => retry.mutate(undefined)}>
          {t('document.retry')}
        </Button>
      ) : null}
      {document.error ? <span className="basis-full text-bad">{document.error.message ?? document.error.code}</span> : null}
      {document.status === 'completed' ? (
        <Link to="/knowledge/$base" params={{ base: base.name }} search={{ tab: 'test' }} className={buttonClass('ghost', 'small')}>
          <Search aria-hidden className="size-3.5" />
          {t('upload.try')}
        </Link>
      ) : null}
    </Row>
  )
}

function Row({ path, link, children }: { path: string; link?: { base: string; document: string }; children: ReactNode }) {
  return (
    <li className="flex min-h-7 flex-wrap items-center gap-x-2.5 gap-y-1">
      {link ? (
        <Link to="/knowledge/$base/$document" params={link} className="max-w-full truncate font-medium hover:text-accent hover:underline">
          {path}
        </Link>
      ) : (
        <span className="max-w-full truncate font-medium">{path}</span>
      )}
      {children}
    </li>
  )
}
