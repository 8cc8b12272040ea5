import type { EventPayload } from '@gatehouse/contracts'
import { eventsOf, PushReply, ReplyEvent, textOf, WholeReply } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { withReasoning } from './reasoning.ts'

const chunk = (delta: object, finish?: string): EventPayload => {
  const { content, reasoning_content: reasoning } = delta as { content?: string; reasoning_content?: string }
  const parts = [
    ...(content ? [{ lane: 'text' as const, index: 0, text: content }] : []),
    ...(reasoning ? [{ lane: 'reasoning' as const, index: 0, text: reasoning }] : []),
  ]
  const source = { id: 'c', choices: [{ index: 0, delta, finish_reason: finish ?? null }] }
  return { kind: parts[0]?.lane ?? 'finish', ...(parts.length && { parts }), ...(finish && { finish }), source }
}
const thought = [chunk({ reasoning_content: 'so' }), chunk({ reasoning_content: ' then' }), chunk({ content: 'Yes' }), chunk({}, 'stop')]
function stream(payloads: readonly EventPayload[]) {
  const reply = new PushReply('openai-chat')
  reply.pushEvents(payloads.map((payload) => new ReplyEvent(payload)))
  reply.end({ end: 'complete', finish: 'stop' })
  return reply
}

test('reasoning stays in its own field by default', () => {
  const reply = stream(thought)
  expect(withReasoning(reply, 'separate')).toBe(reply)
})

test('inline it stands before the answer, its closing tag with the first word of it', async () => {
  expect((await textOf(withReasoning(stream(thought), 'inline'))).text).toBe('<think>so then</think>Yes')
})

test('inline it is closed also when nothing follows but the finish', async () => {
  expect((await textOf(withReasoning(stream([thought[0]!, chunk({}, 'length')]), 'inline'))).text).toBe('<think>so</think>')
})

test('dropped, nothing of it goes out and the rest is the very same events', async () => {
  const kept: EventPayload[] = []
  for await (const { payload } of eventsOf(withReasoning(stream(thought), 'none'))) kept.push(payload)
  expect(kept).toEqual(thought.slice(2))
  expect(kept[0]).toBe(thought[2])
})

test('what is written is the vendor’s frame with the text in its place', async () => {
  for await (const { payload } of eventsOf(withReasoning(stream(thought.slice(0, 1)), 'inline')))
    expect(payload.source).toEqual({ id: 'c', choices: [{ index: 0, delta: { content: '<think>so' }, finish_reason: null }] })
})

test('a complete answer has it in front, or not at all', () => {
  const message = { role: 'assistant', content: 'Yes', reasoning_content: 'so' }
  const payload: EventPayload = {
    kind: 'text',
    parts: [
      { lane: 'text', index: 0, text: 'Yes' },
      { lane: 'reasoning', index: 0, text: 'so' },
    ],
    finish: 'stop',
    source: { choices: [{ index: 0, message, finish_reason: 'stop' }] },
  }
  const said = (mode: 'inline' | 'none') =>
    withReasoning(new WholeReply('openai-chat', new ReplyEvent(payload), { end: 'complete' }), mode).whole!.payload.source
  expect(said('inline')).toMatchObject({ choices: [{ message: { role: 'assistant', content: '<think>so</think>Yes' } }] })
  expect(said('none')).toEqual({ choices: [{ index: 0, message: { role: 'assistant', content: 'Yes' }, finish_reason: 'stop' }] })
})
