import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Asker } from '@gatehouse/contracts'
import type { KeyEntry, Snapshot } from './snapshot.ts'

/** SHA-256 of known API keys, so that a key is hashed once and not per request. Bounded in bytes; only keys that exist are kept. */
export class KeyHashes {
  readonly #hashes = new Map<string, string>()
  readonly #most: number
  #bytes = 0

  constructor(mostBytes = 1024 * 1024) {
    this.#most = mostBytes
  }

  entryOf(token: string, snapshot: Snapshot): KeyEntry | undefined {
    const known = this.#hashes.get(token)
    if (known !== undefined) return snapshot.keys.get(known)
    if (token.length > 512) return undefined
    const digest = hash('sha256', token, 'hex')
    const entry = snapshot.keys.get(digest)
    if (entry) this.#keep(token, digest)
    return entry
  }

  #keep(token: string, digest: string): void {
    this.#hashes.set(token, digest)
    this.#bytes += sizeOf(token)
    for (const [oldest] of this.#hashes) {
      if (this.#bytes <= this.#most) return
      this.#hashes.delete(oldest)
      this.#bytes -= sizeOf(oldest)
    }
  }
}
const sizeOf = (token: string) => token.length * 2 + 192

/** A bare `user` field names a pseudonym: it owns its conversations and has no rights. */
export function askerOf(entry: KeyEntry, user: unknown): Asker {
  if (typeof user !== 'string' || user === '') return entry.asker
  return { ...entry.asker, pseudonym: user.slice(0, 256) }
}

const identityHeaders =
  /^(x-(gatehouse|mse|consumer|forwarded-(user|email|groups|preferred-username)|auth-request|remote|authenticated|user|webauth)|remote-user)/i

/** Takes out headers in which a proxy would tell who somebody is: here only keys and sessions tell. */
export function stripIdentity(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (identityHeaders.test(name)) delete request.headers[name]
  const raw = request.rawHeaders
  for (let at = raw.length - 2; at >= 0; at -= 2) if (identityHeaders.test(raw[at]!)) raw.splice(at, 2)
}
