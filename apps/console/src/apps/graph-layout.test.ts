import type { Graph } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { box, layoutGraph } from './graph-layout.ts'

const graph = (nodes: readonly string[], edges: readonly (readonly [string, string])[]): Graph => ({
  nodes: nodes.map((id) => ({ id, use: 'node.start', version: 1, title: id, config: {}, position: { x: 0, y: 0 } })),
  edges: edges.map(([from, to]) => ({ from, to })),
})
const columnsOf = (given: Graph) => Object.fromEntries(layoutGraph(given).nodes.map(({ id, x }) => [id, x / (box.width + box.gapX)]))

test('every edge goes to the right, by the longest way', () => {
  const given = graph(
    ['a', 'b', 'c', 'd'],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'd'],
      ['c', 'd'],
    ],
  )
  expect(columnsOf(given)).toEqual({ a: 0, b: 1, c: 2, d: 3 })
})

test('branches stand below each other and do not overlap', () => {
  const { nodes } = layoutGraph(
    graph(
      ['a', 'b', 'c'],
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ),
  )
  const [, b, c] = nodes
  expect(Math.abs((b?.y ?? 0) - (c?.y ?? 0))).toBeGreaterThanOrEqual(box.height + box.gapY)
})

test('a circle ends, and every node has a place', () => {
  expect(
    layoutGraph(
      graph(
        ['a', 'b'],
        [
          ['a', 'b'],
          ['b', 'a'],
        ],
      ),
    ).nodes,
  ).toHaveLength(2)
})
