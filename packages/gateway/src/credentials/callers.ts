import type { IncomingMessage } from 'node:http'
import { AppError, anonymousConsumer, type Clock, type Nonces, toAppError } from '@gatehouse/kernel'
import { KeyHashes } from '../identity.ts'
import { checkOrigin } from '../origin.ts'
import type { KeyEntry, Snapshot } from '../snapshot.ts'
import { assertionHeader, speakFor } from './assertions.ts'
import { Failures } from './failures.ts'
import { type FetchKeys, KeySets } from './key-sets.ts'
import { createMemoryNonces } from './memory-nonces.ts'
import { refused } from './refusals.ts'
import { readSent, type Sent } from './sent.ts'
import { verifySignature } from './signatures.ts'
import { looksLikeToken, verifyToken } from './tokens.ts'

export interface CallerOptions {
  readonly clock: Clock
  /** The caller's own address, as far as trusted proxies tell it. */
  readonly addressOf?: (request: IncomingMessage) => string
  /** What a trusted proxy took away from the front of the path: the caller signed it with the rest. */
  readonly prefixOf?: (request: IncomingMessage) => string
  /** Standard: of this process. */
  readonly nonces?: Nonces
  /** For issuers that publish their keys; without it only configured keys work. */
  readonly fetchKeys?: FetchKeys
  /** Against names an attacker points at our address: who has no credential must come by one of ours. Standard: none is refused. */
  readonly isOurHost?: (host: string) => boolean
  /** Told of each refusal, by its cause. */
  readonly refused?: (cause: string) => void
}
/** A known caller. */
export interface Caller extends KeyEntry {
  /** What could not be checked before the body was there. */
  readonly checkBody?: (body: Buffer) => void | Promise<void>
}

/** A key is a few bytes; what somebody sends without one is read no further than this. */
const mostAnonymousBytes = 4 * 1024 * 1024
const mostFormBytes = 64 * 1024

/**
 * Who calls: by API key, signature, or token of an issuer, perhaps speaking for a person; or nobody in particular where a route allows that. Nothing
 * that was sent and is wrong falls through to something weaker.
 */
export class Callers {
  readonly #options: CallerOptions
  readonly #hashes = new KeyHashes()
  readonly #failures = new Failures()
  readonly #nonces: Nonces
  readonly #keySets: KeySets

  constructor(options: CallerOptions) {
    this.#options = options
    this.#nonces = options.nonces ?? createMemoryNonces({ since: options.clock.now() })
    const fetchKeys = options.fetchKeys ?? (() => Promise.reject(new AppError('unsupported', 'keys are not fetched here')))
    this.#keySets = new KeySets({ fetchKeys, clock: options.clock })
  }

