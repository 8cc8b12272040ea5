import { Action, type CallRecord, Stage, statusOf } from '@gatehouse/contracts'
import { Counts, Dimension, type Family, Histogram } from './tables.ts'

const operations = new Dimension('operation', ['chat', 'app', 'completion', 'embed', 'rerank', 'image', 'responses', 'messages', 'other'])
const ends = new Dimension('end', ['complete', 'cancelled', 'failed', 'blocked', 'other'])
const statuses = new Dimension('status', ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'])
const kinds = new Dimension('kind', ['route', 'app'])
const stages = new Dimension('stage', [...Stage.options, 'other'])
const actions = new Dimension('action', [...Action.options, 'not-inspected', 'other'])
const modes = new Dimension('mode', ['enforced', 'monitored'])
const directions = new Dimension('direction', ['input', 'output'])
const sources = new Dimension('source', ['provider', 'estimated'])
const results = new Dimension('result', ['ok', ...Object.keys(statusOf), 'other'])
const matches = new Dimension('match', ['good', 'weak'])

const durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const shorter = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
/** Routes and apps with series of their own; the others are counted together. */
const mostTargets = 200
const seconds = (microseconds: number) => microseconds / 1e6

/**
 * What the records say, counted as they are made. Labels are closed lists, or names of the configuration: a model that somebody made up has no target, so it
 * makes no series. One observation is a few array writes.
 */
export class CallMetrics {
  readonly #calls = new Counts(operations, kinds, ends, statuses)
  readonly #durations = new Histogram(durations, operations, ends)
  readonly #firstBytes = new Histogram(durations, operations)
  readonly #overheads = new Histogram(shorter)
  readonly #tokens = new Counts(directions, sources)
  readonly #cost = new Counts()
  readonly #attempts = new Counts(results)
  readonly #verdicts = new Counts(stages, actions, modes)
  readonly #guarding = new Counts(stages)
  readonly #retrievals = new Histogram(shorter, matches)
  readonly #limited = new Counts()
  readonly #targets = { route: new Map<string, Float64Array>(), app: new Map<string, Float64Array>() }

  observe(record: CallRecord): void {
    const operation = operations.of(record.operation)
    const end = ends.of(record.end)
    const status = statuses.of(classOf(record.status))
    const isApp = record.operation === 'app'
    const perEnd = operation * ends.values.length + end
    this.#calls.add(((operation * 2 + (isApp ? 1 : 0)) * ends.values.length + end) * statuses.values.length + status)
    this.#durations.observe(perEnd, seconds(record.duration))
    if (record.firstByte !== undefined) this.#observeFirstByte(operation, record)
    if (!isApp) this.#observeUse(record)
    if (record.verdicts.length > 0) this.#observeVerdicts(record)
    for (const { took, weak } of record.retrieval ?? []) this.#retrievals.observe(weak ? 1 : 0, seconds(took))
    if (record.error?.code === 'quota_exceeded') this.#limited.add(0)
    this.#observeTarget(isApp ? 'app' : 'route', record.target || 'none', end)
  }

  #observeFirstByte(operation: number, { firstByte = 0, stream, attempts }: CallRecord): void {
    if (stream) this.#firstBytes.observe(operation, seconds(firstByte))
    if (attempts.length === 0) return
    let upstream = 0
    for (const { duration } of attempts) upstream += duration
    this.#overheads.observe(0, seconds(Math.max(0, firstByte - upstream)))
  }

  /** Tokens and money of an app are those of the model calls it made. */
  #observeUse({ usage, cost, attempts }: CallRecord): void {
    for (const { error } of attempts) this.#attempts.add(error === undefined ? 0 : results.of(error))
    if (usage) {
      const source = sources.of(usage.source)
      this.#tokens.add(source, usage.inputTokens)
      this.#tokens.add(sources.values.length + source, usage.outputTokens)
    }
    if (cost !== undefined) this.#cost.add(0, cost)
  }

  #observeVerdicts({ verdicts }: CallRecord): void {
    for (const { stage, action, monitored, took } of verdicts) {
      const row = stages.of(stage)
      this.#verdicts.add((row * actions.values.length + actions.of(action)) * 2 + (monitored ? 1 : 0))
      this.#guarding.add(row, took)
    }
  }

  #observeTarget(kind: 'route' | 'app', name: string, end: number): void {
    const targets = this.#targets[kind]
    let row = targets.get(name)
    if (!row) {
      const kept = targets.size < mostTargets ? name : 'other'
      row = targets.get(kept) ?? new Float64Array(ends.values.length)
      targets.set(kept, row)
    }
    row[end]!++
  }

  families(): Family[] {
    return [
      this.#calls.family('gatehouse_calls_total', 'Calls that are on record, also those an app made and those refused at the edge.'),
      {
        name: 'gatehouse_target_calls_total',
        help: 'The same by route or app; "none" where the caller named none that is open to it.',
        type: 'counter',
        labels: { kind: kinds.values, target: `names of the configuration, at most ${mostTargets} of each kind`, end: ends.values },
        values: () => this.#targetValues(),
      },
      this.#durations.family('gatehouse_call_duration_seconds', 'From the first byte of the request to the end of the answer.'),
      this.#firstBytes.family('gatehouse_time_to_first_byte_seconds', 'Of calls that asked for a stream: until the answer began.'),
      this.#overheads.family(
        'gatehouse_overhead_seconds',
        'What the gateway itself added before the answer began: time to first byte without the time vendors took.',
      ),
      this.#attempts.family('gatehouse_upstream_attempts_total', 'Attempts at targets of routes, by how they went: ok, or the error code.'),
      this.#tokens.family('gatehouse_tokens_total', 'Tokens of model calls, and who counted them.'),
      this.#cost.family('gatehouse_cost_total', 'Cost of model calls, in the currency of the price table.', 1e-6),
      this.#limited.family('gatehouse_limit_refusals_total', 'Calls that a limit refused.'),
      this.#verdicts.family('gatehouse_guard_verdicts_total', 'Verdicts of the guards in calls.'),
      this.#guarding.family('gatehouse_guard_seconds_total', 'Time that guards took.', 1e-6),
      this.#retrievals.family('gatehouse_retrieval_seconds', 'Retrievals; "weak" ones found nothing good enough to answer from.'),
    ]
  }

  #targetValues() {
    return (['route', 'app'] as const).flatMap((kind) =>
      [...this.#targets[kind]].flatMap(([target, row]) =>
        [...row].flatMap((value, at) => (value === 0 ? [] : [{ labels: { kind, target, end: ends.values[at]! }, value }])),
      ),
    )
  }
}

const classes = ['other', '1xx', '2xx', '3xx', '4xx', '5xx']
const classOf = (status: number): string => classes[Math.floor(status / 100)] ?? 'other'
