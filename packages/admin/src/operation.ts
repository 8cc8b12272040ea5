import type { AdminEndpoints, AdminOperation, Asker, Endpoint, Resource } from '@gatehouse/contracts'
import type { Session } from '@gatehouse/kernel'
import type { z } from 'zod'
import type { AdminDependencies } from './dependencies.ts'
import type { Language } from './words.ts'

/** Who is signed in, computed for each request. */
export interface Operator {
  readonly token: string
  readonly session: Session
  readonly person: Resource<'User'>
  /** With the operator's own principals: an office gives no right to read documents. */
  readonly asker: Asker
}

/** What an operation gets: everything parsed, the access checked. */
export interface Work<E extends Endpoint> {
  readonly path: Readonly<Record<string, string>>
  readonly query: E extends { readonly query: infer Q extends z.ZodObject } ? z.output<Q> : undefined
  readonly body: E extends { readonly body: infer B } ? (B extends z.ZodObject ? z.output<B> : Uint8Array) : undefined
  /** Throws `unauthorized` in operations open to everybody. */
  readonly operator: Operator
  readonly project: string
  /** Address of the other end, for throttling. */
  readonly from: string
  /** False where a password or a session would travel unprotected. */
  readonly maySignIn: boolean
  readonly contentType: string
  /** What the caller reads. */
  readonly language: Language
  /** Puts a session into the reply's cookie, or takes it out. */
  readonly setSession: (opened: { token: string; session: Session } | undefined) => void
}
type Result<E extends Endpoint> = E extends { readonly response: infer R extends z.ZodType } ? z.input<R> : undefined

/** One function per operation of the table: a missing one does not compile. */
export type Operations<Name extends AdminOperation = AdminOperation> = {
  readonly [K in Name]: (work: Work<AdminEndpoints[K]>) => Promise<Result<AdminEndpoints[K]>>
}
type OperationsOf<Table extends Partial<Record<AdminOperation, Endpoint>>> = Operations<Extract<keyof Table, AdminOperation>>
export type Create<Table extends Partial<Record<AdminOperation, Endpoint>>> = (dependencies: AdminDependencies) => OperationsOf<Table>

/** `user:<name>`, as it stands in the audit. */
export const actorOf = ({ person }: Operator): string => `user:${person.name}`
