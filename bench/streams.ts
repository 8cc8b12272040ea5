import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mostOpenFiles } from './machine.ts'
import { type Ours, startOurs } from './ours.ts'
import { type Budget, budget, type Figure, figure, median, type Outcome, share } from './outcome.ts'
import { burst } from './paced-frames.ts'
import type { PacedCounts, PacedOrder } from './paced-upstream.ts'
import { ask, cpuOf, memoryOf, type Started, start } from './processes.ts'
import type { EndResult, LoadCommand, OpenResult } from './stream-load.ts'

export interface StreamsOptions {
  readonly quick: boolean
  readonly say: (line: string) => void
}

const levels = { full: [1000, 3000, 5000], quick: [300, 1000] }
/** All levels carry as many chunks a second, so that a level's cost is that of the streams it holds open. */
const chunksPerSecond = 4000
const opensPerSecond = 800
const window = { full: 8000, quick: 4000 }
/** A tenth of the callers does not read: what their vendor sends meanwhile must stay with the vendor. */
const slow = { streams: 500, each: 10 }
const megabyte = 2 ** 20

interface Side {
  readonly name: 'bare' | 'quiet' | 'watched'
  readonly model: string
  readonly pid: number
  readonly port: number
}
interface Level {
  readonly streams: number
  /** Bytes: of the warm process, with all streams open, after them. */
  readonly before: number
  readonly open: number
  readonly after: number
  /** Microseconds a chunk. */
  readonly cpu: number
  readonly firsts: readonly number[]
}

