import { anonymousConsumer } from '@gatehouse/kernel'
import type { RouteTarget } from './snapshot.ts'

interface Table {
  readonly exact: ReadonlyMap<string, RouteTarget>
  /** Longest first; equal ones as declared. */
  readonly open: readonly { readonly start: string; readonly route: RouteTarget }[]
}

/** Finds a route: under its path prefix, exact model names first, then the longest `*`, then as declared. */
export class RouteTable {
  readonly routes: readonly RouteTarget[]
  readonly #tables = new Map<string, Table>()

  constructor(routes: readonly RouteTarget[]) {
    this.routes = routes
    for (const prefix of new Set(routes.map((route) => route.prefix)))
      this.#tables.set(prefix, tableOf(routes.filter((route) => route.prefix === prefix)))
  }

  find(prefix: string, model: string): RouteTarget | undefined {
    const table = this.#tables.get(prefix)
    return table?.exact.get(model) ?? table?.open.find(({ start }) => model.startsWith(start))?.route
  }

  get prefixes(): string[] {
    return [...this.#tables.keys()]
  }
}

function tableOf(routes: readonly RouteTarget[]): Table {
  const exact = new Map<string, RouteTarget>()
  const open: { start: string; route: RouteTarget }[] = []
  for (const route of routes)
    for (const model of route.models)
      if (model.endsWith('*')) open.push({ start: model.slice(0, -1), route })
      else if (!exact.has(model)) exact.set(model, route)
  return { exact, open: open.sort((a, b) => b.start.length - a.start.length) } // sort is stable: declared order stays
}

/** Whether this consumer, or one of its groups, may call the route; whoever has no credential only where the route says so. */
export const mayCall = ({ consumers, anonymous }: RouteTarget, consumer: string, groups: readonly string[]): boolean =>
  consumer === anonymousConsumer
    ? anonymous
    : consumers.size === 0 || consumers.has(consumer) || groups.some((group) => consumers.has(group))
