import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCertain, type NodeState, plan, type Shape } from './scheduler.ts'

const shape = (
  order: readonly string[],
  edges: readonly (readonly [string, string, string?])[],
  choosing: readonly string[] = [],
): Shape => ({
  order,
  incoming: new Map(
    order.map((node) => [
      node,
      edges.filter(([, to]) => to === node).map(([from, , branch]) => (branch === undefined ? { from } : { from, branch })),
    ]),
  ),
  choosing: new Set(choosing),
})
const done = (branch?: string): NodeState => (branch === undefined ? { status: 'done' } : { status: 'done', branch })

test('a join waits for all of its inputs', () => {
  const diamond = shape(
    ['a', 'b', 'c', 'd'],
    [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'd'],
      ['c', 'd'],
    ],
  )
  expect(plan(diamond, new Map())).toEqual({ ready: ['a'], skipped: [], finished: false })
  expect(plan(diamond, new Map([['a', done()]])).ready).toEqual(['b', 'c'])
  expect(
    plan(
      diamond,
      new Map<string, NodeState>([
        ['a', done()],
        ['b', done()],
        ['c', { status: 'running' }],
      ]),
    ).ready,
  ).toEqual([])
  expect(
    plan(
      diamond,
      new Map([
        ['a', done()],
        ['b', done()],
        ['c', done()],
      ]),
    ).ready,
  ).toEqual(['d'])
  expect(
    plan(
      diamond,
      new Map([
        ['a', done()],
        ['b', done()],
        ['c', done()],
        ['d', done()],
      ]),
    ).finished,
  ).toBe(true)
})

const choice = shape(
  ['if', 'yes', 'no', 'after-no', 'join'],
  [
    ['if', 'yes', 'true'],
    ['if', 'no', 'false'],
    ['no', 'after-no'],
    ['yes', 'join'],
    ['after-no', 'join'],
  ],
  ['if'],
)

test('the branch not taken is skipped to its end, and the join runs all the same', () => {
  expect(plan(choice, new Map([['if', done('true')]]))).toEqual({ ready: ['yes'], skipped: ['no', 'after-no'], finished: false })
  const state = new Map<string, NodeState>([
    ['if', done('true')],
    ['yes', done()],
    ['no', { status: 'skipped' }],
    ['after-no', { status: 'skipped' }],
  ])
  expect(plan(choice, state)).toEqual({ ready: ['join'], skipped: [], finished: false })
})

test('a node is certain once no open choice can leave it out', () => {
  expect(isCertain(choice, new Map(), 'if')).toBe(true)
  expect(isCertain(choice, new Map(), 'yes')).toBe(false)
  expect(isCertain(choice, new Map([['if', done('true')]]), 'yes')).toBe(true)
  expect(isCertain(choice, new Map([['if', done('true')]]), 'no')).toBe(false)
  expect(isCertain(choice, new Map([['if', done('false')]]), 'join')).toBe(true)
})

/** A random acyclic graph: edges lead from lower to higher numbers; some nodes choose between two ways out. */
const graphs = fc.record({ size: fc.integer({ min: 1, max: 14 }), seed: fc.infiniteStream(fc.nat(1000)) }).map(({ size, seed }) => {
  const next = () => seed.next().value as number
  const order = Array.from({ length: size }, (_, index) => `n${index}`)
  const choosing = order.filter(() => next() % 4 === 0)
  const edges: [string, string, string?][] = []
  for (let to = 1; to < size; to++)
    for (let count = 1 + (next() % 3); count > 0; count--) {
      const from = order[next() % to]!
      edges.push(choosing.includes(from) ? [from, order[to]!, next() % 2 ? 'true' : 'false'] : [from, order[to]!])
    }
  const picks = new Map(order.map((node) => [node, next()]))
  return { shape: shape(order, edges, choosing), picks }
})

test('property: every node reached by taken edges runs exactly once, never before its inputs, and no other runs', () => {
  fc.assert(
    fc.property(graphs, ({ shape: graph, picks }) => {
      const state = new Map<string, NodeState>()
      const ran: string[] = []
      const running: string[] = []
      for (let steps = 0; ; steps++) {
        expect(steps).toBeLessThan(100)
        const { ready, skipped, finished } = plan(graph, state)
        for (const node of skipped) state.set(node, { status: 'skipped' })
        if (finished && running.length === 0) break
        for (const node of ready) {
          for (const { from } of graph.incoming.get(node)!) expect(['done', 'skipped']).toContain(state.get(from)?.status)
          state.set(node, { status: 'running' })
          running.push(node)
          ran.push(node)
        }
        // ends in any order
        const at = picks.get(running[0]!)! % running.length
        const [node] = running.splice(at, 1)
        state.set(node!, graph.choosing.has(node!) ? done(picks.get(node!)! % 2 ? 'true' : 'false') : done())
      }
      expect(new Set(ran).size).toBe(ran.length)
      const reached = new Set([graph.order[0]])
      for (const node of graph.order.slice(1)) {
        const taken = graph.incoming.get(node)!.some(({ from, branch }) => {
          const source = state.get(from)
          return reached.has(from) && source?.status === 'done' && (branch === undefined || branch === source.branch)
        })
        if (taken) reached.add(node)
      }
      expect(ran.toSorted()).toEqual([...reached].toSorted())
    }),
  )
})

test('property: what is certain runs, whatever is chosen later', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), ({ shape: graph, picks }, pick) => {
      const promised = graph.order.filter((node) => isCertain(graph, new Map(), node))
      const state = new Map<string, NodeState>()
      for (;;) {
        const { ready, skipped, finished } = plan(graph, state)
        for (const node of skipped) state.set(node, { status: 'skipped' })
        if (finished) break
        for (const node of ready)
          state.set(node, graph.choosing.has(node) ? done((picks.get(node)! + pick) % 2 ? 'true' : 'false') : done())
      }
      for (const node of promised) expect(state.get(node)?.status).toBe('done')
    }),
  )
})
