import type { AppDetail } from '@gatehouse/contracts'
import { Button, buttonClass, CodeBlock, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ExternalLink, Pencil } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { snippetsOf } from '../consumers/snippets.ts'
import { PrincipalList } from '../knowledge/principals.tsx'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ManagedNotice } from '../shell/managed.tsx'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { AppForm } from './app-form.tsx'
import { GraphView } from './graph-view.tsx'
import { searchingIn } from './searching.ts'

const route = getRouteApi('/apps/$app')

export function AppPage() {
  const t = useText()
  const { app: name } = route.useParams()
  const app = useQuery({ queryKey: ['apps', name], queryFn: () => client.getApp({ path: { app: name } }) })
  const title = app.data?.title || name
  return (
    <Page
      title={title}
      tab={title}
      about={app.data?.description}
      needs="getApp"
      parents={[{ label: t('nav.apps'), link: { to: '/apps' } }]}
      actions={
        app.data ? (
          <>
            <Link to="/traces" search={{ target: name }} className={buttonClass()}>
              {t('apps.traces')}
            </Link>
            <a href={app.data.url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
              <ExternalLink aria-hidden className="size-4" />
              {t('apps.open')}
            </a>
          </>
        ) : null
      }
    >
      <Loaded query={app}>{(data) => <AppContent app={data} />}</Loaded>
    </Page>
  )
}

function AppContent({ app }: { app: AppDetail }) {
  const t = useText()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const { spec } = app
  return (
    <>
      <ManagedNotice resource={app} kind="App" refresh={[['apps']]} />
      <Card title={t('apps.graph')}>
        <GraphView graph={spec.graph} />
      </Card>
      <div className="grid gap-5 lg:grid-cols-2">
        <Card
          title={t('apps.settings')}
          actions={
            may('changeApp') && app.managedBy !== 'file' ? (
              <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing(true)}>
                {t('people.edit')}
              </Button>
            ) : null
          }
        >
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
            <dt className="text-muted">{t('apps.kind')}</dt>
            <dd>{t(`apps.${app.kind}`)}</dd>
            <Searched app={app} />
            <dt className="text-muted">{t('apps.access')}</dt>
            <dd>
              <PrincipalList principals={app.access} />
            </dd>
            <dt className="text-muted">{t('facts.policy')}</dt>
            <dd>{app.policy}</dd>
            <dt className="text-muted">{t('apps.content')}</dt>
            <dd>{t(`apps.content.${spec.content}`)}</dd>
            <dt className="text-muted">{t('apps.opening')}</dt>
            <dd>
              {spec.opening.en}
              <span lang="zh-CN" className="block">
                {spec.opening.zh}
              </span>
            </dd>
            <dt className="text-muted">{t('apps.suggestions')}</dt>
            <dd>
              <ul className="list-disc ps-4">
                {spec.suggestions.map((suggestion) => (
                  <li key={suggestion}>{suggestion}</li>
                ))}
              </ul>
            </dd>
          </dl>
        </Card>
        <Card title={t('apps.call')}>
          <p className="mb-3 text-muted">{t('apps.call.about')}</p>
          <CodeBlock
            label={t('apps.call')}
            code={snippetsOf(new URL(app.url).origin, '$GATEHOUSE_KEY', `app/${app.name}`)[0]?.code ?? ''}
          />
        </Card>
      </div>
      {editing ? <AppForm app={app} onClose={() => setEditing(false)} /> : null}
    </>
  )
}

/** The knowledge bases it searches, step by step. */
function Searched({ app: { spec } }: { app: AppDetail }) {
  const t = useText()
  const format = useFormat()
  const bases = useQuery({ queryKey: ['bases'], queryFn: () => client.listBases() })
  const titleOf = (name: string) => bases.data?.items.find((base) => base.name === name)?.title || name
  const steps = searchingIn(spec.graph)
  if (steps.length === 0) return null
  return (
    <>
      <dt className="text-muted">{t('apps.knowledge')}</dt>
      <dd>
        <ul>
          {steps.map(({ node, title, bases, byInput }) => (
            <li key={node}>
              {steps.length > 1 ? `${title}: ` : null}
              {bases.map((name, at) => (
                <span key={name}>
                  {at > 0 ? ', ' : null}
                  <Link to="/knowledge/$base" params={{ base: name }} className="font-medium hover:text-accent hover:underline">
                    {titleOf(name)}
                  </Link>
                </span>
              ))}
              {byInput.length > 0 ? <span className="text-muted"> {format.list(byInput)}</span> : null}
            </li>
          ))}
        </ul>
      </dd>
    </>
  )
}
