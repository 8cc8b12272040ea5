import { hash } from 'node:crypto'
import type { Nonces, NonceUse } from '@gatehouse/kernel'

export interface NonceMemory {
  /** When the process began: what was signed before may have been used before. */
  readonly since: number
  readonly mostBytes?: number
}

/** A nonce's key of sixteen one-byte characters, and its place in a map. */
const bytesEach = 112
const megabyte = 1024 * 1024

/** Nonces of one process. Bounded in bytes, of all scopes together and of each by itself at half of that, so that one busy caller leaves room for others. */
export function createMemoryNonces({ since, mostBytes = 64 * megabyte }: NonceMemory): Nonces & { readonly bytes: number } {
  const most = Math.floor(mostBytes / bytesEach)
  const scopes = new Map<string, Map<string, number>>()
  let count = 0
  let sweptAt = Number.NEGATIVE_INFINITY

  const forget = (used: Map<string, number>, nonce: string) => {
    used.delete(nonce)
    count--
  }
  /** Oldest first, as far as they are over: those of one scope expire in the order they came. */
  const shorten = (used: Map<string, number>, now: number) => {
    for (const [nonce, until] of used) {
      if (until >= now) return
      forget(used, nonce)
    }
  }
  const sweep = (now: number) => {
    if (now - sweptAt < 1000) return
    sweptAt = now
    for (const [scope, used] of scopes) {
      shorten(used, now)
      if (used.size === 0) scopes.delete(scope)
    }
  }
  return {
    since,
    get bytes() {
      return count * bytesEach
    },
    use(scope, nonce, until, now): NonceUse {
      const used = scopes.get(scope) ?? new Map<string, number>()
      const key = hash('sha256', nonce, 'buffer').toString('latin1', 0, 16)
      const known = used.get(key)
      if (known !== undefined && known >= now) return 'used'
      shorten(used, now)
      if (count >= most) sweep(now)
      if (count >= most || used.size >= most / 2) return 'full'
      if (used.delete(key)) count-- // one that is over, but stood behind others
      used.set(key, until)
      count++
      scopes.set(scope, used)
      return 'fresh'
    },
  }
}
