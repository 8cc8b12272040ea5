import { expect, test } from 'vitest'
import { run } from '../run.ts'
import { scriptedTerminal, stream } from '../scripted-terminal.ts'

const chunk = (content: string | undefined, finish_reason: string | null = null, more: object = {}) => ({
  id: 'c',
  choices: [{ index: 0, delta: content === undefined ? {} : { content }, finish_reason }],
  ...more,
})
const reference = { document: 'd1', version: 2, start: 10, end: 90 }
const environment = { GATEHOUSE_KEY: 'gh-1', GATEHOUSE_HOME: '/nowhere', GATEHOUSE_TOKEN: 'admin' }
const completions = 'POST /v1/chat/completions'

test('the answer of an app comes out, then its sources by number', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: {
      [completions]: stream(chunk('Six '), chunk('days [1].'), chunk(undefined, 'stop', { citations: [{ n: 1, reference }] }), '[DONE]'),
    },
  })
  expect(await run(['ask', 'How many days carry over?', '--app', 'leave'], terminal)).toBe(0)
  expect(terminal.sent[0]?.headers.get('authorization')).toBe('Bearer gh-1')
  expect(terminal.sent[0]?.body).toMatchObject({ model: 'app/leave', messages: [{ role: 'user', content: 'How many days carry over?' }] })
  expect(terminal.written.out).toBe('Six days [1].\n\nSources\n  [1] document d1, version 2, characters 10–90\n')
})

test('for programs the answer is one object', async () => {
  const terminal = scriptedTerminal({ environment, replies: { [completions]: stream(chunk('Six.'), chunk(undefined, 'stop'), '[DONE]') } })
  await run(['ask', 'x', '-o', 'json'], terminal)
  expect(JSON.parse(terminal.written.out)).toEqual({ text: 'Six.', sources: [], refused: false })
})

test('a refusal by policy is printed, and ends with 3', async () => {
  const replies = { [completions]: stream(chunk('Not that.'), chunk(undefined, 'content_filter'), '[DONE]') }
  const terminal = scriptedTerminal({ environment, replies })
  expect(await run(['ask', 'x'], terminal)).toBe(3)
  expect(terminal.written.out).toContain('Not that.')
})

test('a stream that breaks off is an error, not an answer', async () => {
  const terminal = scriptedTerminal({ environment, replies: { [completions]: stream(chunk('Six')) } })
  expect(await run(['ask', 'x'], terminal)).toBe(1)
  expect(terminal.written.err).toContain('upstream_failed: the stream broke off')
})

test('an answer cannot drive the terminal', async () => {
  const terminal = scriptedTerminal({ environment, replies: { [completions]: stream(chunk('\u001b[2Jgone\u202e'), '[DONE]') } })
  await run(['ask', 'x'], terminal)
  expect(terminal.written.out).toBe('[2Jgone\n')
})

test('without a key nothing is sent', async () => {
  const terminal = scriptedTerminal({ environment: {} })
  expect(await run(['ask', 'x'], terminal)).toBe(3)
  expect(terminal.sent).toEqual([])
})

test('the question may come from standard input', async () => {
  const terminal = scriptedTerminal({ environment, input: 'Why?\n', replies: { [completions]: stream('[DONE]') } })
  await run(['ask', '-'], terminal)
  expect(terminal.sent[0]?.body).toMatchObject({ messages: [{ content: 'Why?' }] })
})

const link = { url: 'http://127.0.0.1:8080/chat#link=once', expiresAt: 1 }
const chatReplies = (...events: object[]) => ({
  'POST /api/users/bram/links': link,
  'POST /chat/api/session': Response.json({ user: 'bram', csrf: 'k' }, { headers: { 'set-cookie': 'gatehouse-chat=s; Path=/' } }),
  'POST /chat/api/apps/handbook/messages': stream(...events),
  'DELETE /chat/api/session': new Response(null, { status: 204 }),
})

test('--as opens the chat as that person through a one-time link, asks, and signs out again', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: chatReplies(
      { type: 'start', message: 'm', trace: 't' },
      { type: 'text', text: 'Six [1].' },
      { type: 'citations', sources: [{ n: 1, title: 'Leave policy' }] },
      { type: 'end', status: 'complete' },
    ),
  })
  expect(await run(['ask', 'x', '--as', 'bram'], terminal)).toBe(0)
  expect(terminal.written.out).toBe('Six [1].\n\nSources\n  [1] Leave policy\n')
  const [made, opened, asked, closed] = terminal.sent
  expect(made?.headers.get('authorization')).toBe('Bearer admin')
  expect(opened?.body).toEqual({ link: 'once' })
  expect(asked?.headers.get('cookie')).toBe('gatehouse-chat=s')
  expect(asked?.headers.get('x-csrf-token')).toBe('k')
  expect(closed?.method).toBe('DELETE')
  expect(terminal.sent.slice(1).every(({ headers }) => headers.get('authorization') === null)).toBe(true)
})

test('--as of somebody who is no sample person is not allowed, in the words of the server', async () => {
  const conflict = () =>
    Response.json({ code: 'conflict', message: '"chat as" links are for people of the sample company only' }, { status: 409 })
  const terminal = scriptedTerminal({ environment, replies: { 'POST /api/users/operator/links': conflict } })
  expect(await run(['ask', 'x', '--as', 'operator'], terminal)).toBe(3)
  expect(terminal.written.err).toContain('people of the sample company only')
})

test('text that was shown before a refusal is followed by the refusal, and no source is named', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: chatReplies(
      { type: 'text', text: 'The ta' },
      { type: 'citations', sources: [{ n: 1, title: 'Secret' }] },
      { type: 'refused', message: 'Refused.' },
      { type: 'end', status: 'blocked' },
    ),
  })
  expect(await run(['ask', 'x', '--as', 'bram'], terminal)).toBe(3)
  expect(terminal.written.out).toBe('The ta\n\nRefused.\n')
})

test.each([
  [401, 'invalid_api_key', 'unauthorized', 3, 'GATEHOUSE_KEY'],
  [404, 'model_not_found', 'not_found', 1, 'the model'],
  [429, 'rate_limit_exceeded', 'quota_exceeded', 1, 'wait'],
])('a refusal in OpenAI\u2019s words, %i %s, is %s', async (status, code, ours, exit, words) => {
  const error = () => Response.json({ error: { message: 'the model or the key is wrong', type: 'x', code } }, { status })
  const terminal = scriptedTerminal({ environment, replies: { [completions]: error } })
  expect(await run(['ask', 'x'], terminal)).toBe(exit)
  expect(terminal.written.err).toMatch(new RegExp(`^gatehouse: ${ours}: `))
  expect(terminal.written.err).toContain(words)
})
