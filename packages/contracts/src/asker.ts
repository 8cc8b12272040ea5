import { z } from 'zod'

/**
 * A label a document may be read by. Allow only: nothing is denied by exception.
 * `everyone` = signed-in people and known consumers; `public` = anybody, only where a person chose it.
 */
export const Principal = z
  .string()
  .regex(
    /^(everyone|public|(user|group|consumer):[\p{L}\p{N}._@-]{1,128})$/u,
    'expected everyone, public, user:<id>, group:<id> or consumer:<id>',
  )
export type Principal = z.infer<typeof Principal>

/** Who is asking. Computed for each request, never stored in a token. */
export interface Asker {
  /** The calling system. The web apps call as the built-in consumers `chat` and `console`. */
  readonly consumer: string
  /** The person, by session, JWT or signed assertion: the id of a User. */
  readonly user?: string
  /** A bare `user` field of a request body: owns its conversations, has no principals. */
  readonly pseudonym?: string
  readonly principals: readonly Principal[]
}

export const Role = z.enum(['owner', 'admin', 'builder', 'auditor', 'member'])
export type Role = z.infer<typeof Role>
