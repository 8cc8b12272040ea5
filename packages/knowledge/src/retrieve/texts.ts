import type { Blobs } from '@gatehouse/kernel'
import { textKey } from '../ingest/work.ts'

/** Extracted texts of document versions; the newest read stay in memory, up to a number of characters. */
export interface Texts {
  get(document: string, version: number): Promise<string | undefined>
}

export function createTexts(blobs: Blobs, most = 8_000_000): Texts {
  const kept = new Map<string, string>()
  let held = 0
  return {
    async get(document, version) {
      const key = textKey(document, version)
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key) // to the end: used last
        kept.set(key, known)
        return known
      }
      const bytes = await blobs.get(key)
      if (!bytes) return undefined
      const text = new TextDecoder().decode(bytes)
      if (text.length > most / 4) return text
      kept.set(key, text)
      held += text.length
      for (const [oldest, value] of kept) {
        if (held <= most) break
        kept.delete(oldest)
        held -= value.length
      }
      return text
    },
  }
}
