import type { AppError } from '@gatehouse/kernel'

/** A key that was refused rests long, one that was told to slow down as long as the vendor says, half a minute if it does not. */
const refusedRest = 300_000
const busyRest = 30_000
const longestRest = 3_600_000

/** The credentials of one provider, used in turns; one that its vendor refuses rests while another works. */
export class KeyRing {
  readonly #keys: { readonly secret: string; restsUntil: number }[]
  #next = 0

  constructor(secrets: readonly string[]) {
    this.#keys = (secrets.length > 0 ? secrets : ['']).map((secret) => ({ secret, restsUntil: 0 }))
  }

  get size(): number {
    return this.#keys.length
  }

  /** The next in turn that does not rest; when all do, the one that is back first: the vendor shall say no, not we. */
  take(now: number): string {
    const { length } = this.#keys
    if (length === 1) return this.#keys[0]!.secret
    let soonest = this.#keys[this.#next]!
    for (let step = 0; step < length; step++) {
      const at = (this.#next + step) % length
      const key = this.#keys[at]!
      if (key.restsUntil <= now) {
        this.#next = (at + 1) % length
        return key.secret
      }
      if (key.restsUntil < soonest.restsUntil) soonest = key
    }
    return soonest.secret
  }

  /** After a failure with this key: true when it was the key's fault and another one is awake, so the same target is worth another try. */
  failed(secret: string, { details: { upstream, retryAfter } }: AppError, now: number): boolean {
    if (this.#keys.length === 1 || (upstream !== 401 && upstream !== 403 && upstream !== 429)) return false
    const asked = typeof retryAfter === 'string' && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1000 : busyRest
    const rest = upstream === 429 ? Math.min(Math.max(asked, 1000), longestRest) : refusedRest
    for (const key of this.#keys) if (key.secret === secret) key.restsUntil = now + rest
    return this.#keys.some(({ restsUntil }) => restsUntil <= now)
  }
}
