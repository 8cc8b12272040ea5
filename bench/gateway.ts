import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadOrder, LoadResult } from './load.ts'
import { type Ours, startOurs } from './ours.ts'
import { ask, cpuOf, memoryOf, type Started, start } from './processes.ts'

export interface GatewayOptions {
  readonly rounds: number
  /** Measures our data plane without the rest of the server. */
  readonly assembly: boolean
  /** Layers to leave out of the assembly, for tuning. */
  readonly without?: string
  readonly only?: string
  readonly say: (line: string) => void
}
export interface Figure {
  readonly name: string
  /** Median of all rounds, and the range. */
  readonly value: number
  readonly least: number
  readonly most: number
}
export interface GatewayResult {
  readonly machine: string
  readonly guards: readonly string[]
  readonly figures: Readonly<Record<string, Figure>>
  readonly ratios: Readonly<Record<'request' | 'stream' | 'streamGuarded' | 'memory', number>>
  /** Bytes the main thread holds after a full collection, warm and after the load: growth here would be a leak. */
  readonly heap: { readonly warm: number; readonly after: number }
  /** The same request on a route that keeps content redacted and encrypted; printed, not gated. NaN without a redactor. */
  readonly requestKept: number
  readonly addedFirstText: number
  readonly claims: readonly string[]
  readonly problems: readonly string[]
}

export const budgets = { request: 1.7, stream: 1.15, streamGuarded: 2, memory: 1.2 } as const
/** Each side takes its slices in turn with the other, so that what disturbs the machine disturbs both. */
const perRound = {
  request: { slices: 4, count: 1500, connections: 64 },
  stream: { slices: 2, count: 100, connections: 100 },
} as const
type Kind = keyof typeof perRound
/** Until the compiler and the young generation have found their size. */
const warmUp = { request: 20_000, stream: 300 }
/** The journal's group write and the store's batch belong to the cost. */
const settling = 400
const chunksPerStream = 202 // 200 of text, the finish and the usage

const words =
  'Please summarise what our handbook says about annual leave, travel expenses and working from home for a new colleague who starts in the spring. '
const prompt = (model: string, stream: boolean) =>
  JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant of a small company.' },
      { role: 'user', content: words.repeat(14).slice(0, 2000) },
    ],
    temperature: 0.2,
    max_tokens: 600,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  })

interface Side {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly model: string
}

export async function measureGateway(options: GatewayOptions): Promise<GatewayResult> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const children: Started<unknown>[] = []
  let ours: Ours | undefined
  try {
    const upstream = await start<{ port: number }>('upstream.ts')
    children.push(upstream)
    const origin = `http://127.0.0.1:${upstream.said.port}`
    const bare = await start<{ port: number }>('bare.ts', origin)
    children.push(bare)
    const load = await start<string>('load.ts')
    children.push(load)
    ours = await startOurs({ upstream: origin, directory, assembly: options.assembly, without: options.without ?? '' })
    return await new Measurement(options, load, { port: bare.said.port, pid: bare.child.pid! }, ours).run()
  } finally {
    await ours?.stop()
    for (const { child } of children) child.disconnect()
    rmSync(directory, { recursive: true, force: true })
  }
}

class Measurement {
  readonly #options: GatewayOptions
  readonly #load: Started<unknown>
  readonly #ours: Ours
  readonly #sides: Readonly<Record<'bare' | 'quiet' | 'watched' | 'kept', Side>>
  readonly #samples = new Map<string, number[]>()
  readonly #ratios = new Map<string, number[]>()
  readonly #problems: string[] = []
  #sent = 0
  #sentKept = 0
  #bodies: Record<string, string[]> = {}

