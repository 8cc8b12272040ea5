import type { CallRecord, CallRow, NodeRunView, Verdict } from '@gatehouse/contracts'

const strictness: readonly Verdict['action'][] = ['allow', 'flag', 'tokenise', 'redact', 'rewrite', 'judge', 'not-inspected', 'block']

export function callRow(record: CallRecord): CallRow {
  const verdict = strictest(record)
  const { id, at, consumer, dialect, operation, target, model, stream, status, end, duration } = record
  return {
    ...{ id, at, consumer, dialect, operation, target, model, stream, status, end, duration },
    ...present({
      parent: record.parent,
      user: record.user,
      pseudonym: record.pseudonym,
      error: record.error && { ...record.error },
      finish: record.finish,
      firstByte: record.firstByte,
      usage: record.usage && { ...record.usage },
      cost: record.cost,
      verdict,
    }),
    ...(record.retrieval ? { weak: record.retrieval.some(({ weak }) => weak) } : {}),
  }
}

/** Without the fields that are undefined. */
export const present = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // Object.fromEntries forgets which names there were
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }

/** What was only monitored counts as a flag: nothing was done about it. */
function strictest({ verdicts }: CallRecord): Verdict['action'] | undefined {
  const ranks = verdicts.map(({ action, monitored }) => strictness.indexOf(monitored && action !== 'allow' ? 'flag' : action))
  const most = Math.max(0, ...ranks)
  return most > 0 ? strictness[most] : undefined
}

/** When each layer began, and how long until the next one did. */
export const layersOf = ({ layers, duration }: CallRecord) =>
  layers.map(([name, at], index) => ({ name, at, duration: Math.max(0, (layers[index + 1]?.[1] ?? duration) - at) }))

/** The path a run took through its graph, in order of starting. */
export function pathOf({ run = [], at: began }: CallRecord): NodeRunView[] {
  const origin = run.find(({ type }) => type === 'run-start')?.at ?? began
  const steps = new Map<string, NodeRunView>()
  for (const event of run) {
    if (event.type === 'node-start') {
      const { node, use, title } = event
      steps.set(node, { node, use, title, status: 'running', start: Math.max(0, event.at - origin) })
    } else if (event.type === 'node-end') {
      const { node, status, duration, branch, error } = event
      const begun = steps.get(node) ?? { node, use: '', title: '', start: Math.max(0, event.at - origin) }
      steps.set(node, { ...begun, status, duration, ...present({ branch, error }) })
    }
  }
  return [...steps.values()]
}