/** Many streams open at once, through the server and through a bare proxy. */
export async function measureStreams(options: StreamsOptions): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const children: Started<unknown>[] = []
  let ours: Ours | undefined
  try {
    const upstream = await start<{ port: number }>('paced-upstream.ts')
    children.push(upstream)
    const origin = `http://127.0.0.1:${upstream.said.port}`
    const bare = await start<{ port: number }>('bare.ts', origin, '16384')
    children.push(bare)
    const load = await start<unknown>('stream-load.ts')
    children.push(load)
    ours = await startOurs({ upstream: origin, directory, assembly: false, without: '' })
    return await new Measurement(options, { upstream, bare, load }, ours).run()
  } finally {
    await ours?.stop()
    for (const { child } of children) child.disconnect()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Processes {
  readonly upstream: Started<unknown>
  readonly bare: Started<{ port: number }>
  readonly load: Started<unknown>
}

class Measurement {
  readonly #options: StreamsOptions
  readonly #processes: Processes
  readonly #ours: Ours
  readonly #sides: readonly Side[]
  readonly #problems: string[] = []
  readonly #notes: string[] = []
  readonly #warm = new Map<number, number>()
  #opened = 0
  /** Live objects after the last stream, of those before the first. */
  #returned = Number.NaN
  #throughOurs = 0

  constructor(options: StreamsOptions, processes: Processes, ours: Ours) {
    this.#options = options
    this.#processes = processes
    this.#ours = ours
    const { port, pid } = ours
    this.#sides = [
      { name: 'bare', model: 'paced', port: processes.bare.said.port, pid: processes.bare.child.pid! },
      { name: 'watched', model: 'watched', port, pid },
      { name: 'quiet', model: 'quiet', port, pid },
    ]
  }

  async run(): Promise<Outcome> {
    const { quick, say } = this.#options
    // the nursery grows to its limit, the pools to a size that is theirs and not a stream's
    for (const side of this.#sides) await this.#level(side, 300, 3000)
    for (const side of this.#sides) this.#warm.set(side.pid, memoryOf(side.pid))
    const found = new Map<Side['name'], Level[]>(this.#sides.map(({ name }) => [name, []]))
    for (const streams of this.#affordable(quick ? levels.quick : levels.full)) {
      for (const side of this.#sides) {
        const level = await this.#level(side, streams, quick ? window.quick : window.full)
        found.get(side.name)!.push(level)
        say(`${side.name.padEnd(8)} ${inWords(level)}`)
      }
    }
    const live = await this.#live([...found.get('watched')!.map(({ streams }) => streams)])
    const held = await this.#slowReaders()
    say(`slow readers: ${held.grown.toFixed(0)} MB more memory, the vendor sent ${held.sent.toFixed(0)} of ${held.all.toFixed(0)} MB`)
    await sleep(quick ? 1000 : 5000)
    const warm = this.#warm.get(this.#ours.pid)!
    const after = memoryOf(this.#ours.pid)
    const claims = await this.#claims()
    return this.#outcome(found, { warm, after, held, live }, claims)
  }

  /** A stream takes two files of a proxy. */
  #affordable(wanted: readonly number[]): readonly number[] {
    const most = Math.floor((mostOpenFiles() - 500) / 2)
    const skipped = wanted.filter((streams) => streams > most)
    if (skipped.length)
      this.#problems.push(`${skipped.join(', ')} streams were not opened: a process may open ${mostOpenFiles()} files here (ulimit -n)`)
    return wanted.filter((streams) => streams <= most)
  }

  async #level(side: Side, streams: number, milliseconds: number): Promise<Level> {
    await this.#tell({ interval: (streams / chunksPerSecond) * 1000 })
    const before = this.#warm.get(side.pid) ?? memoryOf(side.pid)
    const { firsts } = await this.#open(side, streams, 0)
    await sleep(Math.min(2000, milliseconds))
    const cpu = cpuOf(side.pid)
    const chunks = await this.#chunks()
    const open = await this.#memory(side.pid, milliseconds)
    const level = {
      ...{ streams, before, open, firsts },
      cpu: ((cpuOf(side.pid) - cpu) / ((await this.#chunks()) - chunks)) * 1e6,
    }
    await this.#tell('end')
    await this.#ended(side, streams)
    await sleep(1000)
    return { ...level, after: memoryOf(side.pid) }
  }

  /**
   * Bytes of live objects for each open stream, at each level: what a full collection leaves, where resident memory holds what the collector
   * has not got round to. After the rest, because it throws away compiled code, too.
   */
  async #live(levels: readonly number[]): Promise<Ends['live']> {
    const side = this.#sides[1]!
    const idle = await this.#ours.heap()
    const found: Ends['live'][number][] = []
    for (const streams of levels) {
      await this.#tell({ interval: (streams / chunksPerSecond) * 1000 })
      await this.#open(side, streams, 0)
      found.push({ streams, bytes: ((await this.#ours.heap()) - idle) / streams })
      await this.#tell('end')
      await this.#ended(side, streams)
      this.#options.say(
        `watched  ${String(streams).padStart(5)} open: ${(found.at(-1)!.bytes / 1024).toFixed(1)} KB of live objects a stream`,
      )
    }
    await sleep(1000)
    this.#returned = (await this.#ours.heap()) / idle
    return found
  }

  /** Ten times in a while: the collector moves it. */
  async #memory(pid: number, milliseconds: number): Promise<number> {
    const seen: number[] = []
    for (let time = 0; time < 10; time++) {
      await sleep(milliseconds / 10)
      seen.push(memoryOf(pid))
    }
    return median(seen)
  }

  async #open(side: Side, count: number, slowEach: number): Promise<OpenResult> {
    const order = {
      port: side.port,
      key: this.#ours.key,
      model: side.model,
      count,
      from: this.#opened + 1,
      perSecond: opensPerSecond,
      slowEach,
    }
    this.#opened += count
    if (side.name !== 'bare') this.#throughOurs += count
    const result = await this.#load<OpenResult>({ open: order })
    if (result.failed) this.#problems.push(`${side.name}: ${result.failed} of ${count} streams had no first text`)
    return result
  }

  async #ended(side: Side, count: number): Promise<void> {
    const { complete, wrong } = await this.#load<EndResult>('finish')
    if (complete !== count)
      this.#problems.push(`${side.name}: ${wrong.length} of ${count} streams are not whole: ${[...new Set(wrong)].slice(0, 3).join('; ')}`)
  }

  /** The vendor of a tenth of the streams sends as fast as it can, and their callers do not read. */
  async #slowReaders(): Promise<{ grown: number; sent: number; all: number }> {
    const side = this.#sides[1]!
    const streams = this.#options.quick ? slow.streams / 2 : slow.streams
    const few = streams / slow.each
    await this.#tell({ interval: (streams / chunksPerSecond) * 1000 })
    await this.#open(side, streams, 0)
    await sleep(1000)
    const usual = await this.#memory(side.pid, 2000)
    await this.#tell('end')
    await this.#ended(side, streams)
    await this.#tell({ interval: (streams / chunksPerSecond) * 1000 })
    await this.#open(side, streams, slow.each)
    await sleep(3000)
    const open = await this.#memory(side.pid, 2000)
    const { burstBytes } = await ask<PacedCounts>(this.#processes.upstream.child, 'count' satisfies PacedOrder)
    await this.#tell('end')
    await this.#load('read')
    await this.#ended(side, streams)
    const all = (few * burst.frames * burst.size) / megabyte
    const sent = burstBytes / megabyte
    if (sent > all * 0.9)
      this.#problems.push(`the vendor was not held back: it sent ${sent.toFixed(0)} of ${all.toFixed(0)} MB to callers who did not read`)
    return { grown: (open - usual) / megabyte, sent, all }
  }

  async #claims(): Promise<string[]> {
    const { rows, settled, judged, settledTokens, usedTokens } = await this.#ours.counts()
    const wanted = this.#throughOurs
    for (const [what, count] of Object.entries({ records: rows, settlements: settled, 'guard runs': judged }))
      if (count !== wanted) this.#problems.push(`${wanted} streams made ${count} ${what}`)
    if (settledTokens !== usedTokens) this.#problems.push(`${settledTokens} tokens settled, ${usedTokens} recorded`)
    return [
      `${this.#opened} streams opened, ${wanted} of them through us`,
      `${rows} records, ${settled} settlements, ${judged} guard runs`,
      'every stream came whole, in order and with its own text (SHA-256 of each)',
    ]
  }

  #outcome(found: ReadonlyMap<Side['name'], readonly Level[]>, { warm, after, held, live }: Ends, claims: readonly string[]): Outcome {
    const figures: Figure[] = []
    for (const [name, all] of found)
      for (const level of all) {
        const of = `${level.streams} streams, ${name}`
        // the quiet route has the same process as the watched one, whose streams were before
        if (name !== 'quiet') figures.push(figure(`memory a stream, ${of}`, perStream(level) / 1024, 'KB'))
        figures.push(figure(`CPU a chunk, ${of}`, level.cpu, 'µs'))
        figures.push(figure(`first text, ${of}`, median(level.firsts), 'ms', [share(level.firsts, 0), share(level.firsts, 0.99)]))
      }
    for (const { streams, bytes } of live) figures.push(figure(`live objects a stream, ${streams} streams, watched`, bytes / 1024, 'KB'))
    figures.push(
      figure('memory of the server, warm', warm / megabyte, 'MB'),
      figure('memory of the server, after the last stream', after / megabyte, 'MB'),
    )
    return { figures, budgets: this.#budgets(found, { held, live }), claims, problems: this.#problems, notes: this.#notes }
  }

  #budgets(found: ReadonlyMap<Side['name'], readonly Level[]>, { held, live }: Pick<Ends, 'held' | 'live'>): Budget[] {
    const [bare = [], quiet = [], watched = []] = ['bare' as const, 'quiet' as const, 'watched' as const].map((name) => found.get(name))
    const ratio = (all: readonly Level[]) => median(all.map(({ cpu }, at) => cpu / bare[at]!.cpu))
    return [
      budget('live objects a stream at the highest level, of those at the lowest', live.at(-1)!.bytes / live[0]!.bytes, 'at most', 1.2),
      budget('live objects after the last stream, of those before the first', this.#returned, 'at most', 1.2),
      budget('CPU a chunk of bare, nothing to inspect', ratio(quiet), 'at most', 1.15),
      budget('CPU a chunk of bare, output guard on', ratio(watched), 'at most', 2),
      budget('memory for slow readers, of what their vendors had to send', Math.max(0, held.grown / held.all), 'at most', 0.05),
    ]
  }

  async #chunks(): Promise<number> {
    return (await this.#load<{ frames: number }>('count')).frames
  }
  async #tell(order: PacedOrder): Promise<void> {
    await ask(this.#processes.upstream.child, order)
  }
  #load<T>(command: LoadCommand): Promise<T> {
    return ask<T>(this.#processes.load.child, command)
  }
}

interface Ends {
  readonly warm: number
  readonly after: number
  readonly held: { readonly grown: number; readonly all: number }
  readonly live: readonly { readonly streams: number; readonly bytes: number }[]
}
const perStream = ({ open, before, streams }: Level) => (open - before) / streams
const inWords = (level: Level) =>
  `${String(level.streams).padStart(5)} open: ${(perStream(level) / 1024).toFixed(1)} KB a stream (${(level.before / megabyte).toFixed(0)} → ${(level.open / megabyte).toFixed(0)} → ${(level.after / megabyte).toFixed(0)} MB), ${level.cpu.toFixed(1)} µs a chunk, first text ${median(level.firsts).toFixed(1)} ms (p99 ${share(level.firsts, 0.99).toFixed(0)})`
