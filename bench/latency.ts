import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadOrder, LoadResult } from './load.ts'
import { type Nginx, startNginx } from './nginx.ts'
import type { OpenLoadResult, OpenOrder } from './open-load.ts'
import { type Ours, startOurs } from './ours.ts'
import { budget, figure, median, type Outcome, share } from './outcome.ts'
import { ask, cpuOf, type Started, start } from './processes.ts'

export interface LatencyOptions {
  readonly quick: boolean
  readonly say: (line: string) => void
}
interface Side {
  readonly name: 'bare' | 'ours' | 'nginx'
  readonly model: string
  readonly pid: number
  readonly port: number
}

const perSecond = 200
/** Milliseconds: a caller who is later than that measures itself. */
const mostLate = 3
const rounds = { full: 5, quick: 2 }
const open = { full: 2000, quick: 600 }
const closed = { full: 4000, quick: 1500 }

/** At 200 requests a second, how much later than bare; at full load, how much more than nginx. */
export async function measureLatency(options: LatencyOptions): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const children: Started<unknown>[] = []
  let ours: Ours | undefined
  let nginx: Nginx | undefined
  try {
    const begin = async <T>(file: string, ...args: string[]): Promise<Started<T>> => {
      const started = await start<T>(file, ...args)
      children.push(started)
      return started
    }
    const upstream = await begin<{ port: number }>('upstream.ts')
    const origin = `http://127.0.0.1:${upstream.said.port}`
    const bare = await begin<{ port: number }>('bare.ts', origin)
    const openLoad = await begin('open-load.ts')
    const closedLoad = await begin('load.ts')
    ours = await startOurs({ upstream: origin, directory, assembly: false, without: '' })
    nginx = await startNginx(origin, directory)
    const sides: Side[] = [
      { name: 'bare', model: 'text', pid: bare.child.pid!, port: bare.said.port },
      { name: 'ours', model: 'watched', pid: ours.pid, port: ours.port },
      ...(nginx ? [{ name: 'nginx' as const, model: 'text', pid: nginx.pid, port: nginx.port }] : []),
    ]
    return await new Measurement(options, { openLoad, closedLoad }, ours, sides, nginx?.version).run()
  } finally {
    await nginx?.stop()
    await ours?.stop()
    for (const { child } of children) child.disconnect()
    rmSync(directory, { recursive: true, force: true })
  }
}

class Measurement {
  readonly #options: LatencyOptions
  readonly #loads: { readonly openLoad: Started<unknown>; readonly closedLoad: Started<unknown> }
  readonly #ours: Ours
  readonly #sides: readonly Side[]
  readonly #nginx: string | undefined
  readonly #samples = new Map<string, number[]>()
  readonly #problems: string[] = []
  #sent = 0

  constructor(
    options: LatencyOptions,
    loads: { openLoad: Started<unknown>; closedLoad: Started<unknown> },
    ours: Ours,
    sides: readonly Side[],
    nginx: string | undefined,
  ) {
    this.#options = options
    this.#loads = loads
    this.#ours = ours
    this.#sides = sides
    this.#nginx = nginx
  }

  async run(): Promise<Outcome> {
    const { quick, say } = this.#options
    const how = quick ? 'quick' : 'full'
    for (const side of this.#sides) await this.#closed(side, 6000, false)
    for (let round = 1; round <= rounds[how]; round++) {
      for (const side of round % 2 ? this.#sides : this.#sides.toReversed()) {
        await this.#open(side, open[how])
        await this.#closed(side, closed[how], true)
      }
      say(
        `round ${round} of ${rounds[how]}: ${[...this.#samples].map(([name, values]) => `${name} ${values.at(-1)!.toFixed(2)}`).join(', ')}`,
      )
    }
    const { rows } = await this.#ours.counts()
    if (rows !== this.#sent) this.#problems.push(`${this.#sent} requests made ${rows} records`)
    return this.#outcome(rows)
  }

  async #open(side: Side, count: number): Promise<void> {
    const order: OpenOrder = { port: side.port, key: this.#ours.key, body: bodyOf(side.model), perSecond, count }
    const { times, failed, late } = await ask<OpenLoadResult>(this.#loads.openLoad.child, order)
    if (failed) this.#problems.push(`${side.name}: ${failed} of ${count} requests failed`)
    this.#keep(`p50 ${side.name}`, share(times, 0.5))
    this.#keep(`p99 ${side.name}`, share(times, 0.99))
    this.#keep('caller late', late)
    if (side.name === 'ours') this.#sent += count
  }

  async #closed(side: Side, count: number, kept: boolean): Promise<void> {
    const order: LoadOrder = { port: side.port, key: this.#ours.key, body: bodyOf(side.model), connections: 64, count }
    const before = cpuOf(side.pid)
    const { statuses } = await ask<LoadResult>(this.#loads.closedLoad.child, order)
    await sleep(250) // the journal's group write belongs to the cost
    if (statuses[200] !== count) this.#problems.push(`${side.name}: answers by status ${JSON.stringify(statuses)}`)
    if (kept) this.#keep(`CPU ${side.name}`, ((cpuOf(side.pid) - before) / count) * 1e6)
    if (side.name === 'ours') this.#sent += count
  }

  #keep(name: string, value: number): void {
    this.#samples.set(name, [...(this.#samples.get(name) ?? []), value])
  }

  /** Of each round's pair, then the median: what disturbs the machine disturbs both. */
  #pairs(above: string, below: string, join: (a: number, b: number) => number): number {
    const lower = this.#samples.get(below) ?? []
    return median((this.#samples.get(above) ?? []).map((value, at) => join(value, lower[at]!)))
  }

  #outcome(rows: number): Outcome {
    const figures = [...this.#samples].map(([name, values]) =>
      figure(nameOf(name), median(values), name.startsWith('CPU') ? 'µs a request' : 'ms', [Math.min(...values), Math.max(...values)]),
    )
    const late = median(this.#samples.get('caller late') ?? [])
    if (late > mostLate)
      this.#problems.push(`the caller itself was late by ${late.toFixed(1)} ms (p99): the machine is busy, so the latencies mean nothing`)
    const added = late > mostLate ? Number.NaN : this.#pairs('p99 ours', 'p99 bare', (a, b) => a - b)
    return {
      figures,
      budgets: [
        budget(`added latency at ${perSecond} requests/s, p99`, added, 'under', 1, 'ms'),
        ...(this.#nginx
          ? [
              budget(
                'request, CPU of nginx',
                this.#pairs('CPU ours', 'CPU nginx', (a, b) => a / b),
                'at most',
                4,
              ),
            ]
          : []),
      ],
      claims: [`${rows} requests through us, all answered with 200, made ${rows} records`],
      problems: this.#problems,
      notes: [this.#nginx ? `nginx ${this.#nginx}, one worker, no log` : 'nginx is not on this machine: the comparison was skipped'],
    }
  }
}

const nameOf = (name: string) =>
  name === 'caller late'
    ? 'how late the caller itself was, p99'
    : name.startsWith('CPU')
      ? `${name}, 64 connections`
      : `${name}, ${perSecond} requests/s`

const words =
  'Please summarise what our handbook says about annual leave, travel expenses and working from home for a new colleague who starts in the spring. '
const bodyOf = (model: string) =>
  JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant of a small company.' },
      { role: 'user', content: words.repeat(14).slice(0, 2000) },
    ],
    temperature: 0.2,
    max_tokens: 600,
  })
