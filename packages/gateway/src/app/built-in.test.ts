import { specs } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import type { RouteTarget } from '../snapshot.ts'
import { answersBuiltIn } from './chat.ts'

const asking = (...models: string[]) =>
  specs.App.parse({ graph: { nodes: models.map((model, index) => ({ id: `n${index}`, use: 'node.llm', config: { model } })), edges: [] } })
const uses: Record<string, readonly string[]> = { quoted: ['provider.builtin'], mixed: ['provider.openai', 'provider.builtin'] }
const routes = {
  // only what is looked at
  find: (_: string, model: string) => uses[model] && ({ targets: uses[model].map((use) => ({ use })) } as unknown as RouteTarget),
}

test('people are told that no language model answers, exactly when every model of the app leads to the built-in answerer alone', () => {
  const told = [asking('quoted'), asking('quoted', 'mixed'), asking('mixed'), asking('unknown'), asking()]
  expect(told.map((app) => answersBuiltIn(app, routes))).toEqual([true, false, false, false, false])
})
