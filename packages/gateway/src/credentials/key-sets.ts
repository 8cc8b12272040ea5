import { AppError, type Clock } from '@gatehouse/kernel'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** The text an issuer publishes its keys as. Whoever fetches checks the address, bounds size and time, and follows no redirect. */
export type FetchKeys = (url: string) => Promise<string>
export interface KeySetOptions {
  readonly fetchKeys: FetchKeys
  readonly clock: Clock
}

const minute = 60_000
/** Afterwards the old set is still used while a new one is fetched … */
const fresh = 10 * minute
/** … but not longer than this. */
const stale = 24 * 60 * minute
/** Between two attempts at one address, also when a token names a key that is not there: strangers choose what tokens name. */
const pause = 30_000
const mostCharacters = 256 * 1024
const mostSets = 64

interface Kept {
  keys?: JWTVerifyGetKey
  fetchedAt: number
  triedAt: number
  running?: Promise<void>
}

/** Issuers' published keys: fetched once, refreshed behind the callers' backs, kept through an issuer's outage. */
export class KeySets {
  readonly #options: KeySetOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: KeySetOptions) {
    this.#options = options
  }

  /** Finds a token's key, with one new look at the issuer for a key that is not known yet. */
  keysOf(url: string): JWTVerifyGetKey {
    return async (header, token) => {
      const kept = this.#of(url)
      const age = this.#now() - kept.fetchedAt
      if (!kept.keys || age > stale) await this.#refresh(url, kept)
      else if (age > fresh) this.#refresh(url, kept).catch(() => {}) // the old set serves on; a later call tries again
      try {
        return await this.#get(kept)(header, token)
      } catch (thrown) {
        if (!(thrown instanceof errors.JWKSNoMatchingKey) || this.#now() - kept.triedAt < pause) throw thrown
        await this.#refresh(url, kept)
        return this.#get(kept)(header, token)
      }
    }
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #of(url: string): Kept {
    const known = this.#kept.get(url)
    if (known) return known
    for (const [oldest] of this.#kept) if (this.#kept.size >= mostSets) this.#kept.delete(oldest)
    const kept = { fetchedAt: Number.NEGATIVE_INFINITY, triedAt: Number.NEGATIVE_INFINITY }
    this.#kept.set(url, kept)
    return kept
  }

  #get({ keys, fetchedAt }: Kept): JWTVerifyGetKey {
    if (keys && this.#now() - fetchedAt <= stale) return keys
    throw new AppError('overloaded', "the keys of the token's issuer cannot be fetched now; try again in a moment")
  }

  #refresh(url: string, kept: Kept): Promise<void> {
    if (kept.running) return kept.running
    if (this.#now() - kept.triedAt < pause) return Promise.resolve()
    kept.triedAt = this.#now()
    kept.running = this.#load(url, kept).finally(() => delete kept.running)
    return kept.running
  }

  async #load(url: string, kept: Kept): Promise<void> {
    try {
      const text = await this.#options.fetchKeys(url)
      if (text.length > mostCharacters) return
      kept.keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet) // it checks the form itself
      kept.fetchedAt = this.#now()
    } catch {
      // what was fetched before serves on, or the caller is told
    }
  }
}
