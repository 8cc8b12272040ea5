import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { parseOverviewSearch } from './overview/overview-search.ts'
import { NotFound } from './shell/not-found.tsx'
import { PageFailure } from './shell/page-failure.tsx'
import { Shell } from './shell/shell.tsx'
import { parseTracesSearch } from './traces/traces-search.ts'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const at = { getParentRoute: () => root } as const
const parseTab = (search: Record<string, unknown>): { tab?: string } => (typeof search.tab === 'string' ? { tab: search.tab } : {})

interface BaseSearch {
  readonly tab?: string
  /** Only documents that somebody should look at. */
  readonly show?: 'error' | 'quarantine'
}
const parseBase = (search: Record<string, unknown>): BaseSearch => ({
  ...parseTab(search),
  ...(search.show === 'error' || search.show === 'quarantine' ? { show: search.show } : {}),
})

const overview = createRoute({
  ...at,
  path: '/',
  validateSearch: parseOverviewSearch,
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
})
const traces = createRoute({
  ...at,
  path: '/traces',
  validateSearch: parseTracesSearch,
  component: lazyRouteComponent(() => import('./traces/traces-page.tsx'), 'TracesPage'),
})
const trace = createRoute({
  ...at,
  path: '/traces/$call',
  component: lazyRouteComponent(() => import('./traces/trace-page.tsx'), 'TracePage'),
})
const audit = createRoute({
  ...at,
  path: '/audit',
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
})
const bases = createRoute({
  ...at,
  path: '/knowledge',
  component: lazyRouteComponent(() => import('./knowledge/bases-page.tsx'), 'BasesPage'),
})
const base = createRoute({
  ...at,
  path: '/knowledge/$base',
  validateSearch: parseBase,
  component: lazyRouteComponent(() => import('./knowledge/base-page.tsx'), 'BasePage'),
})
const document = createRoute({
  ...at,
  path: '/knowledge/$base/$document',
  validateSearch: parseBase,
  component: lazyRouteComponent(() => import('./knowledge/document-page.tsx'), 'DocumentPage'),
})
const apps = createRoute({ ...at, path: '/apps', component: lazyRouteComponent(() => import('./apps/apps-page.tsx'), 'AppsPage') })
const app = createRoute({ ...at, path: '/apps/$app', component: lazyRouteComponent(() => import('./apps/app-page.tsx'), 'AppPage') })
const consumers = createRoute({
  ...at,
  path: '/consumers',
  component: lazyRouteComponent(() => import('./consumers/consumers-page.tsx'), 'ConsumersPage'),
})
const consumer = createRoute({
  ...at,
  path: '/consumers/$consumer',
  component: lazyRouteComponent(() => import('./consumers/consumer-page.tsx'), 'ConsumerPage'),
})
const people = createRoute({
  ...at,
  path: '/people',
  validateSearch: parseTab,
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
})

export const router = createRouter({
  routeTree: root.addChildren([overview, traces, trace, audit, bases, base, document, apps, app, consumers, consumer, people]),
  basepath: '/console',
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailure,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
