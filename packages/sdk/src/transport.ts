import { errorOf, GatehouseError } from './error.ts'

export type Fetch = (input: string, init: RequestInit) => Response | Promise<Response>

export interface TransportOptions {
  /** Scheme, host and port; empty in a page of the same origin. */
  readonly base: string
  readonly fetch?: Fetch
  /** Of messages; a browser's own preference counts otherwise. */
  readonly language?: 'en' | 'zh'
  /** A key or a session's token, for programs. Browsers have cookies. */
  readonly token?: string
}
export interface Send {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>> | undefined
  /** Sent as JSON, or as it is when it is bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** One request; anything but success throws a `GatehouseError`, an abort its own reason. */
export function createTransport({ base, fetch = (input, init) => globalThis.fetch(input, init), language, token }: TransportOptions) {
  return async ({ method, path, query, body, headers, signal }: Send): Promise<Response> => {
    const init: RequestInit = {
      method,
      credentials: 'same-origin',
      headers: {
        ...(language ? { 'accept-language': language } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes(body) ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    }
    const response = await reach(fetch, base, `${base.replace(/\/$/, '')}${path}${queryString(query)}`, init, signal)
    if (!response.ok) throw await errorOf(response)
    return response
  }
}

async function reach(fetch: Fetch, base: string, url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new GatehouseError('network', `the server${base && ` at ${base}`} cannot be reached`, { status: 0, cause })
  }
}

const isBytes = (body: unknown): body is Blob | Uint8Array<ArrayBuffer> => body instanceof Blob || body instanceof Uint8Array
const typeOf = (body: unknown) => (isBytes(body) ? (body instanceof Blob && body.type) || 'application/octet-stream' : 'application/json')

function queryString(query: Send['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  return given.length ? `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}` : ''
}
