import type { Asker, Reference, RetrievalRecord, Source } from '@gatehouse/contracts'
import {
  type Blobs,
  type Clock,
  contentOf,
  type Datasets,
  type Documents,
  type Exchange,
  type Inspector,
  languageOf,
  type Retrieval,
  type RetrieveQuery,
  type SearchIndex,
  type SearchModels,
  tokensOf,
} from '@gatehouse/kernel'
import type { Bases } from '../bases.ts'
import type { DatasetEmbeddings } from '../embed/dataset-embedding.ts'
import { redacted } from '../redacted.ts'
import { confidenceOf } from './confidence.ts'
import { createDocumentFacts, type DocumentFacts } from './document-facts.ts'
import { nearnessOf } from './nearness.ts'
import { createQueryVectors } from './query-vectors.ts'
import { createResolve } from './resolve.ts'
import { createSearch, type Found, type Search } from './search.ts'
import { type Passage, passagesOf, referenceOf } from './sources.ts'
import { createTexts } from './texts.ts'

export interface RetrievePorts {
  readonly index: SearchIndex
  readonly documents: Documents
  readonly blobs: Blobs
  readonly bases: Bases
  readonly inspector: Inspector
  readonly clock: Clock
  /** Absent: there are no models, and everything is found by words. */
  readonly embed?: { readonly models: SearchModels; readonly states: DatasetEmbeddings }
}
export interface KnowledgeDatasets extends Datasets {
  /** Segments as they are, without joining, inspection and refusal: for the API that returns segments. */
  readonly search: Search
  readonly facts: DocumentFacts
}

const standardTopK = 5
const mostNearest = 3
/** Together, the passages given to a model. */
const mostCharacters = 12_000

/** Retrieval as the asker: permission inside the search, retrieved text inspected, honest when the match is weak. */
export function createDatasets(ports: RetrievePorts): KnowledgeDatasets {
  const facts = createDocumentFacts(ports.documents, ports.clock)
  const { embed } = ports
  const vectors = embed && { models: embed.models, queryVectors: createQueryVectors({ ...embed, clock: ports.clock }) }
  const search = createSearch({ ...ports, facts, ...vectors })
  const texts = createTexts(ports.blobs)
  return {
    search,
    facts,
    resolve: createResolve({ ...ports, texts }),
    async retrieve(query: RetrieveQuery, asker: Asker, exchange?: Exchange): Promise<Retrieval> {
      const started = performance.now()
      const weights = ports.index.weights(query.datasets, [...new Set(tokensOf(contentOf(query.text)))].slice(0, 400))
      weights.catch(() => undefined) // the search's own error comes first
      const found = await search({
        ...{
          datasets: query.datasets,
          text: query.text,
          principals: asker.principals,
          caller: exchange ?? { project: await projectOf(ports.bases, query), asker },
          countWithheld: exchange !== undefined || (query.countWithheld ?? false),
        },
        ...(await limitsOf(ports.bases, query)),
      })
      const termWeights = await weights
      const inspected = await inspect(await passagesOf(found.taken, texts), found, asker, ports)
      const sources = numbered(inspected.kept)
      const taken = found.taken.filter(({ candidate }) => !inspected.blocked.has(candidate.segment))
      const { weak } = confidenceOf(query.text, taken, termWeights, nearnessOf(found.ranked, taken))
      const record: RetrievalRecord = {
        datasets: query.datasets,
        used: sources.map(({ n, reference, score }) => ({ n, reference, score })),
        left: [
          ...inspected.left,
          ...found.left.map(({ ranked, reason }) => ({ reference: referenceOf(ranked.candidate), score: ranked.score, reason })),
        ],
        withheld: found.withheld,
        weak,
        ...(found.vectors && { vectors: found.vectors }),
        ...(found.rerank && { rerank: found.rerank }),
        took: Math.round((performance.now() - started) * 1000),
      }
      exchange?.notes.retrieval.push(record)
      return {
        ...{ sources, weak, record },
        nearest: weak ? nearestTitles(found, query.text) : [],
        termWeights: Object.fromEntries(termWeights),
        scores: Object.fromEntries(found.taken.map(({ candidate, parts }) => [candidate.segment, parts])),
      }
    },
  }
}

const projectOf = async (bases: Bases, { datasets }: RetrieveQuery): Promise<string> =>
  (datasets[0] === undefined ? undefined : await bases.get(datasets[0]))?.project ?? ''

async function limitsOf(bases: Bases, { datasets, topK, threshold }: RetrieveQuery): Promise<{ topK: number; threshold: number }> {
  const first = datasets[0] === undefined ? undefined : await bases.get(datasets[0])
  return { topK: topK ?? first?.spec.retrieval.topK ?? standardTopK, threshold: threshold ?? first?.spec.retrieval.threshold ?? 0 }
}

interface Inspected {
  readonly kept: readonly Passage[]
  readonly left: RetrievalRecord['left']
  readonly blocked: ReadonlySet<string>
}

/** Each passage by itself: a blocked one is left out, and what is to be redacted is, before a model sees it. */
async function inspect(passages: readonly Passage[], found: Found, asker: Asker, { inspector }: RetrievePorts): Promise<Inspected> {
  const policies = new Map(found.bases.map(({ id, spec }) => [id, spec.policy]))
  const verdicts = await Promise.all(
    passages.map(({ reference, text }) =>
      inspector.inspect(
        { stage: 'context', text, policy: policies.get(reference.dataset) ?? 'default', project: found.project, source: reference },
        asker,
      ),
    ),
  )
  const kept: Passage[] = []
  const left: { reference: Reference; score: number; reason: string }[] = []
  const blocked = new Set<string>()
  for (const [at, passage] of passages.entries()) {
    const { action, because, findings, monitored } = verdicts[at]!
    if (monitored || action === 'allow' || action === 'flag') kept.push(passage)
    else if (action === 'redact') kept.push({ ...passage, text: redacted(passage.text, findings) })
    else {
      left.push({
        reference: passage.reference,
        score: passage.score,
        reason: action === 'not-inspected' ? action : (because?.rule ?? 'blocked'),
      })
      blocked.add(passage.reference.segment)
    }
  }
  return { kept, left, blocked }
}

function numbered(passages: readonly Passage[]): Source[] {
  const sources: Source[] = []
  let characters = 0
  for (const passage of passages) {
    characters += passage.text.length
    if (sources.length && characters > mostCharacters) break
    sources.push({ n: sources.length + 1, ...passage })
  }
  return sources
}

/** Of what the asker may read; in the question's language first. */
function nearestTitles({ ranked }: Found, query: string): string[] {
  const titles = [...new Set(ranked.slice(0, 20).map(({ candidate }) => candidate.title))]
  const language = languageOf(query)
  const same = titles.filter((title) => languageOf(title) === language)
  return [...same, ...titles.filter((title) => !same.includes(title))].slice(0, mostNearest)
}
