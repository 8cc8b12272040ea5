import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kind, type Spec, specs } from '@gatehouse/contracts'
import { AppError, type Declared } from '@gatehouse/kernel'
import { parse } from 'yaml'
import { z } from 'zod'
import { readDeclared } from './configuration.ts'

const Manifest = z.object({
  company: z.object({ name: z.string() }),
  groups: z.array(z.object({ id: z.string(), title: z.string() })),
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      groups: z.array(z.string()),
      language: z.enum(['en', 'zh']),
    }),
  ),
})

/** The stored secret that holds the sample consumer's key. */
export const sampleKey = 'sample-key'

/** The sample company of a directory, as resources: its people and groups, its documents, its app, and the models there are. */
export async function sampleResources(directory: string, environment: Readonly<Record<string, string | undefined>>): Promise<Declared[]> {
  const manifest = await readManifest(directory)
  return [
    ...manifest.groups.map(({ id, title }) => declare('Group', id, { title })),
    ...manifest.people.map(({ id, name, email, groups, language }) =>
      declare('User', id, { title: name, email, groups, language, sample: true }),
    ),
    declare('KnowledgeBase', 'handbook', {
      title: 'Handbook',
      description: `What people at ${manifest.company.name} may know`,
      sources: [{ use: 'connector.files', config: { path: join(directory, 'documents') } }],
      // words lead: the built-in vectors know only which words mean alike
      embedding: { model: 'meanings' },
      retrieval: { weights: { words: 0.85, vectors: 0.15 } },
    }),
    declare('Consumer', 'sample', {
      title: 'Sample consumer',
      keys: [{ secret: `store:${sampleKey}`, title: 'printed at the first start' }],
    }),
    ...models(environment),
    ...(await readDeclared(join(directory, 'app.yaml'))),
  ]
}

async function readManifest(directory: string) {
  const text = await readFile(join(directory, 'manifest.yaml'), 'utf8').catch((cause) => {
    throw new AppError('invalid_request', `${directory} holds no sample company: manifest.yaml is missing`, { cause })
  })
  return Manifest.parse(parse(text))
}

/** A vendor that the environment names a key or an address of. */
interface Vendor {
  readonly name: string
  readonly variable: string
  readonly model: string
  spec(value: string): z.input<(typeof specs)['Provider']>
}
const vendors: readonly Vendor[] = [
  {
    name: 'openai',
    variable: 'OPENAI_API_KEY',
    model: 'gpt-4o-mini',
    spec: () => ({ use: 'provider.openai', credentials: ['env:OPENAI_API_KEY'] }),
  },
  {
    name: 'dashscope',
    variable: 'DASHSCOPE_API_KEY',
    model: 'qwen-plus',
    spec: () => ({ use: 'provider.dashscope', credentials: ['env:DASHSCOPE_API_KEY'] }),
  },
  {
    name: 'ollama',
    variable: 'OLLAMA_HOST',
    model: 'qwen3',
    spec: (host) => ({ use: 'provider.ollama', config: { baseUrl: `${host.includes('://') ? host : `http://${host}`}/v1` } }),
  },
]

/** The route `assistant`: the vendors of the environment in their order, and behind them the built-in answerer. `meanings` embeds without a key. */
function models(environment: Readonly<Record<string, string | undefined>>): Declared[] {
  const present = vendors.filter(({ variable }) => environment[variable])
  const targets = present.map(({ name, model }, priority) => ({ provider: name, model: environment.GATEHOUSE_MODEL ?? model, priority }))
  return [
    declare('Provider', 'builtin', { use: 'provider.builtin' }),
    ...present.map(({ name, variable, spec }) => declare('Provider', name, spec(environment[variable]!))),
    declare('Route', 'assistant', {
      models: ['assistant'],
      targets: [...targets, { provider: 'builtin', priority: present.length }],
    }),
    declare('Route', 'meanings', { models: ['meanings'], targets: [{ provider: 'builtin', model: 'gatehouse-lexicon' }] }),
  ]
}

const declare = <K extends Kind>(kind: K, name: string, spec: z.input<(typeof specs)[K]>): Declared<K> => ({
  kind,
  project: 'default',
  name,
  spec: specs[kind].parse(spec) as Spec<K>,
})
