import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, ReplyEvent, type UpstreamControl, WholeReply } from '@gatehouse/kernel'
import { dialect, estimated, type Handling, refusal, wordOf } from './handling.ts'
import { payloadOf } from './reply.ts'

const mostBytes = 32 * 1024 * 1024

/** Gathers a complete body and reads it, or the body of a refusal. */
export class Gathering<Answer> implements Handling {
  control?: UpstreamControl
  readonly #read: (body: Uint8Array) => Answer
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (reason: Error) => void
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  readonly #reads: Uint8Array[] = []
  #size = 0

  constructor(read: (body: Uint8Array) => Answer, resolve: (answer: Answer) => void, reject: (reason: Error) => void) {
    this.#read = read
    this.#resolve = resolve
    this.#reject = reject
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    this.#headers = headers
  }

  data(read: Uint8Array): boolean {
    this.#reads.push(read)
    this.#size += read.length
    if (this.#size > mostBytes) throw new AppError('upstream_failed', 'the vendor sent more than 32 MB')
    return true
  }

  end(): void {
    const body = this.#reads.length === 1 ? this.#reads[0]! : Buffer.concat(this.#reads, this.#size)
    try {
      this.#resolve(this.#status === 200 ? this.#read(body) : raise(refusal(this.#status, this.#headers, wordOf(textOf(body)))))
    } catch (thrown) {
      this.#reject(thrown as Error)
    }
  }

  fail(thrown: Error): void {
    this.#reject(thrown)
  }
}

export const textOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')

/** Parsed once, here: what is no chat completion is no answer, and a guard that looks finds it decoded. */
export function wholeReply(body: Uint8Array, request: ChatRequest): WholeReply {
  const payload = payloadOf(completionOf(textOf(body)))
  if (payload.kind === 'error') throw new AppError('upstream_failed', 'the vendor reported an error in its answer')
  const usage = payload.usage ?? estimated(request, Math.ceil(body.length / 4))
  return new WholeReply(dialect, new ReplyEvent(body, () => payload), {
    end: 'complete',
    usage,
    ...(payload.finish !== undefined && { finish: payload.finish }),
  })
}

function completionOf(text: string): Parameters<typeof payloadOf>[0] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  const { choices, error } = (value ?? {}) as { choices?: unknown; error?: unknown }
  if (!error && (!Array.isArray(choices) || choices.length === 0))
    throw new AppError('upstream_failed', 'the vendor sent something that is no chat completion')
  return value as Parameters<typeof payloadOf>[0]
}

function raise(error: AppError): never {
  throw error
}
