import type { BaseView } from '@gatehouse/contracts'
import { Button, Tabs } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Lock, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { ManagedNotice } from '../shell/managed.tsx'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'
import { AccessDialog } from './access-dialog.tsx'
import { Documents } from './documents.tsx'
import { PrincipalList } from './principals.tsx'
import { SearchDialog } from './search-dialog.tsx'
import { SearchTest } from './search-test.tsx'

const route = getRouteApi('/knowledge/$base')
const tabs = ['documents', 'test', 'settings'] as const

export function BasePage() {
  const t = useText()
  const { base: name } = route.useParams()
  const { tab, show } = route.useSearch()
  const navigate = route.useNavigate()
  const base = useQuery({ queryKey: ['bases', name], queryFn: () => client.getBase({ path: { base: name } }) })
  const chosen = tabs.find((each) => each === tab) ?? 'documents'
  const title = base.data?.title || base.data?.name || name
  return (
    <Page
      title={title}
      tab={title}
      about={base.data?.description}
      needs="getBase"
      parents={[{ label: t('nav.knowledge'), link: { to: '/knowledge' } }]}
    >
      <Loaded query={base}>
        {(data) => (
          <>
            <ManagedNotice resource={data} kind="KnowledgeBase" refresh={[['bases']]} />
            <Tabs
              label={title}
              tabs={tabs.map((each) => ({ name: each, label: t(`base.tab.${each}`) }))}
              chosen={chosen}
              onChoose={(next) => void navigate({ search: next === 'documents' ? {} : { tab: next }, replace: true })}
            >
              {chosen === 'documents' ? (
                <Documents
                  base={data}
                  show={show}
                  onShow={(next) => void navigate({ search: next ? { show: next } : {}, replace: true })}
                />
              ) : null}
              {chosen === 'test' ? <SearchTest base={data} /> : null}
              {chosen === 'settings' ? <Settings base={data} /> : null}
            </Tabs>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Settings({ base }: { base: BaseView }) {
  const t = useText()
  const may = useMay()
  const navigate = useNavigate()
  const [editing, setEditing] = useState<'access' | 'search'>()
  const isOurs = base.managedBy !== 'file'
  const save = useChange({
    run: (access: readonly string[]) =>
      client.changeBase({ path: { base: base.id }, body: { access: [...access], version: base.version } }),
    refresh: [['bases']],
    done: t('shell.saved'),
    showsError: true,
  })
  const remove = useChange({
    run: () => client.removeBase({ path: { base: base.id } }),
    refresh: [['bases'], ['overview']],
    done: t('shell.removed'),
    showsError: true,
    onDone: () => void navigate({ to: '/knowledge' }),
  })
  const rows = [
    [t('base.topK'), String(base.retrieval.topK)],
    [t('base.threshold'), String(base.retrieval.threshold)],
    ...searchRows(base, t),
    [t('base.splitting'), t(`base.splitting.${base.splitting.mode}`, { most: base.splitting.maxCharacters })],
    [t('facts.policy'), base.policy],
    [t('facts.id'), base.id],
  ] as const
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card
        title={t('bases.access.standard')}
        actions={
          may('changeBase') && isOurs ? (
            <Button size="small" icon={<Lock className="size-3.5" />} onClick={() => setEditing('access')}>
              {t('access.change')}
            </Button>
          ) : null
        }
      >
        <p className="mb-3 text-muted">{t('bases.access.about')}</p>
        <PrincipalList principals={base.access} />
      </Card>
      <Card
        title={t('base.retrieval')}
        actions={
          may('changeBase') && isOurs ? (
            <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing('search')}>
              {t('base.retrieval.change')}
            </Button>
          ) : null
        }
      >
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
          {rows.map(([label, value]) => (
            <div key={label} className="contents">
              <dt className="text-muted">{label}</dt>
              <dd className="[overflow-wrap:anywhere]">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      {may('removeBase') && isOurs ? (
        <Card title={t('base.remove')}>
          <p className="mb-3 text-muted">{t('base.remove.about')}</p>
          <ConfirmButton
            label={t('base.remove')}
            icon={<Trash2 className="size-3.5" />}
            title={t('base.remove.title', { name: base.title || base.name })}
            text={t('base.remove.text', { count: base.documents })}
            onConfirm={() => remove.mutateAsync(undefined)}
          />
        </Card>
      ) : null}
      {editing === 'search' ? <SearchDialog base={base} onClose={() => setEditing(undefined)} /> : null}
      {editing === 'access' ? (
        <AccessDialog
          title={t('bases.access.standard')}
          about={t('bases.access.about')}
          access={base.access}
          onSave={(access) => save.mutateAsync(access)}
          onClose={() => setEditing(undefined)}
        />
      ) : null}
    </div>
  )
}

/** By which models it is searched, and how far their vectors are. */
function searchRows({ embedding, vectors, retrieval }: BaseView, t: ReturnType<typeof useText>): (readonly [string, string])[] {
  const { mode, rerank } = retrieval
  const rows: (readonly [string, string])[] = [[t('base.mode'), t(`base.mode.${embedding ? mode : 'words'}`)]]
  if (embedding) rows.push([t('base.embedding'), embedding.model])
  if (embedding && vectors)
    rows.push([t('base.vectors'), vectors.problem ?? t(vectors.ready ? 'base.vectors.ready' : 'base.vectors.changing')])
  if (rerank) rows.push([t('base.rerank'), rerank.model])
  return rows
}
