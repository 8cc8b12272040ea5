import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentOf, tokensOf } from '@gatehouse/kernel'
import { createScriptedUpstream } from '@gatehouse/providers'
import { stringify } from 'yaml'
import { type HandbookFigures, loadManifest, score } from '../handbook.ts'
import { askServer } from '../handbook-server.ts'
import { loadPrecomputed } from './precomputed.ts'

/** What is compared: the same questions to the same server, searched in different ways. */
const ways = {
  words: { retrieval: { mode: 'words' } },
  hybrid: { retrieval: { weights: { words: 0.85, vectors: 0.15 } } },
  'hybrid, reranked': { retrieval: { weights: { words: 0.85, vectors: 0.15 }, rerank: { model: 'ranks', timeout: 5000 } } },
} as const
export type Way = keyof typeof ways
export interface WayFigures extends HandbookFigures {
  readonly way: Way
  /** Calls the scripted vendor answered. */
  readonly calls: number
}

/**
 * Words, vectors and a reranker side by side, through a real server and a vendor on this machine that is scripted: its vectors come from a
 * committed file, and its reranker counts shared words beside the same vectors. It shows that the parts work together, not what a model would score.
 */
export async function measureWays(file: string, folder: string): Promise<WayFigures[]> {
  const embed = await loadPrecomputed(join(import.meta.dirname, 'handbook.json'))
  const upstream = await createScriptedUpstream({
    embed,
    score: (query, document) => (shared(query, document) + near(embed(query), embed(document))) / 2,
  })
  const manifest = await loadManifest(folder)
  const figures: WayFigures[] = []
  try {
    for (const way of Object.keys(ways) as Way[]) {
      const before = upstream.requests.length
      const config = await declare(way, upstream.origin, folder)
      const outcomes = await askServer(file, folder, { config, embedded: true })
      await rm(config, { recursive: true, force: true })
      figures.push({ way, ...score(outcomes, manifest), calls: upstream.requests.length - before })
    }
  } finally {
    await upstream.close()
  }
  return figures
}

async function declare(way: Way, origin: string, folder: string): Promise<string> {
  const config = await mkdtemp(join(tmpdir(), 'gatehouse-ways-'))
  const resource = (kind: string, name: string, spec: unknown) => stringify({ apiVersion: 'gatehouse/v1', kind, metadata: { name }, spec })
  const documents = [
    resource('Provider', 'scripted', { use: 'provider.openai-compatible', config: { baseUrl: `${origin}/v1` } }),
    resource('Route', 'search-models', { models: ['vectors', 'ranks'], targets: [{ provider: 'scripted' }] }),
    resource('KnowledgeBase', 'handbook', {
      ...{ title: 'Handbook', embedding: { model: 'vectors' }, ...ways[way] },
      sources: [{ use: 'connector.files', config: { path: join(folder, 'documents') } }],
    }),
  ]
  await writeFile(join(config, 'ways.yaml'), documents.join('---\n'))
  return config
}

/** Share of the question's words that the document has. */
function shared(query: string, document: string): number {
  const asked = new Set(tokensOf(contentOf(query)))
  const held = new Set(tokensOf(document))
  return [...asked].filter((token) => held.has(token)).length / (asked.size || 1)
}

function near(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) return 0
  const dot = a.reduce((sum, value, at) => sum + value * b[at]!, 0)
  return Math.max(0, dot / (Math.hypot(...a) * Math.hypot(...b)))
}
