import { z } from 'zod'
import { Role } from '../asker.ts'
import { type ErrorCode, statusOf } from '../errors.ts'

/**
 * One operation of the admin API. The tables of this folder are the only list of them: the server builds its routes, its
 * access checks and its OpenAPI document from them, the SDK its methods.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api`; `{name}` stands for one segment. */
  readonly path: `/${string}`
  /** Who may call it: everybody, or people signed in to the console who hold one of the roles. */
  readonly access: 'public' | readonly Role[]
  readonly summary: string
  readonly query?: z.ZodObject
  /** `bytes`: the body is a file as it is. */
  readonly body?: z.ZodObject | 'bytes'
  /** Absent: 204 without a body. */
  readonly response?: z.ZodType
  readonly status?: 200 | 201 | 202
}
export type Endpoints = Readonly<Record<string, Endpoint>>

/** Keeps the literal types of a table. */
export const endpoints = <const E extends Endpoints>(table: E): E => table

/** The `{names}` of a path. */
export type PathNames<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | PathNames<Rest> : never
export type QueryOf<E extends Endpoint> = E extends { readonly query: infer Q extends z.ZodObject } ? z.input<Q> : undefined
export type BodyOf<E extends Endpoint> = E extends { readonly body: infer B }
  ? B extends z.ZodObject
    ? z.input<B>
    : Uint8Array<ArrayBuffer> | Blob
  : undefined
export type ResponseOf<E extends Endpoint> = E extends { readonly response: infer R extends z.ZodType } ? z.output<R> : undefined

export const signedIn = Role.options
export const operators = ['owner', 'admin', 'builder', 'auditor'] as const
export const builders = ['owner', 'admin', 'builder'] as const
export const administrators = ['owner', 'admin'] as const
export const auditors = ['owner', 'admin', 'auditor'] as const

/** What every failed request answers. */
export const ApiError = z
  .object({
    code: z.enum(Object.keys(statusOf) as [ErrorCode, ...ErrorCode[]]),
    /** In the caller's language. */
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
    /** The request's id, also in the header `x-request-id`. */
    trace: z.string().optional(),
  })
  .meta({ id: 'ApiError' })
export type ApiError = z.infer<typeof ApiError>

/** Milliseconds since 1970, UTC. */
export const Instant = z.number().int().min(0)
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().optional() })
const whole = () => z.coerce.number<number | string>().int()
export const Limit = whole().min(1).max(200).default(50)
export const After = z.string().max(200).optional()
export const InstantQuery = whole().min(0)

/** Why somebody looks at what they may not read otherwise. Kept in the audit. */
export const Reason = z.string().trim().min(8, 'give a reason of at least 8 characters; it is kept in the audit').max(400)