  constructor(options: GatewayOptions, load: Started<unknown>, bare: { port: number; pid: number }, ours: Ours) {
    this.#options = options
    this.#load = load
    this.#ours = ours
    this.#sides = {
      bare: { name: 'bare', model: 'text', ...bare },
      quiet: { name: 'quiet', model: 'quiet', port: ours.port, pid: ours.pid },
      watched: { name: 'watched', model: 'watched', port: ours.port, pid: ours.pid },
      kept: { name: 'kept', model: 'kept', port: ours.port, pid: ours.pid },
    }
  }

  async run(): Promise<GatewayResult> {
    const { bare, quiet, watched, kept } = this.#sides
    const { say, rounds, only, assembly } = this.#options
    say('warming up')
    for (const side of assembly ? [bare, watched, quiet] : [bare, watched, quiet, kept]) // the assembly has no redactor
      for (const kind of ['request', 'stream'] as const) await this.#drive(kind, side, warmUp[kind])
    await sleep(500)
    const warm = memoryOf(this.#ours.pid)
    for (let round = 1; round <= rounds; round++) {
      const odd = round % 2 === 1
      if (only !== 'stream') for (const side of assembly ? [watched] : [watched, kept]) await this.#round('request', side, odd)
      if (only !== 'request') for (const side of [quiet, watched]) await this.#round('stream', side, odd)
      say(`round ${round} of ${rounds}: ${this.#line()}`)
    }
    await sleep(1000)
    const memory = memoryOf(this.#ours.pid) / warm
    const heap = await this.#heapOverLoad()
    const claims = await this.#claims()
    return this.#result(memory, heap, claims)
  }

  /** Last, because a forced collection throws away compiled code, too. */
  async #heapOverLoad(): Promise<GatewayResult['heap']> {
    const warm = await this.#ours.heap()
    for (const kind of ['request', 'stream'] as const) await this.#drive(kind, this.#sides.watched, warmUp[kind])
    return { warm, after: await this.#ours.heap() }
  }

  /** CPU of both sides over all their slices, with what they do right afterwards. */
  async #round(kind: Kind, ours: Side, odd: boolean): Promise<void> {
    const { slices, count } = perRound[kind]
    const pair = [this.#sides.bare, ours]
    const before = pair.map(({ pid }) => cpuOf(pid))
    for (let slice = 0; slice < slices; slice++)
      for (const side of (slice % 2 === 0) === odd ? pair : pair.toReversed()) {
        const { firstText } = await this.#drive(kind, side, count)
        if (kind === 'stream') this.#keep(`first text ${side.name}`, firstText)
      }
    await sleep(settling)
    const units = slices * count * (kind === 'stream' ? chunksPerStream : 1)
    const costs = pair.map(({ pid, name }, at) => {
      const cost = ((cpuOf(pid) - before[at]!) / units) * 1e6
      this.#keep(`${kind} ${name}`, cost)
      return cost
    })
    const name = `${kind} ${ours.name}`
    this.#ratios.set(name, [...(this.#ratios.get(name) ?? []), costs[1]! / costs[0]!])
  }

  async #drive(kind: Kind, side: Side, count: number): Promise<LoadResult> {
    const order: LoadOrder = {
      ...{ port: side.port, key: this.#ours.key, count },
      ...{ connections: perRound[kind].connections, body: prompt(side.model, kind === 'stream') },
    }
    const result = await ask<LoadResult>(this.#load.child, order)
    if (side.name !== 'bare') this.#sent += count
    if (side.name === 'kept') this.#sentKept += count
    this.#check(`${side.name} ${kind}s`, result, count)
    if (kind === 'stream') this.#checkStreaming(side, result, count)
    return result
  }

  /** A stream that is held back costs less, and is no stream: its figures would flatter us. */
  #checkStreaming({ name }: Side, { reads, frames, firstText, took }: LoadResult, count: number): void {
    if (frames !== count * (chunksPerStream + 1)) this.#problems.push(`${name}: ${frames} events came of ${count} streams`)
    const share = reads / (count * chunksPerStream)
    if (share < 0.3 || firstText > took / 2)
      this.#problems.push(
        `${name}: held back, ${share.toFixed(2)} reads a chunk, first text after ${firstText.toFixed(0)} of ${took.toFixed(0)} ms`,
      )
  }

  /** Every answer was complete, and every body the same as the bare proxy's. */
  #check(what: string, { statuses, bodies }: LoadResult, count: number): void {
    if (statuses[200] !== count) this.#problems.push(`${what}: answers by status ${JSON.stringify(statuses)}`)
    const seen = Object.keys(bodies)
    const kind = what.endsWith('streams') ? 'streams' : 'requests'
    this.#bodies[kind] ??= seen
    if (seen.length !== 1 || seen[0] !== this.#bodies[kind][0]) this.#problems.push(`${what}: bodies differ from the vendor's`)
  }

  #keep(name: string, value: number): void {
    this.#samples.set(name, [...(this.#samples.get(name) ?? []), value])
  }

  #line(): string {
    return [...this.#samples].map(([name, values]) => `${name} ${values.at(-1)!.toFixed(1)}`).join(', ')
  }

  /** N calls made N rows, N settlements, N guard runs; otherwise the figures mean nothing. */
  async #claims(): Promise<string[]> {
    const counts = await this.#ours.counts()
    const agree = (what: string, count: number, wanted = this.#sent) => {
      if (count !== wanted) this.#problems.push(`${wanted} calls made ${count} ${what}`)
      return `${count} ${what}`
    }
    const claims = [agree('journal rows', counts.rows), agree('settlements', counts.settled), agree('traces', counts.traced)]
    if (this.#ours.guards.length) claims.push(agree('guard runs with a verdict', counts.judged))
    else this.#problems.push('no guard is on')
    if (this.#sentKept) claims.push(agree('contents kept', counts.kept, this.#sentKept))
    if (counts.settledTokens !== counts.usedTokens)
      this.#problems.push(`${counts.settledTokens} tokens settled, ${counts.usedTokens} recorded`)
    return [`${this.#sent} calls`, ...claims, `${counts.settledTokens} tokens settled and recorded`]
  }

  #result(memory: number, heap: GatewayResult['heap'], claims: readonly string[]): GatewayResult {
    const figures = Object.fromEntries([...this.#samples].map(([name, values]) => [name, figureOf(name, values)]))
    const value = (name: string) => figures[name]?.value ?? Number.NaN
    const bare = value('request bare')
    return {
      machine: bare < 50 || bare > 80 ? 'differs from the anchors’: compare ratios only' : 'like the anchors’',
      guards: this.#ours.guards,
      figures,
      ratios: {
        request: this.#ratio('request watched'),
        stream: this.#ratio('stream quiet'),
        streamGuarded: this.#ratio('stream watched'),
        memory,
      },
      heap,
      requestKept: this.#ratio('request kept'),
      addedFirstText: value('first text watched') - value('first text bare'),
      claims,
      problems: this.#problems,
    }
  }

  /** Of each round the ratio, then the median. */
  #ratio(name: string): number {
    return figureOf(name, this.#ratios.get(name) ?? []).value
  }
}

function figureOf(name: string, values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const value = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { name, value: value ?? Number.NaN, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN }
}
