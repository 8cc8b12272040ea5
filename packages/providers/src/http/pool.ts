import { Connection, type Exchanged, type Origin, type Owner } from './connection.ts'

/** A request that learns which connection carries it. */
export interface Carried extends Exchanged {
  carriedBy(connection: Connection): void
  /** It is not to be sent any more. */
  readonly isOver: boolean
}

/** Milliseconds after which an idle connection may have been closed without our having read so: it gets a turn of the loop to tell. */
const maybeClosed = 200

/** The connections to one origin. An idle one is taken up again, the one used last first; beyond `most` a request waits its turn. */
export class OriginPool implements Owner {
  readonly #origin: Origin
  readonly #most: number
  readonly #all = new Set<Connection>()
  readonly #idle: Connection[] = []
  #waiting: Carried[] = []
  /** Taken out of the idle ones and not yet trusted. */
  #asked = 0

  constructor(origin: string, most: number) {
    const { protocol, hostname, port } = new URL(origin)
    const secure = protocol === 'https:'
    this.#origin = { secure, host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (secure ? 443 : 80) : Number(port) }
    this.#most = most
  }

  /** Nothing is under way and nothing waits. */
  get isQuiet(): boolean {
    return this.#idle.length === this.#all.size && this.#waiting.length === 0 && this.#asked === 0
  }

  send(carried: Carried): void {
    const now = performance.now()
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isUsable(now)) {
        idle.destroy()
        continue
      }
      if (now - idle.idleSince > maybeClosed) this.#ask(idle, carried)
      else carry(idle, carried)
      return
    }
    if (this.#all.size < this.#most) carry(this.#open(), carried)
    else this.#waiting.push(carried)
  }

  idle(connection: Connection): void {
    const next = this.#next()
    if (next) carry(connection, next)
    else this.#idle.push(connection)
  }

  closed(connection: Connection): void {
    if (!this.#all.delete(connection)) return
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    const next = this.#next()
    if (next) this.send(next)
  }

  /** Closes what has been idle for too long. */
  sweep(now: number): void {
    for (const connection of [...this.#idle]) if (!connection.isUsable(now)) connection.destroy()
  }

  /** Whatever is under way breaks. */
  destroy(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const each of waiting) each.broken(new Error('the pool was closed'))
    for (const connection of [...this.#all]) connection.fail(new Error('the pool was closed'))
  }

  #open(): Connection {
    const connection = new Connection(this.#origin, this)
    this.#all.add(connection)
    return connection
  }

  /** Two turns of the loop, so that a close that has arrived is read in between. */
  #ask(connection: Connection, carried: Carried): void {
    this.#asked++
    setImmediate(() =>
      setImmediate(() => {
        this.#asked--
        if (carried.isOver) this.idle(connection)
        else if (connection.isUsable(performance.now())) carry(connection, carried)
        else this.send(carried)
      }),
    )
  }

  #next(): Carried | undefined {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) if (!next.isOver) return next
    return undefined
  }
}

function carry(connection: Connection, carried: Carried): void {
  carried.carriedBy(connection)
  connection.send(carried)
}
