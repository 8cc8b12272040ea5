import { expect, test } from 'vitest'
import { compileGraph } from './graph.ts'
import { createNodes } from './nodes/index.ts'
import type { NodeState } from './scheduler.ts'
import { chain, node } from './scripted.ts'
import { Speech } from './speech.ts'

const nodes = createNodes({ findDataset: () => undefined })
const llm = (id: string) => node(id, 'node.llm', { model: 'assistant' })

function speaking(graph: Parameters<typeof compileGraph>[0]) {
  const compiled = compileGraph(graph, nodes)
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  const state = new Map<string, NodeState>()
  const outputs: Record<string, unknown> = {}
  let said = ''
  const speech = new Speech(
    compiled.graph,
    state,
    (id, field) => outputs[`${id}.${field}`],
    ({ text }) => {
      said += text
    },
  )
  return {
    speech,
    said: () => said,
    done: (id: string, branch?: string) => {
      state.set(id, branch === undefined ? { status: 'done' } : { status: 'done', branch })
      speech.advance()
    },
    set: (id: string, status: 'running' | 'skipped') => {
      state.set(id, { status })
      speech.advance()
    },
    tell: (id: string, text: string) => speech.tell(id, { text, transient: false }),
  }
}

test('two models write side by side; the text keeps the order of the template', () => {
  const { said, done, tell, set } = speaking({
    nodes: [node('start', 'node.start'), llm('a'), llm('b'), node('answer', 'node.answer', { answer: 'A: {{#a.text#}} B: {{#b.text#}}.' })],
    edges: [...chain('start', 'a', 'answer'), ...chain('start', 'b', 'answer')],
  })
  done('start')
  set('a', 'running')
  set('b', 'running')
  tell('b', 'second')
  expect(said()).toBe('A: ')
  tell('a', 'fir')
  expect(said()).toBe('A: fir')
  tell('a', 'st')
  done('a')
  expect(said()).toBe('A: first B: second')
  done('b')
  expect(said()).toBe('A: first B: second.')
})

test('nothing is said on a way that may not be taken', () => {
  const { said, done, tell, set } = speaking({
    nodes: [
      node('start', 'node.start'),
      llm('a'),
      node('if', 'node.branch', { conditions: [{ left: 'x', operator: 'is' }] }),
      node('yes', 'node.answer', { answer: 'yes {{#a.text#}}' }),
      node('no', 'node.answer', { answer: 'no {{#a.text#}}' }),
    ],
    edges: [...chain('start', 'a', 'if'), { from: 'if', to: 'yes', branch: 'true' }, { from: 'if', to: 'no', branch: 'false' }],
  })
  done('start')
  set('a', 'running')
  tell('a', 'text')
  done('a')
  expect(said()).toBe('')
  set('yes', 'skipped')
  done('if', 'false')
  expect(said()).toBe('no text')
})

test('an answer has an end', () => {
  const { tell } = speaking({
    nodes: [node('start', 'node.start'), llm('a'), node('answer', 'node.answer', { answer: '{{#a.text#}}' })],
    edges: chain('start', 'a', 'answer'),
  })
  expect(() => tell('a', 'x'.repeat(400_001))).toThrow('400000 characters at most')
})
