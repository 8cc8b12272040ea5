import { guards } from '@gatehouse/guards'

/** The deterministic guards, on the input and on the output. */
export const deterministic = guards.filter(({ id }) => id === 'guard.injection' || id === 'guard.secrets' || id === 'guard.pii')
const stage = (name: 'input' | 'output') =>
  deterministic.filter(({ stages }) => stages.includes(name)).map(({ id }) => ({ guard: id, action: 'redact' }))

/** What both ways of starting our side are configured with: `quiet` looks at the input only, `watched` at both. */
export function declared(upstream: string): { kind: 'Provider' | 'Policy' | 'Route' | 'Consumer'; name: string; spec: object }[] {
  const route = (name: string) => ({ models: [name], targets: [{ provider: 'vendor', model: 'text' }], policy: name, content: 'metadata' })
  return [
    { kind: 'Provider', name: 'vendor', spec: { use: 'provider.openai-compatible', config: { baseUrl: `${upstream}/v1` } } },
    { kind: 'Policy', name: 'quiet', spec: { stages: { input: stage('input') } } },
    { kind: 'Policy', name: 'watched', spec: { stages: { input: stage('input'), output: stage('output') } } },
    { kind: 'Route', name: 'quiet', spec: route('quiet') },
    { kind: 'Route', name: 'watched', spec: route('watched') },
    {
      kind: 'Consumer',
      name: 'bench',
      spec: { keys: [{ secret: 'env:BENCH_KEY' }], limits: { requestsPerMinute: 1e9, tokensPerMinute: 1e12, concurrency: 1e6 } },
    },
  ]
}
