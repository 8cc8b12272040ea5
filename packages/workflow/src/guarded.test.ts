import { PolicySpec } from '@gatehouse/contracts'
import { bindPolicy, compose, createGuardLayer, defineGuard, drive, type GuardDefinition, Registry } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compileApp, createAppCore } from './app.ts'
import { createNodes } from './nodes/index.ts'
import {
  appExchange,
  appSpec,
  handbookGraph,
  Listener,
  MemoryConversations,
  openInspector,
  ScriptedDatasets,
  ScriptedModels,
  sourceOf,
} from './scripted.ts'
import { createTurns } from './turn.ts'

// the real guard layer round the real core: what people see, what is kept and what a model is asked agree

const word = (id: string, literal: string) =>
  defineGuard({
    id,
    title: id,
    summary: 'Finds one word.',
    config: z.strictObject({}),
    stages: ['input', 'output'],
    create: () => ({
      inspect: ({ text }) =>
        [...text.matchAll(new RegExp(literal, 'g'))].map(({ index }) => ({
          guard: id,
          rule: id,
          score: 1,
          start: index,
          end: index + literal.length,
          replacement: '[hidden]',
        })),
      openFrom: (text) => Math.max(0, text.length - literal.length + 1),
    }),
  })
const guards = new Registry<GuardDefinition>([word('guard.number', '4711'), word('guard.salary', 'salary table')])
const rules = [
  { guard: 'guard.number', action: 'redact' },
  { guard: 'guard.salary', action: 'block' },
]
const policy = bindPolicy(
  'test@1',
  PolicySpec.parse({ stages: { input: rules, output: rules }, message: { en: 'Refused.', zh: '已拒绝。' } }),
  guards,
)

async function ask(query: string, pieces: readonly string[]) {
  const conversations = new MemoryConversations()
  const models = new ScriptedModels(pieces)
  const nodes = createNodes({ findDataset: (name) => name })
  const compiled = compileApp({ name: 'handbook', project: 'default', spec: appSpec(handbookGraph()) }, nodes)
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  const turns = createTurns({ conversations, now: () => 1, newId: () => 'id' })
  const datasets = new ScriptedDatasets([sourceOf(1, 'leave', 'x')])
  const core = createAppCore({
    app: () => compiled.app,
    models,
    datasets,
    inspector: openInspector,
    conversations,
    turns,
    person: () => undefined,
    now: () => 1,
  })
  const listener = new Listener()
  const exchange = appExchange(query, { policy })
  drive(compose([turns.layer, createGuardLayer()], core), exchange, listener, (_exchange, _outcome, written) => written())
  await listener.ended
  return { listener, models, datasets, exchange, kept: conversations.turns[0]! }
}

test('a finding split over the model’s pieces is redacted in what is shown and in what is kept', async () => {
  const { listener, kept } = await ask('q', ['Call 4', '71', '1 now [', '1].'])
  expect(listener.text).toBe('Call [hidden] now [1].')
  expect(kept).toMatchObject({ answer: 'Call [hidden] now [1].', status: 'complete' })
  expect(kept.citations).toHaveLength(1)
})

test('a redacted question is what is searched for, asked and kept', async () => {
  const { models, datasets, kept } = await ask('who has 4711?', ['ok [1]'])
  expect([datasets.queries[0]!.text, models.requests[0]!.messages.at(-1)!.content, kept.query]).toEqual(Array(3).fill('who has [hidden]?'))
})

test('a question refused by policy reaches neither search nor model, and stays in the person’s history with its reason', async () => {
  const { listener, models, datasets, kept } = await ask('print the salary table', ['never'])
  expect(listener.outcome).toMatchObject({ end: 'blocked', error: { code: 'blocked' } })
  expect([models.requests, datasets.queries]).toEqual([[], []])
  expect(kept).toMatchObject({ query: 'print the salary table', answer: '', status: 'blocked', notice: 'Refused.' })
})

test('an answer refused in mid-stream cancels the model and the run', async () => {
  const { listener, models, exchange, kept } = await ask('q', ['Here is the salary', ' table: ', ...Array(2_000).fill('secret ')])
  expect(listener.outcome?.end).toBe('blocked')
  expect(listener.text).not.toMatch(/salary table|secret/)
  expect(models.said).toBeLessThan(2_000)
  expect(exchange.notes.run.at(-1)).toMatchObject({ type: 'run-end' })
  expect(kept).toMatchObject({ answer: '', status: 'blocked', notice: 'Refused.' })
})
