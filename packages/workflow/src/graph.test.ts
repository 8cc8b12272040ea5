import type { Graph } from '@gatehouse/contracts'
import { defineNode, type NodeDefinition, Registry } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compileGraph, type Known } from './graph.ts'
import { createNodes } from './nodes/index.ts'
import { chain, handbookGraph, node } from './scripted.ts'

const nodes = createNodes({ findDataset: (name) => `id-of-${name}` })
const problems = (graph: Graph, known?: Known, registry: Registry<NodeDefinition> = nodes) => {
  const compiled = compileGraph(graph, registry, known)
  return 'problems' in compiled ? compiled.problems.map(({ path, message }) => `${path}: ${message}`) : []
}

test('the handbook graph compiles to an order and its answer', () => {
  const compiled = compileGraph(handbookGraph(), nodes, { dataset: ['handbook'], route: ['assistant'] })
  expect('graph' in compiled && compiled.graph.order).toEqual(['start', 'retrieve', 'llm', 'answer'])
  expect('graph' in compiled && compiled.graph.answers).toEqual([{ node: 'answer', template: [{ node: 'llm', path: ['text'] }] }])
})

const start = node('start', 'node.start')
const answer = (text: string) => node('answer', 'node.answer', { answer: text })

test.each<[string, Graph, string]>([
  [
    'an unknown node type',
    { nodes: [start, node('a', 'node.lm')], edges: chain('start', 'a') },
    'graph.nodes.a.use: unknown node type "node.lm"; did you mean "node.llm"?',
  ],
  [
    'a mistyped config field',
    { nodes: [start, node('a', 'node.answer', { anser: 'x', answer: 'x' })], edges: chain('start', 'a') },
    'unknown field "anser"; did you mean "answer"?',
  ],
  [
    'two nodes of one id',
    { nodes: [start, answer('a'), answer('b')], edges: chain('start', 'answer') },
    'graph.nodes.2.id: two nodes are called answer',
  ],
  ['a reserved id', { nodes: [start, node('sys', 'node.answer', { answer: 'x' })], edges: chain('start', 'sys') }, 'sys is reserved'],
  [
    'an edge to nowhere',
    { nodes: [start, answer('x')], edges: chain('start', 'anwser') },
    'graph.edges.0.to: unknown node "anwser"; did you mean "answer"?',
  ],
  ['no start', { nodes: [answer('x')], edges: [] }, 'exactly one node.start is needed, found 0'],
  ['an island', { nodes: [start, answer('x')], edges: [] }, 'graph.nodes.answer: cannot be reached'],
  [
    'a circle',
    {
      nodes: [start, node('a', 'node.answer', { answer: 'x' }), node('b', 'node.answer', { answer: 'x' })],
      edges: [...chain('start', 'a', 'b'), { from: 'b', to: 'a' }],
    },
    'graph.nodes.a: is part of a circle',
  ],
  [
    'a reference to no node',
    { nodes: [start, answer('{{#strt.query#}}')], edges: chain('start', 'answer') },
    'graph.nodes.answer config answer: unknown node "strt"; did you mean "start"?',
  ],
  [
    'a reference to no field',
    { nodes: [start, answer('{{#start.qery#}}')], edges: chain('start', 'answer') },
    'unknown output of start "qery"; did you mean "query"?',
  ],
  [
    'a reference to a system value that is none',
    { nodes: [start, answer('{{#sys.qury#}}')], edges: chain('start', 'answer') },
    'unknown system value "qury"; did you mean "query"?',
  ],
  ['a reference to a secret', { nodes: [start, answer('{{#env.secret#}}')], edges: chain('start', 'answer') }, 'unknown node "env"'],
  [
    'a reference downstream',
    { nodes: [start, answer('{{#late.answer#}}'), node('late', 'node.answer', { answer: 'x' })], edges: chain('start', 'answer', 'late') },
    'late does not come before this node',
  ],
  ['a broken reference', { nodes: [start, answer('{{# start.query #}}')], edges: chain('start', 'answer') }, 'is not a reference'],
  [
    'a branch not named',
    {
      nodes: [start, node('if', 'node.branch', { conditions: [{ left: 'a', operator: 'is' }] }), answer('x')],
      edges: chain('start', 'if', 'answer'),
    },
    'an edge out of if names its branch: true, false',
  ],
  [
    'a branch that is none',
    {
      nodes: [start, node('if', 'node.branch', { conditions: [{ left: 'a', operator: 'is' }] }), answer('x')],
      edges: [...chain('start', 'if'), { from: 'if', to: 'answer', branch: 'tru' }],
    },
    'unknown branch "tru"; did you mean "true"?',
  ],
  [
    'sources of a node that is none',
    handbookGraph({ sources: 'retreive' }),
    'unknown node before this one "retreive"; did you mean "retrieve"?',
  ],
  [
    'a version from the future',
    { nodes: [start, { ...answer('x'), version: 2 }], edges: chain('start', 'answer') },
    'knows version 1 at most',
  ],
])('%s is refused with path and nearest name', (_name, graph, message) => {
  expect(problems(graph).join('\n')).toContain(message)
})

test('knowledge bases and routes that do not exist are found where the caller knows them', () => {
  expect(problems(handbookGraph(), { dataset: ['handbok'], route: ['assistent'] })).toEqual([
    'graph.nodes.retrieve config datasets: unknown dataset "handbook"; did you mean "handbok"? (known: handbok)',
    'graph.nodes.llm config model: unknown route "assistant"; did you mean "assistent"? (known: assistent)',
  ])
})

test('a config saved by an older version is lifted step by step', () => {
  const lifted = defineNode({
    id: 'node.lifted',
    version: 3,
    category: 'io',
    title: 'Lifted',
    summary: 'For this test.',
    config: z.strictObject({ words: z.string() }),
    output: z.object({}),
    speaks: 'words',
    migrate: {
      1: (config) => ({ phrase: (config as { text: string }).text }),
      2: (config) => ({ words: (config as { phrase: string }).phrase }),
    },
    run: async () => ({ output: {} }),
  })
  const compiled = compileGraph(
    { nodes: [start, node('a', 'node.lifted', { text: 'hi' })], edges: chain('start', 'a') },
    new Registry<NodeDefinition>([...nodes, lifted]),
  )
  expect('graph' in compiled && compiled.graph.nodes.get('a')!.config.config).toEqual({ words: 'hi' })
})
