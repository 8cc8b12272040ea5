import { z } from 'zod'

/** Where a passage stands. Says nothing about its document but the id. */
export const ReferenceView = z.object({
  dataset: z.string(),
  document: z.string(),
  version: z.number(),
  segment: z.string(),
  start: z.number(),
  end: z.number(),
  hash: z.string(),
})
export type ReferenceView = z.infer<typeof ReferenceView>

export const PlaceView = z.object({
  pages: z.tuple([z.number(), z.number()]).readonly().optional(),
  sheet: z.string().optional(),
  rows: z.tuple([z.number(), z.number()]).readonly().optional(),
})

/**
 * A passage as the signed-in operator may see it now. Not readable: neither title nor text, whoever was the asker; the ids and ranges
 * stay out as well, so that a passage cannot be followed.
 */
export const PassageView = z.discriminatedUnion('readable', [
  z.object({
    readable: z.literal(true),
    reference: ReferenceView,
    title: z.string(),
    headings: z.array(z.string()),
    /** Pages, or sheet and rows, of files that have them. */
    place: PlaceView.optional(),
    text: z.string(),
    /** False when a newer version of the document exists. */
    current: z.boolean(),
  }),
  z.object({ readable: z.literal(false) }),
])
export type PassageView = z.infer<typeof PassageView>

/** What one retrieval used and left. */
export const RetrievalView = z.object({
  /** Names of the knowledge bases. */
  bases: z.array(z.object({ id: z.string(), name: z.string(), title: z.string() })),
  used: z.array(
    z.object({
      n: z.number(),
      score: z.number(),
      /** Parts of the score by name, where the retriever tells them. */
      scores: z.record(z.string(), z.number()).optional(),
      passage: PassageView,
    }),
  ),
  left: z.array(
    z.object({ score: z.number(), reason: z.string(), scores: z.record(z.string(), z.number()).optional(), passage: PassageView }),
  ),
  /** How many documents among the best matches the asker may not read. */
  withheld: z.number(),
  weak: z.boolean(),
  /** The steps that asked a model; `skipped` says why one did without. */
  vectors: z.object({ model: z.string(), skipped: z.string().optional(), took: z.number() }).optional(),
  rerank: z.object({ model: z.string(), skipped: z.string().optional(), took: z.number() }).optional(),
  /** Microseconds. */
  took: z.number(),
})
export type RetrievalView = z.infer<typeof RetrievalView>
