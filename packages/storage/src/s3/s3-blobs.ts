import { randomUUID } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import { AppError, type Blobs } from '@gatehouse/kernel'
import { isKey, stepsOf } from '../blobs/blob-key.ts'
import type { S3Place } from './address.ts'
import { createClient, type S3Credentials } from './client.ts'
import { failureOf, isMissing, toldInFull } from './failure.ts'

/** Whole objects in memory, as everywhere in a server; a document is 50 MB at most, its text somewhat more. */
const mostBytes = 256_000_000
/** The slowest line that is of use. */
const bytesPerMillisecond = 1_000
const pageSize = 1000

/** Blobs as objects of a bucket: each put is one request and atomic, and is seen by the next get. */
export class S3Blobs implements Blobs {
  readonly #place: S3Place
  readonly #credentials: S3Credentials
  readonly #patience: number
  #opened: ReturnType<typeof createClient> | undefined

  /** `patience`: milliseconds for one operation with all its attempts, beside what its bytes take. */
  constructor(place: S3Place, credentials: S3Credentials, { patience = 30_000 } = {}) {
    this.#place = place
    this.#credentials = credentials
    this.#patience = patience
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const name = this.#nameOf(key)
    if (bytes.length > mostBytes) throw new AppError('too_large', `a blob has ${mostBytes} bytes at most`)
    await this.#ask(async ({ sdk, client }, { abortSignal }) => {
      const ContentType = 'application/octet-stream'
      await client.send(
        new sdk.PutObjectCommand({ Bucket: this.#place.bucket, Key: name, Body: bytes, ContentLength: bytes.length, ContentType }),
        { abortSignal },
      )
    }, bytes.length)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const name = this.#nameOf(key)
    try {
      return await this.#read(name)
    } catch (thrown) {
      if (!(thrown instanceof BrokenBody)) throw thrown
      return await this.#read(name) // the client repeats requests, not bodies that broke off
    }
  }

  async remove(key: string): Promise<void> {
    const name = this.#nameOf(key)
    await this.#ask(async ({ sdk, client }, { abortSignal }) => {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: this.#place.bucket, Key: name }), { abortSignal })
    })
  }

  async removeAll(prefix: string): Promise<void> {
    const key = prefix.replace(/\/$/, '')
    await this.remove(key)
    for await (const names of this.#pages(`${this.#nameOf(key)}/`)) await this.#removeNames(names)
  }

  async *list(prefix: string): AsyncIterable<string> {
    const key = prefix.replace(/\/$/, '')
    const own = this.#place.prefix ? `${this.#place.prefix}/` : ''
    // in a shared bucket may lie what is none of ours
    for await (const names of this.#pages(key ? `${this.#nameOf(key)}/` : own))
      yield* names.map((name) => name.slice(own.length)).filter(isKey)
  }

  async #removeNames(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const Delete = { Quiet: true, Objects: names.map((Key) => ({ Key })) }
    const { Errors = [] } = await this.#ask(({ sdk, client }, { abortSignal }) =>
      client.send(new sdk.DeleteObjectsCommand({ Bucket: this.#place.bucket, Delete }), { abortSignal }),
    )
    const [first] = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
    if (first) throw failureOf({ name: first.Code, $metadata: { httpStatusCode: 403 } })
  }

  /** Cheap: one key of the list. Says what is wrong with the settings as such. */
  check(): Promise<void> {
    return this.#toldInFull(() => this.#look())
  }

  /** That this key may write, read and remove is known before the first document comes. */
  prove(): Promise<void> {
    return this.#toldInFull(async () => {
      await this.#look()
      const key = `check/${randomUUID()}`
      await this.put(key, Buffer.from(key))
      const found = await this.get(key)
      await this.remove(key)
      if (!found || Buffer.from(found).toString() !== key)
        throw new AppError('overloaded', 'the object store does not give back what was just put')
    })
  }

  async #look(): Promise<void> {
    const input = { Bucket: this.#place.bucket, Prefix: this.#nameOf('check'), MaxKeys: 1 }
    await this.#ask(({ sdk, client }, { abortSignal }) => client.send(new sdk.ListObjectsV2Command(input), { abortSignal }))
  }

  async #toldInFull(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      throw toldInFull(thrown, this.#place)
    }
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    return await this.#ask(async ({ sdk, client }, time) => {
      const { abortSignal } = time
      const answer = () => client.send(new sdk.GetObjectCommand({ Bucket: this.#place.bucket, Key: name }), { abortSignal })
      let reply: Awaited<ReturnType<typeof answer>>
      try {
        reply = await answer()
      } catch (thrown) {
        if (isMissing(thrown)) return undefined
        throw thrown
      }
      time.allow(reply.ContentLength ?? 0)
      const body = reply.Body as Readable // what it is on Node
      return await gather(body, reply.ContentLength, abortSignal)
    })
  }

  async *#pages(prefix: string): AsyncGenerator<string[]> {
    let ContinuationToken: string | undefined
    do {
      const input = { Bucket: this.#place.bucket, Prefix: prefix, MaxKeys: pageSize, ...(ContinuationToken && { ContinuationToken }) }
      const page = await this.#ask(({ sdk, client }, { abortSignal }) => client.send(new sdk.ListObjectsV2Command(input), { abortSignal }))
      yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? [])
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (ContinuationToken)
  }

  /** One operation within its time; what it throws is an `AppError` without a secret. */
  async #ask<T>(work: (opened: Awaited<ReturnType<typeof createClient>>, time: Time) => Promise<T>, bytes = 0): Promise<T> {
    const time = new Time(this.#patience, bytes)
    try {
      this.#opened ??= createClient(this.#place, this.#credentials)
      return await work(await this.#opened, time)
    } catch (thrown) {
      if (thrown instanceof BrokenBody) throw thrown
      throw failureOf(thrown)
    } finally {
      time.end()
    }
  }

  #nameOf(key: string): string {
    const { prefix } = this.#place
    const name = stepsOf(key).join('/')
    return prefix ? `${prefix}/${name}` : name
  }
}

/** What an operation has: a fixed part for all its attempts, and more for the bytes it moves. */
class Time {
  readonly abortSignal: AbortSignal
  readonly #controller = new AbortController()
  readonly #patience: number
  #timer: NodeJS.Timeout | undefined

  constructor(patience: number, bytes: number) {
    this.#patience = patience
    this.abortSignal = this.#controller.signal
    this.allow(bytes)
  }

  /** From now on. */
  allow(bytes: number): void {
    this.end()
    this.#timer = setTimeout(() => this.#controller.abort(), this.#patience + bytes / bytesPerMillisecond)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

/** An answer that ended before its last byte. */
class BrokenBody extends AppError {
  constructor() {
    super('overloaded', 'the object store broke off in the middle of an object')
  }
}

async function gather(body: Readable, length: number | undefined, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of addAbortSignal(signal, body)) {
      parts.push(part)
      size += part.length
      if (size > mostBytes) throw new AppError('too_large', `the object store has a blob of more than ${mostBytes} bytes`)
    }
  } catch (thrown) {
    if (thrown instanceof AppError || signal.aborted) throw thrown
    throw new BrokenBody()
  }
  if (length !== undefined && length !== size) throw new BrokenBody()
  return Buffer.concat(parts, size)
}
