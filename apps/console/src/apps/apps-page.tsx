import { Badge, buttonClass, EmptyState, Table } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ExternalLink, Workflow } from 'lucide-react'
import { client } from '../client.ts'
import { PrincipalList } from '../knowledge/principals.tsx'
import { useText } from '../messages/text.ts'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded, Page } from '../shell/page.tsx'

export function AppsPage() {
  const t = useText()
  const navigate = useNavigate()
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => client.listApps() })
  return (
    <Page title={t('nav.apps')} tab={t('nav.apps')} about={t('apps.about')} needs="listApps">
      <Loaded query={apps}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={Workflow} title={t('apps.none')}>
              {t('apps.none.text')}
            </EmptyState>
          ) : (
            <Table
              label={t('nav.apps')}
              rows={items}
              rowKey={({ id }) => id}
              onOpen={({ name }) => void navigate({ to: '/apps/$app', params: { app: name } })}
              columns={[
                {
                  name: 'title',
                  label: t('shell.name'),
                  order: ({ title, name }) => title || name,
                  cell: (app) => (
                    <span className="flex flex-wrap items-center gap-2">
                      <Link
                        to="/apps/$app"
                        params={{ app: app.name }}
                        className="inline-flex min-h-6 items-center font-medium hover:text-accent hover:underline"
                      >
                        {app.title || app.name}
                      </Link>
                      <ManagedBadge resource={app} />
                    </span>
                  ),
                },
                { name: 'kind', label: t('apps.kind'), cell: ({ kind }) => <Badge>{t(`apps.${kind}`)}</Badge> },
                { name: 'access', label: t('apps.access'), cell: ({ access }) => <PrincipalList principals={access} /> },
                { name: 'nodes', label: t('apps.nodes'), numeric: true, cell: ({ nodes }) => nodes },
                {
                  name: 'open',
                  label: <span className="sr-only">{t('apps.open')}</span>,
                  cell: ({ url }) => (
                    <a href={url} target="_blank" rel="noreferrer" className={buttonClass('ghost', 'small')}>
                      <ExternalLink aria-hidden className="size-3.5" />
                      {t('apps.open')}
                    </a>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
