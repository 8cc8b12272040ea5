import type { Metric } from 'prom-client'
import type { Family } from './tables.ts'

export interface Exposition {
  readonly type: string
  text(): Promise<string>
}

/** The families in Prometheus' text, in a registry of our own. Its library is loaded by the first who scrapes: nobody else pays for it. */
export async function createExposition(families: readonly Family[]): Promise<Exposition> {
  const { Registry } = await import('prom-client')
  const registry = new Registry()
  // the library formats whatever has a name and a `get`; its types know only its own classes
  for (const family of families) registry.registerMetric(metricOf(family) as unknown as Metric)
  return { type: registry.contentType, text: () => registry.metrics() }
}

const metricOf = (family: Family) => ({
  name: family.name,
  get: async () => ({ name: family.name, help: family.help, type: family.type, values: await family.values(), aggregator: 'sum' }),
})
