import { expect, test } from 'vitest'
import { textOfBytes } from './content-text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a chat request becomes its messages', () => {
  const body = JSON.stringify({
    model: 'm',
    messages: [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    ],
  })
  expect(textOfBytes(bytes(body))).toBe('system: be brief\n\nuser: hello')
})

test('a stream becomes the answer, and a frame cut in two does no harm', () => {
  const frame = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
  expect(textOfBytes(bytes(`${frame('Up to ')}: ping\n\n${frame('6 days')}data: {"choi`))).toBe('Up to 6 days')
})

test('what is no chat stays as it is', () => {
  expect(textOfBytes(bytes('plain words'))).toBe('plain words')
  expect(textOfBytes(bytes('{"a":1}'))).toBe('{"a":1}')
})

test('the Anthropic dialect reads the same: a request, an answer and a stream, whose pieces are joined before anything is redacted', () => {
  const asked = { system: [{ type: 'text', text: 'be brief' }], messages: [{ role: 'user', content: 'hello' }] }
  expect(textOfBytes(bytes(JSON.stringify(asked)))).toBe('system: be brief\n\nuser: hello')
  const said = { type: 'message', content: [{ type: 'text', text: 'Up to 6 days' }] }
  expect(textOfBytes(bytes(JSON.stringify(said)))).toBe('Up to 6 days')
  const frame = (text: string) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ index: 0, delta: { type: 'text_delta', text } })}\n\n`
  expect(textOfBytes(bytes(`event: ping\ndata: {"type": "ping"}\n\n${frame('Up to ')}${frame('6 days')}`))).toBe('Up to 6 days')
})
