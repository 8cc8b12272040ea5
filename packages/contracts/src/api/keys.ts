import { z } from 'zod'
import { KeyVerb } from '../resources.ts'

export const KeyKind = z.enum(['model', 'app', 'dataset'])
/** A key as it can be told from others; the key itself is shown once, when it is made. */
export const KeyView = z
  .object({
    id: z.string(),
    kind: KeyKind,
    /** The visible start; absent for keys given by reference. */
    prefix: z.string().optional(),
    title: z.string(),
    apps: z.array(z.string()),
    datasets: z.array(z.string()),
    /** What a dataset key may do. */
    verbs: z.array(KeyVerb),
    expiresAt: z.string().optional(),
    expired: z.boolean(),
    /** Where its secret lies when it was given by reference: `env`, `file` or `store`. */
    from: z.enum(['env', 'file', 'store']).optional(),
  })
  .meta({ id: 'KeyView' })
export type KeyView = z.infer<typeof KeyView>

/** `key` is never shown again. */
export const CreatedKey = z.object({ key: z.string(), view: KeyView }).meta({ id: 'CreatedKey' })
export type CreatedKey = z.infer<typeof CreatedKey>
