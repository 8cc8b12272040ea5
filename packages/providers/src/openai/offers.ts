import type { Call } from '@gatehouse/kernel'

/** How many texts a vendor embeds at once. */
export interface EmbeddingLimits {
  readonly mostInputs: number
  /** Of all inputs of a request together. */
  readonly mostTokens: number
}
/** Where a vendor reranks, in the form that Jina and Cohere share. */
export interface RerankPlace {
  readonly path: string
  /** Behind the base URL, or at the host. */
  readonly from: 'base' | 'origin'
  readonly mostDocuments: number
}
export type Post = <Answer>(call: Call, body: Uint8Array | string, read: (body: Uint8Array) => Answer) => Promise<Answer>

/** At most so many requests of one call at once. */
const width = 4

/** Works through the items side by side, a few at a time; results in order. The first failure ends it. */
export async function inTurns<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < items.length && !failed) {
      const at = next++
      try {
        results[at] = await work(items[at]!)
      } catch (thrown) {
        failed = true
        throw thrown
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}

/** Three bytes a token is near for English and for Chinese. */
export const tokensIn = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3)
