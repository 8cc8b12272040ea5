import type { TextPart, Usage, Verdict } from '@gatehouse/contracts'
import { AppError, toAppError } from '../errors.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import type { Face, Reply, ReplyEvent, ReplySink } from '../reply.ts'
import { cutPiece, cutsOf } from './cuts.ts'
import { allowed, decide, merge } from './decide.ts'
import type { BoundGuard, BoundPolicy } from './guard.ts'
import { type Found, inspectText } from './inspect-text.ts'
import { Lane } from './lane.ts'
import { recordOf, refusalOf } from './refusal.ts'

const mostLanes = 1024
/** Of events held back, counted by the frames they came in. */
const mostHeldBytes = 16 * 1024 * 1024
const eventCost = 256
const laneNumber: Readonly<Record<TextPart['lane'], number>> = { text: 0, reasoning: 1, 'tool-call': 2 }

/** A run of text of one event, and where it stands in its lane. */
interface Spot {
  readonly lane: Lane
  readonly start: number
  readonly end: number
}
interface Held {
  readonly event: ReplyEvent
  readonly spots: readonly Spot[]
  readonly cost: number
}
const noSpots: readonly Spot[] = []

/**
 * A streaming reply whose text is inspected on the way: sink and reply at once. It holds whole events in one queue, so that nothing
 * overtakes, and only as long as text in them may still become a finding; what no finding touches leaves as the object that came.
 */
export class GuardedReply implements Reply, ReplySink {
  readonly status: number
  readonly dialect: string
  readonly #inner: Reply
  readonly #exchange: Exchange
  readonly #policy: BoundPolicy
  readonly #guards: readonly BoundGuard[]
  /** False when some guard needs the whole text: then everything waits for the end. */
  readonly #byWindow: boolean
  /** False when the policy can do nothing but write down: then nothing is held. */
  readonly #holds: boolean
  readonly #lanes = new Map<number, Lane>()
  #queue: Held[] = []
  #cost = 0
  #sink: ReplySink | undefined
  /** What came while a guard was answering. */
  #backlog: ReplyEvent[] = []
  #waiting = false
  #open = true
  #ending: Outcome | undefined
  #over = false
  #verdict: Verdict = allowed
  #usage: Usage | undefined
  #took = 0

  constructor(exchange: Exchange, inner: Reply) {
    this.status = inner.status
    this.dialect = inner.dialect
    this.#inner = inner
    this.#exchange = exchange
    this.#policy = exchange.target.policy
    this.#guards = this.#policy.stages.output ?? []
    this.#byWindow = this.#guards.every(({ guard }) => guard.openFrom)
    this.#holds = canAct(this.#policy, this.#byWindow)
  }

  pipe(sink: ReplySink, _face: Face): void {
    this.#sink = sink
    this.#inner.pipe(this, 'events')
  }

  pause(): void {
    this.#open = false
    this.#inner.pause()
  }

