import type { EmbeddingLimits, RerankPlace } from '../openai/offers.ts'
import type { Quirks } from '../openai/request.ts'

/** What differs between vendors that speak OpenAI's dialect; what is left out is as in `usual`. Data only: code that knows one vendor's name is nowhere. */
export interface Vendor extends Partial<Quirks> {
  readonly id: string
  readonly title: string
  readonly summary: string
  /** Absent: there is no address to assume. */
  readonly baseUrl?: string
  /** Its other addresses. A key is good at the address of its own region only. */
  readonly regions?: readonly Region[]
  /** The environment variable whose presence adds this vendor at first run. */
  readonly environment?: string
  /** Absent: the vendor has no such models. */
  readonly embeddings?: EmbeddingLimits
  readonly reranking?: RerankPlace
  /** Its models think in streams only: blocking calls that ask for it are streamed from the vendor and gathered here. */
  readonly streamsThinking?: boolean
  /** Which of its pages the row is to be compared with. */
  readonly from: string
}
export interface Region {
  readonly name: string
  /** `{workspace}` stands for what the account's owner knows. */
  readonly baseUrl: string
}

export const usual: Quirks = {
  limitField: 'max_tokens',
  asksUsage: true,
  omit: [],
  rename: {},
  thinking: 'as-is',
  auth: 'bearer',
  place: 'base',
}

/** A server of one's own tells no limit: batches that finish soon. */
export const unlimited: EmbeddingLimits = { mostInputs: 64, mostTokens: 100_000 }
export const besideEmbeddings: RerankPlace = { path: '/rerank', from: 'base', mostDocuments: 500 }

/** The region of an address, by its host; undefined when the vendor has one region, or the address is not the vendor's. */
export function regionAt(vendor: Vendor, baseUrl: string): Region | undefined {
  const { host } = new URL(baseUrl)
  return vendor.regions?.find((region) => fits(new URL(region.baseUrl.replace('{workspace}', 'workspace')).host, host, region.baseUrl))
}

const fits = (known: string, host: string, pattern: string): boolean =>
  pattern.includes('{workspace}') ? host.endsWith(known.slice(known.indexOf('.'))) : host === known

/** What to say when a vendor with regions does not accept a key. */
export function regionHint(vendor: Vendor, baseUrl: string): string | undefined {
  if (!vendor.regions) return undefined
  const here = regionAt(vendor, baseUrl)
  const others = vendor.regions.filter((region) => region !== here).map(({ name }) => name)
  const where = here ? `this is its address for ${here.name}` : 'its keys belong to one region each'
  return `${where}; a key of another region (${others.join(', ')}) is good only at the address of that region: set the base URL to match the key`
}
