import type { AppDetail } from '@gatehouse/contracts'
import { buttonClass, CodeBlock } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import { client } from '../client.ts'
import { snippetsOf } from '../consumers/snippets.ts'
import { PrincipalList } from '../knowledge/principals.tsx'
import { useText } from '../messages/text.ts'
import { ManagedBadge } from '../shell/managed.tsx'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { GraphView } from './graph-view.tsx'

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
  const { spec } = app
  return (
    <>
      <Card title={t('apps.graph')}>
        <GraphView graph={spec.graph} />
      </Card>
      <div className="grid gap-5 lg:grid-cols-2">
        <Card title={t('apps.settings')} actions={<ManagedBadge resource={app} />}>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
            <dt className="text-muted">{t('apps.kind')}</dt>
            <dd>{t(`apps.${app.kind}`)}</dd>
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
    </>
  )
}
