import { type Assembly, type AssemblyOptions, assemble, key, resource } from '../assembly.ts'

export { key }

const timeouts = { connect: 1000, firstByte: 1000, idle: 1000, total: 5000 }

/**
 * Two vendors behind one server, and a route to each: models under `/claude` go to the one that speaks Anthropic's dialect, all others to
 * the one that speaks OpenAI's. Under `/either` the first fails and the second answers.
 */
export const assembleDialects = (
  options: Pick<AssemblyOptions, 'layers' | 'bindPolicy' | 'keepAlive' | 'delay' | 'chunks'> = {},
  vendor?: string,
): Promise<Assembly> =>
  assemble({
    ...options,
    resources: (scripted) => resourcesFor(vendor ?? scripted),
  })

const resourcesFor = (upstream: string) => [
  resource('Provider', 'open', {
    use: 'provider.openai-compatible',
    config: { baseUrl: `${upstream}/v1` },
    credentials: ['env:VENDOR_KEY'],
  }),
  resource('Provider', 'claude', { use: 'provider.anthropic', config: { baseUrl: upstream }, credentials: ['env:VENDOR_KEY'] }),
  resource('Provider', 'own', { use: 'provider.builtin', config: {} }),
  resource('Route', 'open', { models: ['*'], targets: [{ provider: 'open' }], timeouts, content: 'full' }),
  resource('Route', 'claude', { prefix: '/claude', models: ['*'], targets: [{ provider: 'claude' }], timeouts, content: 'full' }),
  resource('Route', 'renamed', {
    prefix: '/claude',
    models: ['assistant'],
    targets: [{ provider: 'claude', model: 'text' }],
    timeouts,
  }),
  resource('Route', 'own', { prefix: '/own', models: ['*'], targets: [{ provider: 'own' }], timeouts }),
  resource('Route', 'either', {
    prefix: '/either',
    models: ['*'],
    targets: [
      { provider: 'claude', priority: 0 },
      { provider: 'open', priority: 1, model: 'text' },
    ],
    timeouts,
  }),
  resource('Route', 'last', {
    prefix: '/last',
    models: ['*'],
    targets: [
      { provider: 'open', priority: 0 },
      { provider: 'claude', priority: 1 },
    ],
    timeouts,
  }),
  resource('Consumer', 'tests', { keys: [{ secret: 'env:TEST_KEY', prefix: 'gh-test' }], groups: [] }),
]