  resume(): void {
    this.#open = true
    if (!this.#waiting) this.#inner.resume()
  }

  cancel(reason: AppError): void {
    this.#inner.cancel(reason) // it answers with `end`
  }

  events(batch: readonly ReplyEvent[]): boolean {
    if (this.#over) return true
    if (this.#waiting) {
      this.#backlog.push(...batch)
      return false
    }
    this.#work(batch)
    return this.#open && !this.#waiting
  }

  end(outcome: Outcome): void {
    if (this.#over || this.#ending) return
    this.#ending = outcome
    if (outcome.end !== 'complete')
      this.#finish(outcome) // what is still held may be half a secret: it goes nowhere
    else if (!this.#waiting) this.#work([])
  }

  #work(batch: readonly ReplyEvent[]): void {
    const started = performance.now()
    try {
      for (const event of batch) this.#take(event)
      this.#look()
    } catch (thrown) {
      this.#stop(toAppError(thrown))
    }
    this.#took += performance.now() - started
  }

  #take(event: ReplyEvent): void {
    const { parts, usage } = event.payload
    if (usage) this.#usage = usage
    const spots = parts && parts.length > 0 ? parts.map((part) => this.#spot(part)) : noSpots
    const cost = event.bytes?.length ?? eventCost
    this.#cost += cost
    this.#queue.push({ event, spots, cost })
  }

  #spot({ lane: name, index, text }: TextPart): Spot {
    const number = index * 4 + laneNumber[name]
    let lane = this.#lanes.get(number)
    if (!lane) {
      if (this.#lanes.size >= mostLanes) throw new AppError('upstream_failed', `an answer has at most ${mostLanes} texts`)
      lane = new Lane()
      this.#lanes.set(number, lane)
    }
    const start = lane.end
    lane.append(text)
    return { lane, start, end: start + text.length }
  }

  /** Looks at every lane that has grown and lets go what is decided; stops at a guard that waits. */
  #look(): void {
    const final = this.#ending !== undefined
    if (this.#byWindow || final)
      for (const lane of this.#lanes.values()) {
        if (!lane.dirty && !(final && lane.held > 0)) continue
        lane.dirty = false
        const found = inspectText(this.#guards, { stage: 'output', text: lane.window }, this.#exchange.asker)
        if (found instanceof Promise) {
          this.#wait(found, lane, final)
          return
        }
        this.#settle(lane, found, final)
        if (this.#over) return
      }
    this.#release()
    if (!this.#over && final) this.#finish(this.#ending!)
  }

  #wait(found: Promise<Found>, lane: Lane, final: boolean): void {
    this.#waiting = true
    this.#inner.pause()
    void found.then((answer) => {
      this.#waiting = false
      if (this.#over) return
      try {
        this.#settle(lane, answer, final)
      } catch (thrown) {
        this.#stop(toAppError(thrown))
      }
      if (this.#over) return
      const batch = this.#backlog
      this.#backlog = []
      this.#work(batch)
      if (!this.#over && !this.#waiting && this.#open) this.#inner.resume()
    })
  }

  /** What the guards said about a lane's window: confirmed findings are decided upon, the open tail stays. */
  #settle(lane: Lane, found: Found, final: boolean): void {
    const failed = found.failed
    const findings = lane.undecided(found.findings)
    const open = final ? lane.window.length : this.#openFrom(lane.window)
    const boundary = lane.boundary(open ?? lane.window.length, findings)
    if (findings.length > 0 || failed || open === undefined) this.#decide(lane, findings, failed || open === undefined, boundary)
    if (!this.#over) lane.advance(boundary)
  }

  #decide(lane: Lane, findings: Found['findings'], failed: boolean, boundary: number): void {
    const { spec } = this.#policy
    const rules = spec.stages.output ?? []
    const confirmed = findings.filter(({ end }) => lane.base + end <= boundary)
    if (confirmed.length === 0 && !failed) return
    const moved = confirmed.map((finding) => ({ ...finding, start: finding.start + lane.base, end: finding.end + lane.base }))
    this.#verdict = merge(this.#verdict, decide(moved, rules, { mode: spec.mode, failed }))
    const refusal = refusalOf(this.#verdict, spec, 'output')
    if (refusal) this.#stop(refusal)
    else lane.cuts.push(...cutsOf(confirmed, rules, spec.mode, lane.base))
  }

  /** Where the longest open tail starts; undefined when a guard failed. */
  #openFrom(window: string): number | undefined {
    let open = window.length
    try {
      for (const { guard } of this.#guards) open = Math.min(open, guard.openFrom!(window))
    } catch {
      return undefined
    }
    return Math.max(0, open)
  }

  /** The front of the queue, as far as it is decided. */
  #release(): void {
    const queue = this.#queue
    let count = 0
    while (count < queue.length && this.#isDecided(queue[count]!)) count++
    if (count > 0) {
      const out = count === queue.length ? queue : queue.slice(0, count)
      this.#queue = count === queue.length ? [] : queue.slice(count)
      const batch: ReplyEvent[] = []
      for (const held of out) {
        this.#cost -= held.cost
        batch.push(rendered(held))
      }
      if (!this.#sink!.events(batch)) this.#open = false
    }
    if (this.#queue.length > 0 || !this.#byWindow) this.#bound()
  }

  #isDecided({ spots }: Held): boolean {
    if (!this.#holds) return true
    for (const { lane, end } of spots) if (end > lane.safe) return false
    return true
  }

  #bound(): void {
    let held = 0
    for (const lane of this.#lanes.values()) held += lane.held
    if (this.#cost <= mostHeldBytes && held <= this.#policy.spec.maxCharacters) return
    this.#verdict = merge(this.#verdict, decide([], [], { mode: this.#policy.spec.mode, failed: true }))
    const refusal = refusalOf(this.#verdict, this.#policy.spec, 'output')
    if (refusal) {
      this.#stop(refusal)
      return
    }
    for (const lane of this.#lanes.values()) lane.advance(lane.end)
    this.#cost = 0
    this.#release()
  }

  #stop(error: AppError): void {
    if (this.#over) return
    const usage = this.#usage ?? this.#ending?.usage
    const end = error.code === 'blocked' ? 'blocked' : error.code === 'cancelled' ? 'cancelled' : 'failed'
    this.#over = true // its `end` comes back at once and says nothing new
    this.#inner.cancel(error)
    this.#over = false
    this.#finish({ end, error, ...(usage && { usage }) })
  }

  #finish(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#queue = []
    this.#backlog = []
    this.#lanes.clear()
    this.#exchange.notes.verdicts.push(recordOf('output', this.#verdict, this.#took))
    this.#sink!.end(outcome)
  }
}

/** The event itself when no cut touches it. */
function rendered({ event, spots }: Held): ReplyEvent {
  let parts: TextPart[] | undefined
  for (const [at, { lane, start, end }] of spots.entries()) {
    if (lane.cuts.length === 0) continue
    const part = event.parts[at]!
    const text = cutPiece(part.text, start, lane.cuts)
    if (text !== part.text) {
      parts ??= [...event.parts]
      parts[at] = { ...part, text }
    }
    while (lane.cuts[0] && lane.cuts[0].end <= end) lane.cuts.shift()
  }
  return parts ? event.withParts(parts) : event
}

/** Whether something could have to be kept back: a finding that is taken out or stops the call, or a text nobody has looked at yet. */
function canAct({ spec }: BoundPolicy, byWindow: boolean): boolean {
  if (spec.mode === 'monitor') return false
  const acts = (action: string) => action !== 'allow' && action !== 'flag'
  if (!byWindow && spec.onFailure === 'closed') return true // by window, every text is looked at before it goes
  return (spec.stages.output ?? []).some((rule) => acts(rule.action) || Object.values(rule.rules).some(acts))
}
