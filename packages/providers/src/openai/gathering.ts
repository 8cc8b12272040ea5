import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, Pieces, ReplyEvent, type UpstreamControl, WholeReply } from '@gatehouse/kernel'
import { countsOf, dialect, estimated, type Handling, refusal, wordOf } from './handling.ts'
import { payloadOf, usageOf } from './reply.ts'
import { errorIn } from './vendor-errors.ts'
import { repairedAnswer } from './whole-answer.ts'

const mostBytes = 32 * 1024 * 1024

/** Gathers a complete body and reads it, or the body of a refusal. */
export class Gathering<Answer> implements Handling {
  control?: UpstreamControl
  readonly #read: (body: Uint8Array) => Answer
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (reason: Error) => void
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  readonly #reads = new Pieces()

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
    this.#reads.add(read)
    if (this.#reads.size > mostBytes) throw new AppError('upstream_failed', 'the vendor sent more than 32 MB')
    return true
  }

  end(): void {
    const body = this.#reads.take()
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

/** Parsed once, here: what is no chat completion is no answer, and a guard that looks finds it decoded. Its bytes stay unless strict clients need it otherwise. */
export function wholeReply(body: Uint8Array, request: ChatRequest): WholeReply {
  const source = completionOf(textOf(body))
  const told = usageOf(source.usage as Parameters<typeof usageOf>[0])
  const usage = told ?? estimated(request, Math.ceil(body.length / 4))
  const repaired = repairedAnswer(source, () => countsOf(usage))
  const payload = payloadOf(repaired)
  return new WholeReply(dialect, repaired === source ? new ReplyEvent(body, () => payload) : new ReplyEvent(payload), {
    end: 'complete',
    usage,
    ...(payload.finish !== undefined && { finish: payload.finish }),
  })
}

function completionOf(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  const source = (value ?? {}) as Record<string, unknown>
  const error = errorIn(source)
  if (error) throw error
  if (!Array.isArray(source.choices) || source.choices.length === 0)
    throw new AppError('upstream_failed', 'the vendor sent something that is no chat completion')
  return source
}

function raise(error: AppError): never {
  throw error
}