  /** By API key at once; everything else takes its time. Throws, or rejects with, what the caller is told. */
  identify(request: IncomingMessage, snapshot: Snapshot, now: number, prefix: string): Caller | Promise<Caller> {
    try {
      const caller = this.#identify(request, snapshot, now, prefix)
      if (!(caller instanceof Promise)) return caller
      return caller.catch((thrown: unknown) => Promise.reject(this.#failed(thrown, request, now)))
    } catch (thrown) {
      throw this.#failed(thrown, request, now)
    }
  }

  /** For paths whose keys are looked at elsewhere: whether the key that was sent may be used from there. */
  checkAddress(request: IncomingMessage, snapshot: Snapshot): void {
    const sent = readSent(request.rawHeaders)
    if (sent.twice === 'authorization') throw refusal('the header authorization was sent more than once')
    const token = bearerOf(sent)
    const entry = token === undefined ? undefined : this.#hashes.entryOf(token, snapshot)
    if (entry) this.#admit(entry, request)
  }

  /** How much of a body is read from this caller at most. */
  mostBytes(caller: Caller, request: IncomingMessage, most: number): number {
    if (caller.consumer === anonymousConsumer) return Math.min(most, mostAnonymousBytes)
    const isForm = caller.checkBody && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    return isForm ? Math.min(most, mostFormBytes) : most
  }

  #identify(request: IncomingMessage, snapshot: Snapshot, now: number, prefix: string): Caller | Promise<Caller> {
    const sent = readSent(request.rawHeaders)
    if (sent['x-ca-key'] !== undefined || sent['x-ca-signature'] !== undefined) return this.#bySignature(request, sent, snapshot, now)
    if (sent.twice !== undefined) throw refusal(`the header ${sent.twice} was sent more than once`)
    const key = keyOf(sent)
    if (key === undefined) {
      const entry = anonymous(sent, snapshot, prefix)
      checkOrigin((name) => request.headers[name] as string | undefined, { isOurHost: this.#options.isOurHost ?? (() => true) })
      return entry
    }
    const entry = this.#hashes.entryOf(key, snapshot)
    if (entry === undefined && looksLikeToken(key)) return this.#byToken(key, request, sent, snapshot, now)
    if (!entry || (entry.expiresAt !== undefined && entry.expiresAt <= now)) throw refusal(`it was sent in the header ${whereOf(sent)}`)
    if (entry.mayCallFrom) this.#admit(entry, request)
    return sent[assertionHeader] === undefined ? entry : this.#speaking(entry, sent, snapshot, now)
  }

  async #bySignature(request: IncomingMessage, sent: Sent, snapshot: Snapshot, now: number): Promise<Caller> {
    const { method = 'GET', url = '/', rawHeaders } = request
    const tools = {
      find: (accessKey: string) => snapshot.signingKeys.get(accessKey),
      nonces: this.#nonces,
      now,
      admit: (entry: KeyEntry) => this.#admit(entry, request),
    }
    const { entry, checkBody } = await verifySignature(
      { method, target: (this.#options.prefixOf?.(request) ?? '') + url, rawHeaders },
      tools,
    )
    if (sent.twice !== undefined) throw refusal(`the header ${sent.twice} was sent more than once`)
    const caller = sent[assertionHeader] === undefined ? entry : await this.#speaking(entry, sent, snapshot, now)
    return checkBody ? { ...caller, checkBody } : caller
  }

  async #byToken(token: string, request: IncomingMessage, sent: Sent, snapshot: Snapshot, now: number): Promise<Caller> {
    const caller = await verifyToken(token, { snapshot, keysOf: (url) => this.#keySets.keysOf(url), now })
    this.#admit(caller, request)
    return sent[assertionHeader] === undefined ? caller : this.#speaking(caller, sent, snapshot, now)
  }

  #speaking(entry: KeyEntry, sent: Sent, snapshot: Snapshot, now: number): Promise<Caller> {
    return speakFor(sent[assertionHeader] ?? '', entry, { snapshot, nonces: this.#nonces, now })
  }

  #admit({ consumer, mayCallFrom }: KeyEntry, request: IncomingMessage): void {
    if (!mayCallFrom || mayCallFrom(this.#addressOf(request))) return
    throw refused('UnauthorizedConsumer', `the consumer ${consumer} may not call from the address ${this.#addressOf(request)}`)
  }

  #addressOf(request: IncomingMessage): string {
    return this.#options.addressOf?.(request) ?? request.socket.remoteAddress ?? 'unknown'
  }

  /** Too many failures from one address are told to wait, which says no more about the credential. */
  #failed(thrown: unknown, request: IncomingMessage, now: number): AppError {
    const error = toAppError(thrown)
    this.#options.refused?.(String(error.details.code ?? error.code))
    if (error.status >= 500) return error
    const until = this.#failures.add(this.#addressOf(request), now)
    if (until === undefined) return error
    const message = 'too many requests without a valid credential came from this address; wait a minute'
    return new AppError('quota_exceeded', message, { details: { retryAt: until } })
  }
}

const refusal = (what: string) =>
  new AppError(
    'unauthorized',
    `the API key is missing, unknown or expired; send it as "Authorization: Bearer <key>" or in x-api-key (${what})`,
  )

/** The one key that was sent; two that differ are refused, because somebody on the way may have judged the other one. */
function keyOf(sent: Sent): string | undefined {
  const bearer = bearerOf(sent)
  if (sent.authorization !== undefined && bearer === undefined) throw refusal('the header authorization holds no bearer key')
  const key = bearer ?? sent['x-api-key'] ?? sent['api-key']
  for (const name of ['x-api-key', 'api-key'] as const)
    if (sent[name] !== undefined && sent[name] !== key) throw refusal(`the header ${name} and the header ${whereOf(sent)} differ`)
  return key
}

function bearerOf({ authorization }: Sent): string | undefined {
  if (!authorization || authorization.length < 8 || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
  return authorization.slice(7).trim()
}

const whereOf = (sent: Sent): string =>
  sent.authorization !== undefined ? 'authorization' : sent['x-api-key'] !== undefined ? 'x-api-key' : 'api-key'

function anonymous(sent: Sent, { anonymous }: Snapshot, prefix: string): KeyEntry {
  const entry = anonymous.get(prefix)
  if (!entry) throw refusal('there is no header authorization, x-api-key, api-key or x-ca-key')
  if (sent[assertionHeader] !== undefined) throw refusal(`the header ${assertionHeader} counts only beside a credential`)
  return entry
}
