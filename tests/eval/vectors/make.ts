import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnector } from '@gatehouse/knowledge'
import { providers } from '@gatehouse/providers'
import { linesOf } from '../collection.ts'
import { loadManifest, type Question } from '../handbook.ts'
import { createHouse } from '../house.ts'
import { keyOf, pack } from './precomputed.ts'

// node scripts/node24.mjs tests/eval/vectors/make.ts: writes handbook.json anew. The same texts give the same file.

const folder = join(import.meta.dirname, '../../../examples/handbook')
const builtin = providers.find(({ id }) => id === 'provider.builtin')!.create({})
const vectors = new Map<string, Float32Array>()

/** Whatever ingest asks vectors for is what the file must know. */
const house = await createHouse(undefined, {
  async embed(request) {
    const { whole } = await builtin.embed!(request, undefined as never) // it needs nothing of a call
    const found = whole?.payload.vectors ?? []
    for (const [at, text] of request.inputs.entries()) vectors.set(keyOf(text), found[at]!)
    return found
  },
  rerank: () => Promise.reject(new Error('nothing is ranked here')),
})
const base = await house.addBase('handbook', ['everyone'], { embedding: { model: 'builtin' } })
await house.ingest.sync(base, createConnector('connector.files', { path: join(folder, 'documents') }), 'eval')
await house.ingest.idle()
await loadManifest(folder)
const asked = [join(folder, 'questions.jsonl'), join(import.meta.dirname, 'paraphrases.jsonl')]
const questions = (await Promise.all(asked.map((file) => linesOf<Question>(file)))).flat().map(({ question }) => question)
const { whole } = await builtin.embed!(
  { operation: 'embed', model: 'builtin', inputs: questions, stream: false, raw: {} },
  undefined as never,
)
for (const [at, question] of questions.entries()) vectors.set(keyOf(question), whole!.payload.vectors![at]!)
const about = 'Made by tests/eval/vectors/make.ts with the built-in embedding from our own handbook and questions. No model.'
await writeFile(join(import.meta.dirname, 'handbook.json'), pack(about, vectors))
process.stdout.write(`${vectors.size} vectors\n`)
await house.close()
process.exit(0)
