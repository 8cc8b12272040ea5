import type { AdminEndpoints, AdminOperation, BodyOf, Endpoint, Me, PathNames, QueryOf, ResponseOf } from '@gatehouse/contracts'
import { operations } from './operations.ts'
import { createTransport, type TransportOptions } from './transport.ts'

type Optional<T> = undefined extends T ? true : object extends T ? true : false
type Part<Name extends string, T> = [T] extends [undefined]
  ? object
  : Optional<T> extends true
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T }
type PathOf<E extends Endpoint> = [PathNames<E['path']>] extends [never]
  ? object
  : { readonly path: { readonly [K in PathNames<E['path']>]: string } }

/** What an operation is called with: the parts it has, and a signal to leave it by. */
export type Input<E extends Endpoint> = PathOf<E> & Part<'query', QueryOf<E>> & Part<'body', BodyOf<E>> & { readonly signal?: AbortSignal }
type Arguments<E extends Endpoint> = object extends Input<E> ? [input?: Input<E>] : [input: Input<E>]

/** One method per operation of the admin API. */
export type AdminClient = {
  readonly [K in AdminOperation]: (...input: Arguments<AdminEndpoints[K]>) => Promise<ResponseOf<AdminEndpoints[K]>>
} & {
  /** The session's token for changes; kept from the last `Me` by itself. */
  csrf: string | undefined
}
export interface AdminClientOptions extends TransportOptions {
  readonly csrf?: string
}

/** Operations that answer `Me`, and with it a new token. */
const answerMe: readonly string[] = ['signIn', 'redeemLink', 'me', 'setPassword'] satisfies AdminOperation[]

interface AnyInput {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** In a page, `base` is empty and the browser holds the session; a program gives `token`. */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const send = createTransport(options)
  const client: { csrf: string | undefined } & Record<string, unknown> = { csrf: options.csrf }
  const call = async (name: string, method: string, path: string, { query, body, signal, ...input }: AnyInput) => {
    const headers: Record<string, string> = method === 'GET' || !client.csrf ? {} : { 'x-csrf-token': client.csrf }
    const response = await send({ method, path: `/api${fill(path, input.path ?? {})}`, headers, query, body, signal })
    if (response.status === 204) return undefined
    const result: unknown = await response.json()
    if (answerMe.includes(name)) client.csrf = (result as Me).csrf
    return result
  }
  for (const [name, [method, path]] of Object.entries(operations)) client[name] = (input: AnyInput = {}) => call(name, method, path, input)
  return client as unknown as AdminClient // built from the very table its type is computed from
}

const fill = (path: string, names: Readonly<Record<string, string>>) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''))
