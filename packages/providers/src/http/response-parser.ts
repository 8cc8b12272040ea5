import { AppError } from '@gatehouse/kernel'

export type Headers = Readonly<Record<string, string>>

/** Hears what a response consists of, in order; `done` once for each, with whether the connection may carry another. */
export interface ResponseSink {
  head(status: number, headers: Headers): void
  body(read: Buffer): void
  done(reusable: boolean): void
}

const mostHead = 64 * 1024
const mostLine = 4 * 1024
const mostInterim = 16
const carriageReturn = 13
const lineFeed = 10
const endOfHead = Buffer.from('\r\n\r\n')
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?:[ \r]|$)/
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Control characters, and line ends that are not CR LF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/
const chunkSize = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r]*)?\r$/

type State = 'idle' | 'head' | 'length' | 'size' | 'chunk' | 'after-chunk' | 'trailer' | 'until-close'

/**
 * HTTP/1.1 responses out of the reads of one connection (RFC 9112). Strict: where a length could be read in two ways, or a line is not as
 * the standard writes it, the response is refused. Bodies are slices of the reads.
 */
export class ResponseParser {
  readonly #sink: ResponseSink
  #state: State = 'idle'
  /** A head or line that a read cut in two. */
  #kept = ''
  /** Bytes of the body or chunk that are still to come. */
  #left = 0
  #reusable = true
  #complete = false
  #interim = 0
  #trailers = 0

  constructor(sink: ResponseSink) {
    this.#sink = sink
  }

  /** A request was sent: one response may come. */
  expect(): void {
    this.#state = 'head'
    this.#kept = ''
    this.#interim = 0
    this.#reusable = true
    this.#complete = false
  }

  push(read: Buffer): void {
    let at = 0
    while (at < read.length && this.#state !== 'idle') at = this.#step(read, at)
    if (!this.#complete && at < read.length) throw malformed('sent something nobody asked for')
    // only now: whoever is told may send the next request, and what is left of this read is no answer to it
    if (this.#complete) this.#tell(this.#reusable && at === read.length)
  }

  /** The connection was closed. True when that is how the response ends. */
  close(): boolean {
    if (this.#state !== 'until-close') return false
    this.#state = 'idle'
    this.#tell(false)
    return true
  }

  /** Takes what it can from `at` on; returns where it stopped. */
  #step(read: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(read, at)
      case 'length':
      case 'chunk':
        return this.#body(read, at)
      case 'until-close':
        this.#sink.body(at === 0 ? read : read.subarray(at))
        return read.length
      case 'after-chunk':
        return this.#afterChunk(read, at)
      default:
        return this.#line(read, at)
    }
  }

  #head(read: Buffer, at: number): number {
    const end = this.#kept ? -1 : read.indexOf(endOfHead, at)
    if (end >= 0) {
      this.#begin(read.toString('latin1', at, end))
      return end + 4
    }
    const before = this.#kept.length
    this.#kept += read.toString('latin1', at)
    const cut = this.#kept.indexOf('\r\n\r\n')
    if (cut < 0) {
      if (this.#kept.length > mostHead) throw malformed('sent a head of more than 64 KB')
      return read.length
    }
    const head = this.#kept.slice(0, cut)
    this.#kept = ''
    this.#begin(head)
    return at + cut + 4 - before
  }

  #begin(head: string): void {
    if (head.length > mostHead) throw malformed('sent a head of more than 64 KB')
    const line = statusLine.exec(head)
    if (!line || forbidden.test(head)) throw malformed('sent a head that is not HTTP')
    const status = Number(line[2])
    if (status < 200) {
      if (status === 101 || ++this.#interim > mostInterim) throw malformed('sent an interim response nobody asked for')
      return
    }
    const headers = headersIn(head)
    this.#reusable = line[1] === '1' && !isListed(headers.connection, 'close')
    this.#frame(status, headers, line[1] === '1')
    if (this.#state === 'idle') this.#complete = true
    this.#sink.head(status, headers)
  }

  /** How the body ends, RFC 9112 §6.3. */
  #frame(status: number, { 'transfer-encoding': coding, 'content-length': length }: Headers, isNew: boolean): void {
    if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked' || length !== undefined || !isNew) throw malformed('sent a body whose length is not clear')
      this.#state = 'size'
      this.#trailers = 0
    } else if (status === 204 || status === 304) this.#state = 'idle'
    else if (length === undefined) this.#state = 'until-close'
    else {
      if (!/^\d{1,15}$/.test(length)) throw malformed('sent a body whose length is not clear')
      this.#left = Number(length)
      this.#state = this.#left > 0 ? 'length' : 'idle'
    }
    if (this.#state === 'until-close') this.#reusable = false
  }

  #body(read: Buffer, at: number): number {
    const end = Math.min(read.length, at + this.#left)
    this.#left -= end - at
    const whole = this.#state === 'length'
    if (this.#left === 0) {
      if (whole) this.#done()
      else this.#state = 'after-chunk'
    }
    this.#sink.body(at === 0 && end === read.length ? read : read.subarray(at, end))
    return end
  }

  /** CR and LF, which a read may part. */
  #afterChunk(read: Buffer, at: number): number {
    const byte = read[at]
    if (this.#kept === '' && byte === carriageReturn) this.#kept = '\r'
    else if (this.#kept === '\r' && byte === lineFeed) {
      this.#kept = ''
      this.#state = 'size'
    } else throw malformed('sent a chunk that is longer than it said')
    return at + 1
  }

  /** The size of a chunk, or a line of the trailer: the fields there are not looked at. */
  #line(read: Buffer, at: number): number {
    const end = read.indexOf(lineFeed, at)
    this.#kept += read.toString('latin1', at, end < 0 ? read.length : end)
    if (this.#kept.length > mostLine) throw malformed('sent a line of more than 4 KB')
    if (end < 0) return read.length
    const line = this.#kept
    this.#kept = ''
    if (this.#state === 'size') this.#sized(line)
    else if (line === '\r') this.#done()
    else if (!line.endsWith('\r') || ++this.#trailers > 100) throw malformed('sent a trailer that is not HTTP')
    return end + 1
  }

  #sized(line: string): void {
    const size = chunkSize.exec(line)
    if (!size) throw malformed('sent a chunk without a size')
    this.#left = Number.parseInt(size[1]!, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
  }

  #done(): void {
    this.#state = 'idle'
    this.#complete = true
  }

  #tell(reusable: boolean): void {
    this.#complete = false
    this.#sink.done(reusable)
  }
}

/** Names in lower case; a field that stands there twice is one list. */
function headersIn(head: string): Headers {
  const headers: Record<string, string> = {}
  let from = head.indexOf('\r\n') + 2
  while (from > 1) {
    const end = head.indexOf('\r\n', from)
    const line = end < 0 ? head.slice(from) : head.slice(from, end)
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!fieldName.test(name)) throw malformed('sent a head that is not HTTP')
    const value = line.slice(colon + 1).trim()
    const known = headers[name]
    headers[name] = typeof known === 'string' ? `${known}, ${value}` : value
    from = end < 0 ? 0 : end + 2
  }
  return headers
}

const isListed = (list: string | undefined, word: string): boolean =>
  list
    ?.toLowerCase()
    .split(',')
    .some((each) => each.trim() === word) ?? false

const malformed = (what: string) => new AppError('upstream_failed', `the vendor ${what}`)
