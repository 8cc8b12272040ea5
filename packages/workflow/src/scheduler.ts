/** The little of a graph that scheduling needs. `order` is topological. */
export interface Shape {
  readonly order: readonly string[]
  /** Of each node: where its edges come from. */
  readonly incoming: ReadonlyMap<string, readonly { readonly from: string; readonly branch?: string }[]>
  /** Nodes that choose among named ways out. */
  readonly choosing: ReadonlySet<string>
}
/** A node without a state is waiting. */
export type NodeState = { readonly status: 'running' | 'skipped' } | { readonly status: 'done'; readonly branch?: string }
export type State = ReadonlyMap<string, NodeState>

export interface Plan {
  /** May start now: every edge into them is settled and at least one was taken. */
  readonly ready: readonly string[]
  /** Will never run: no edge into them was taken. */
  readonly skipped: readonly string[]
  readonly finished: boolean
}

/** State in, plan out: no clock, no effect. */
export function plan(shape: Shape, state: State): Plan {
  const ready: string[] = []
  const skipped = new Set<string>()
  let open = 0
  for (const node of shape.order) {
    const own = state.get(node)
    if (own) {
      if (own.status === 'running') open++
      continue
    }
    const edges = (shape.incoming.get(node) ?? []).map((edge) => settle(edge, state, skipped))
    if (edges.includes('open')) open++
    else if (edges.length === 0 || edges.includes('taken')) ready.push(node)
    else skipped.add(node)
  }
  return { ready, skipped: [...skipped], finished: ready.length === 0 && open === 0 }
}

/** True when the node runs whatever is still to be chosen; a failure apart. */
export function isCertain(shape: Shape, state: State, node: string): boolean {
  const certain = new Map<string, boolean>()
  for (const each of shape.order) {
    certain.set(each, certainly(each, shape, state, certain))
    if (each === node) break
  }
  return certain.get(node) ?? false
}

function certainly(node: string, shape: Shape, state: State, before: ReadonlyMap<string, boolean>): boolean {
  const own = state.get(node)
  if (own) return own.status !== 'skipped'
  const edges = shape.incoming.get(node) ?? []
  if (edges.length === 0) return true
  return edges.some((edge) => {
    if (state.get(edge.from)?.status === 'done') return settle(edge, state, nobody) === 'taken'
    return !shape.choosing.has(edge.from) && before.get(edge.from) === true
  })
}

const nobody: ReadonlySet<string> = new Set()

function settle(
  { from, branch }: { from: string; branch?: string },
  state: State,
  skipped: ReadonlySet<string>,
): 'open' | 'taken' | 'dead' {
  const source = state.get(from)
  if (source?.status === 'skipped' || skipped.has(from)) return 'dead'
  if (source?.status !== 'done') return 'open'
  return branch === undefined || branch === source.branch ? 'taken' : 'dead'
}
