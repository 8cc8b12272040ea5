import { defaultPolicy, guards } from '@gatehouse/guards'

/** The shipped policy, as a route gets it that names none; `quiet` is the same without its output stage. */
const { output, ...beforeTheModel } = defaultPolicy.stages
const used = new Set([...(defaultPolicy.stages.input ?? []), ...(output ?? [])].map(({ guard }) => guard))
/** The guards it uses on prompts and answers. */
export const deterministic = guards.filter(({ id }) => used.has(id))

/**
 * What both ways of starting our side are configured with: `quiet` looks at the input only, `watched` at both, `kept` does what `watched`
 * does and also keeps what was said, redacted and encrypted: the level a route has that names none.
 */
export function declared(upstream: string): { kind: 'Provider' | 'Policy' | 'Route' | 'Consumer'; name: string; spec: object }[] {
  const route = (name: string, policy = name, content = 'metadata') => ({
    models: [name],
    targets: [{ provider: 'vendor', model: 'text' }],
    policy,
    content,
  })
  return [
    { kind: 'Provider', name: 'vendor', spec: { use: 'provider.openai-compatible', config: { baseUrl: `${upstream}/v1` } } },
    { kind: 'Policy', name: 'quiet', spec: { ...defaultPolicy, stages: beforeTheModel } },
    { kind: 'Policy', name: 'watched', spec: defaultPolicy },
    { kind: 'Route', name: 'quiet', spec: route('quiet') },
    { kind: 'Route', name: 'watched', spec: route('watched') },
    { kind: 'Route', name: 'kept', spec: route('kept', 'watched', 'redacted') },
    {
      kind: 'Consumer',
      name: 'bench',
      spec: { keys: [{ secret: 'env:BENCH_KEY' }], limits: { requestsPerMinute: 1e9, tokensPerMinute: 1e12, concurrency: 1e6 } },
    },
  ]
}
