import { AppError, Pieces, type UpstreamControl } from '@gatehouse/kernel'
import { type Handling, refusal } from './handling.ts'

const mostBytes = 4 * 1024 * 1024

/** Reads the vendor's list of models. */
export class ModelList implements Handling {
  control?: UpstreamControl
  readonly #resolve: (names: string[]) => void
  readonly #reject: (reason: Error) => void
  #refused: AppError | undefined
  readonly #reads = new Pieces()

  constructor(resolve: (names: string[]) => void, reject: (reason: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (status !== 200) this.#refused = refusal(status, headers, undefined)
  }

  data(read: Uint8Array): boolean {
    this.#reads.add(read)
    if (this.#reads.size > mostBytes) throw new AppError('upstream_failed', 'the vendor sent more than 4 MB')
    return true
  }

  end(): void {
    try {
      if (this.#refused) throw this.#refused
      const { data } = JSON.parse(this.#reads.take().toString('utf8')) as { data: { id: unknown }[] }
      this.#resolve(data.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])))
    } catch (cause) {
      this.#reject(this.#refused ?? new AppError('upstream_failed', 'the vendor sent something that is no list of models', { cause }))
    }
  }

  fail(thrown: Error): void {
    this.#reject(thrown)
  }
}
