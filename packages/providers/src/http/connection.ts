import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { type Headers, ResponseParser, type ResponseSink } from './response-parser.ts'

/** One request on its way: what is written, and who hears of it. */
export interface Exchanged {
  /** Head of the request, up to and with its blank line. */
  readonly head: string
  readonly body: Uint8Array | undefined
  /** It goes onto a connection now. */
  written(): void
  answered(status: number, headers: Headers): void
  received(read: Buffer): void
  done(): void
  broken(error: Error): void
}

export interface Origin {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** Lets the next connection skip half of the handshake. */
  session?: Buffer
}

/** What a connection tells the pool that owns it. */
export interface Owner {
  /** It may carry another request. */
  idle(connection: Connection): void
  closed(connection: Connection): void
}

const mostInOneWrite = 16 * 1024
/** A vendor closes what is idle after a time it may tell; a connection is not used in the last second before. */
const usualIdle = 15_000
const lastSecond = 1000
const closedEarly = 'the other side closed the connection'

/** One connection to a vendor; carries one request at a time. */
export class Connection implements ResponseSink {
  readonly #socket: Socket
  readonly #owner: Owner
  readonly #parser = new ResponseParser(this)
  #exchanged: Exchanged | undefined
  #open = false
  #usableUntil = Number.POSITIVE_INFINITY
  #keepFor = usualIdle
  idleSince = 0

  constructor(origin: Origin, owner: Owner) {
    this.#owner = owner
    this.#socket = openSocket(origin)
    this.#socket.setNoDelay(true)
    this.#socket.once(origin.secure ? 'secureConnect' : 'connect', () => {
      this.#open = true
      if (this.#exchanged) this.#write(this.#exchanged)
    })
    this.#socket.on('data', (read) => this.#take(read))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('error', (error) => this.#lost(error))
    this.#socket.on('close', () => this.#lost(new Error(closedEarly)))
  }

  /** Sends at once, or when the connection stands. */
  send(exchanged: Exchanged): void {
    this.#exchanged = exchanged
    this.#socket.ref()
    if (this.#open) this.#write(exchanged)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  fail(error: Error): void {
    this.#lost(error)
    this.#socket.destroy()
  }

  /** Whoever used it hears nothing more. */
  destroy(): void {
    this.#exchanged = undefined
    this.#socket.destroy()
  }

  isUsable(now: number): boolean {
    return now < this.#usableUntil && !this.#socket.destroyed && this.#socket.writable
  }

  head(status: number, headers: Headers): void {
    const told = headers['keep-alive']
    if (told !== undefined) this.#keepFor = keptFor(told)
    this.#exchanged?.answered(status, headers)
  }

  body(read: Buffer): void {
    this.#exchanged?.received(read)
  }

  done(reusable: boolean): void {
    const exchanged = this.#exchanged
    this.#exchanged = undefined
    if (reusable && !this.#socket.destroyed) this.#rest()
    else this.#socket.destroy()
    exchanged?.done()
  }

  #rest(): void {
    this.idleSince = performance.now()
    this.#usableUntil = this.idleSince + this.#keepFor
    this.#socket.unref() // what is idle does not keep the process
    if (this.#socket.isPaused()) this.#socket.resume() // or its end would not be seen
    this.#owner.idle(this)
  }

  #write(exchanged: Exchanged): void {
    const { head, body } = exchanged
    this.#parser.expect()
    exchanged.written()
    if (!body) this.#socket.write(head, 'latin1')
    // as Latin-1 every byte is one character: head and body leave as one string in one plain write
    else if (body.length <= mostInOneWrite) this.#socket.write(head + asLatin1(body), 'latin1')
    else {
      this.#socket.cork()
      this.#socket.write(head, 'latin1')
      this.#socket.write(body)
      this.#socket.uncork()
    }
  }

  #take(read: Buffer): void {
    try {
      this.#parser.push(read)
    } catch (thrown) {
      this.fail(thrown as Error)
    }
  }

  #ended(): void {
    if (!this.#parser.close()) this.#lost(new Error(closedEarly))
    this.#socket.destroy()
  }

  #lost(error: Error): void {
    const exchanged = this.#exchanged
    this.#exchanged = undefined
    this.#owner.closed(this)
    exchanged?.broken(error)
  }
}

function openSocket(origin: Origin): Socket {
  const { host, port, secure, session } = origin
  if (!secure) return connectPlain({ host, port })
  const socket = connectSecure({
    host,
    port,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(session && { session }),
  })
  socket.on('session', (ticket) => {
    origin.session = ticket
  })
  return socket
}

const asLatin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

function keptFor(header: string): number {
  const seconds = /(?:^|[,\s])timeout=(\d{1,5})/i.exec(header)?.[1]
  return seconds === undefined ? usualIdle : Math.min(usualIdle, Math.max(0, Number(seconds) * 1000 - lastSecond))
}
