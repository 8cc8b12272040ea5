import { readFileSync } from 'node:fs'
import type { Spec } from '@gatehouse/contracts'
import { parseDeclared } from '@gatehouse/kernel'
import { compileApp, createNodes } from '@gatehouse/workflow'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const file = new URL('../../../examples/handbook/app.yaml', import.meta.url)

test("the sample's chat app is a right resource, and its graph runs from question to answer", () => {
  const parsed = parseDeclared(parse(readFileSync(file, 'utf8')), 'app.yaml')
  expect(parsed).not.toHaveProperty('problems')
  const { name, project, spec } = 'declared' in parsed ? parsed.declared : expect.unreachable()
  // parseDeclared has checked it by its kind
  const compiled = compileApp({ name, project, spec: spec as Spec<'App'> }, createNodes({ findDataset: () => 'id' }), {
    dataset: ['handbook'],
    route: ['assistant'],
  })
  expect(compiled).not.toHaveProperty('problems')
  const { app } = 'app' in compiled ? compiled : expect.unreachable()
  expect([app.name, app.memory, app.graph.order]).toEqual(['handbook', 3, ['start', 'retrieve', 'llm', 'answer']])
  expect(app.graph.answers).toEqual([{ node: 'answer', template: [{ node: 'llm', path: ['text'] }] }])
  expect(app.spec.suggestions).toHaveLength(8)
})
