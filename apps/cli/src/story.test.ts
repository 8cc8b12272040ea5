import type { PassageView, Trace } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { storyOf } from './story.ts'

const reference = { dataset: 'b', document: 'd', version: 1, segment: 's', start: 0, end: 9, hash: 'h' }
const readable: PassageView = {
  readable: true,
  reference,
  title: 'Leave',
  headings: ['Carry over'],
  text: 'Six days of SECRET text',
  current: true,
}
const call = {
  id: 'call-1',
  at: Date.UTC(2026, 10, 24, 12),
  consumer: 'chat',
  user: 'bram',
  dialect: 'chat',
  operation: 'app',
  target: 'handbook',
  model: 'app/handbook',
  stream: true,
  status: 200,
  end: 'complete',
  duration: 812_000,
  firstByte: 95_000,
  usage: { inputTokens: 900, outputTokens: 40, source: 'estimated' },
  content: 'redacted',
  policy: 'default@3',
} as const
const trace: Trace = {
  call,
  layers: [
    { name: 'limit', at: 120, duration: 40 },
    { name: 'guard', at: 160, duration: 300 },
  ],
  verdicts: [
    {
      stage: 'context',
      action: 'redact',
      took: 80,
      findings: [{ guard: 'guard.injection', rule: 'injection.override', score: 0.93, start: 4, end: 20 }],
      source: readable,
    },
  ],
  attempts: [{ provider: 'builtin', model: 'quote', at: 1, duration: 2400, status: 200 }],
  retrieval: [
    {
      bases: [{ id: 'b', name: 'handbook', title: 'Handbook' }],
      used: [{ n: 1, score: 0.9, passage: readable }],
      left: [{ score: 0.2, reason: 'score', passage: { readable: false } }],
      withheld: 2,
      weak: false,
      took: 1500,
    },
  ],
  citations: [{ n: 1, passage: readable }],
  children: [{ ...call, id: 'call-2', parent: 'call-1', operation: 'chat', model: 'assistant' }],
  app: {
    name: 'handbook',
    title: 'Handbook',
    path: [{ node: 'llm', use: 'node.llm', title: 'Write', status: 'succeeded', start: 0, duration: 12 }],
  },
  audit: [],
}

test('the story says who asked what, how it went, and every fact of it', () => {
  const story = storyOf(trace)
  expect(story).toContain(
    'On 2026-11-24 12:00:00 UTC bram (through chat) asked the app handbook. It was answered after 812 ms, first byte after 95 ms.',
  )
  expect(story).toContain('context in Leave › Carry over: redact because of injection.override (0.93), 80 µs')
  expect(story).toContain('[1] 0.900 Leave › Carry over')
  expect(story).toContain('not used, score: 0.200 a document you may not read')
  expect(story).toContain('withheld from the asker: 2 documents')
  expect(story).toContain('builtin quote: status 200, 2.4 ms')
  expect(story).toContain('Write: succeeded in 12 ms')
  expect(story).toMatch(/guard +160 µs +300 µs/)
  expect(story).toContain('call-2')
})

test('it names passages and shows none of their text', () => expect(storyOf(trace)).not.toContain('SECRET'))

test.each([
  [
    { end: 'blocked', error: { code: 'blocked', message: 'injection.override at input' } },
    'The policy refused it after 812 ms: injection.override at input.',
  ],
  [{ end: 'failed', error: { code: 'timeout', message: 'no first byte' } }, 'It failed after 812 ms: timeout, no first byte.'],
  [{ end: 'cancelled' }, 'The caller left after 812 ms.'],
  [{ weak: true }, 'The documents did not answer it, and it was told so'],
] as const)('how it ended: %o', (fields, words) => expect(storyOf({ ...trace, call: { ...call, ...fields } })).toContain(words))

test('what did not happen has no heading', () => {
  const { app: _, ...rest } = trace
  const bare = storyOf({ ...rest, verdicts: [], attempts: [], retrieval: [], citations: [], children: [], layers: [] })
  expect(bare).not.toMatch(/Guards|Models tried|Searched|Cited|Layers|Steps|Audit/)
})
