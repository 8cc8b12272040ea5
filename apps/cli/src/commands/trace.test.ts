import { expect, test } from 'vitest'
import { run } from '../run.ts'
import { scriptedTerminal } from '../scripted-terminal.ts'

const environment = { GATEHOUSE_TOKEN: 't', GATEHOUSE_HOME: '/nowhere' }
const call = (id: string, fields: object = {}) => ({
  id,
  at: Date.UTC(2026, 10, 24, 12),
  consumer: 'chat',
  user: 'bram',
  target: 'handbook',
  model: 'app/handbook',
  end: 'complete',
  duration: 812_000,
  ...fields,
})

test('the list is what trace does without a word more, and filters travel to the server', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: { 'GET /api/calls': { items: [call('c1', { weak: true, verdict: 'flag' })] } },
  })
  expect(await run(['trace', '--end', 'complete', '--user', 'bram'], terminal)).toBe(0)
  expect(terminal.sent[0]?.path).toBe('/api/calls?limit=20&end=complete&user=bram')
  expect(terminal.written.out).toMatch(/2026-11-24 12:00:00 +bram via chat +handbook +complete \(weak match\) +flag +812 ms +c1/)
})

test('tail prints each call once, the oldest first, until it is stopped', async () => {
  const pages = [
    [call('b'), call('a')],
    [call('c'), call('b'), call('a')],
    [call('c'), call('b')],
  ]
  const stopping = new AbortController()
  const terminal = scriptedTerminal({
    environment,
    replies: {
      'GET /api/calls': () => {
        const items = pages.shift()
        if (pages.length === 0) stopping.abort()
        return { items }
      },
    },
  })
  expect(await run(['trace', 'tail', '-o', 'json'], { ...terminal, signal: stopping.signal })).toBe(0)
  const ids = terminal.written.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)
  expect(ids).toEqual(['a', 'b', 'c'])
})
