import type { DocumentView } from '@gatehouse/contracts'
import { Button, Tabs, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Lock, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { Loaded, Page } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'
import { AccessDialog } from './access-dialog.tsx'
import { DocumentStatus, isWorking } from './document-status.tsx'
import { PrincipalList } from './principals.tsx'
import { ReasonForm } from './reason-form.tsx'
import { Segments } from './segments.tsx'

const route = getRouteApi('/knowledge/$base/$document')
const tabs = ['segments', 'text'] as const

export function DocumentPage() {
  const t = useText()
  const may = useMay()
  const { base, document: id } = route.useParams()
  const { tab, show } = route.useSearch()
  const navigate = route.useNavigate()
  const [reason, setReason] = useState<string>()
  const query = reason ? { reason } : {}
  const document = useQuery({
    queryKey: ['document', id, reason],
    queryFn: () => client.getDocument({ path: { document: id }, query }),
    enabled: may('getDocument'),
    refetchInterval: ({ state }) => (state.data && isWorking(state.data) ? 1500 : false),
  })
  const title = document.data ? (document.data.title ?? document.data.name ?? t('passage.hidden')) : t('documents.document')
  const chosen = tabs.find((each) => each === tab) ?? 'segments'
  return (
    <Page
      title={title}
      tab={title}
      needs="getDocument"
      parents={[
        { label: t('nav.knowledge'), link: { to: '/knowledge' } },
        { label: base, link: { to: '/knowledge/$base', params: { base } } },
      ]}
      actions={document.data ? <Actions document={document.data} base={base} /> : null}
    >
      <Loaded query={document}>
        {(data) => (
          <>
            <Summary document={data} />
            {data.readable || reason ? (
              <Tabs
                label={title}
                tabs={tabs.map((each) => ({ name: each, label: t(`document.tab.${each}`) }))}
                chosen={chosen}
                onChoose={(next) => void navigate({ search: next === 'segments' ? {} : { tab: next }, replace: true })}
              >
                {chosen === 'segments' ? (
                  <Segments
                    document={id}
                    reason={reason}
                    quarantined={show === 'quarantine'}
                    mayNarrow={data.quarantined > 0}
                    onQuarantined={(only) => void navigate({ search: only ? { show: 'quarantine' } : {}, replace: true })}
                  />
                ) : (
                  <WholeText document={id} reason={reason} />
                )}
              </Tabs>
            ) : (
              <ReasonForm mayReveal={may('readContent')} onReason={setReason} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Actions({ document, base }: { document: DocumentView; base: string }) {
  const t = useText()
  const may = useMay()
  const navigate = route.useNavigate()
  const [editing, setEditing] = useState(false)
  const refresh = [['document', document.id], ['documents'], ['bases']]
  const path = { document: document.id }
  const change = useChange({
    run: (body: { access?: string[]; enabled?: boolean; reason?: string }) => client.changeDocument({ path, body }),
    refresh,
    done: t('shell.saved'),
    showsError: true,
  })
  const retry = useChange({ run: () => client.retryDocument({ path }), refresh, done: t('document.retried') })
  const remove = useChange({
    run: () => client.removeDocument({ path }),
    refresh: [['documents'], ['bases'], ['overview']],
    done: t('shell.removed'),
    showsError: true,
    onDone: () => void navigate({ to: '/knowledge/$base', params: { base } }),
  })
  if (!may('changeDocument')) return null
  return (
    <>
      {document.status === 'error' || document.error ? (
        <Button size="small" icon={<RotateCw className="size-3.5" />} onClick={() => retry.mutate(undefined)}>
          {t('document.retry')}
        </Button>
      ) : null}
      <Button size="small" onClick={() => change.mutate({ enabled: !document.enabled })}>
        {t(document.enabled ? 'document.disable' : 'document.enable')}
      </Button>
      <Button size="small" icon={<Lock className="size-3.5" />} onClick={() => setEditing(true)}>
        {t('access.change')}
      </Button>
      <ConfirmButton
        label={t('shell.delete')}
        icon={<Trash2 className="size-3.5" />}
        title={t('document.remove.title')}
        text={t('document.remove.text')}
        onConfirm={() => remove.mutateAsync(undefined)}
      />
      {editing ? (
        <AccessDialog
          title={t('access.change')}
          about={t('document.access.about')}
          access={document.access}
          onSave={(access, given) => change.mutateAsync({ access: [...access], ...given })}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </>
  )
}

function Summary({ document }: { document: DocumentView }) {
  const t = useText()
  const format = useFormat()
  const facts = [
    t('document.version', { version: document.version }),
    t('document.segments', { count: document.segments }),
    format.bytes(document.bytes),
    document.mediaType,
    ...(document.path ? [document.path] : []),
    t('document.by', { who: document.createdBy, when: format.dateTime(document.updatedAt) }),
  ]
  return (
    <div className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <DocumentStatus document={document} />
        <PrincipalList principals={document.access} />
      </div>
      <p className="text-[0.8125rem] text-muted [overflow-wrap:anywhere]">{facts.join(' · ')}</p>
      {document.error ? <p className="text-bad">{document.error.message ?? document.error.code}</p> : null}
    </div>
  )
}

function WholeText({ document, reason }: { document: string; reason: string | undefined }) {
  const text = useQuery({
    queryKey: ['document', document, 'text', reason],
    queryFn: () => client.documentText({ path: { document }, query: reason ? { reason } : {} }),
  })
  return (
    <Loaded query={text}>
      {(data) => (
        <pre className="rounded-panel border border-line bg-surface p-5 font-sans text-[0.9375rem] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
          {data.text}
        </pre>
      )}
    </Loaded>
  )
}
