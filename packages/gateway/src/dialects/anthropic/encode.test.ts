import type { EventPayload, TextPart } from '@gatehouse/contracts'
import { AppError, ReplyEvent } from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messagesCodec } from './codec.ts'

type Json = Record<string, unknown>
/** One canonical chunk as a provider gives it. */
function chunk(lane: TextPart['lane'], index: number, text: string, first = false): ReplyEvent {
  const call = {
    index,
    ...(first && { id: `call_${index}`, type: 'function' }),
    function: { ...(first && { name: `tool_${index}` }), arguments: text },
  }
  const delta = lane === 'text' ? { content: text } : lane === 'reasoning' ? { reasoning_content: text } : { tool_calls: [call] }
  const parts = text ? [{ lane, index, text }] : []
  return new ReplyEvent({ kind: text ? lane : 'raw', parts, source: { choices: [{ index: 0, delta }] } })
}
const framesIn = (text: string): Json[] =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((block) => {
      const [event, data] = block.split('\n')
      const body = JSON.parse(data!.slice('data: '.length))
      expect(event).toBe(`event: ${body.type}`)
      return body
    })

/** Reads frames as a strict client does: blocks one after the other, each opened, filled and closed once. */
function read(text: string): { content: Json[]; stop: unknown; usage: unknown } {
  const content: Json[] = []
  let open = -1
  let stop: unknown
  let usage: unknown
  const frames = framesIn(text)
  expect(frames[0]!.type).toBe('message_start')
  expect(frames.at(-1)!.type).toBe('message_stop')
  for (const { type, index, content_block: block, delta, usage: counts } of frames.slice(1, -1) as Record<string, Json>[]) {
    if (String(type) === 'content_block_start') {
      expect([open, index]).toEqual([-1, content.length])
      open = Number(index)
      content.push({ ...block, said: '' })
    } else if (String(type) === 'content_block_delta') {
      expect(index).toBe(open)
      const last = content.at(-1)!
      last.said = String(last.said) + String(delta!.text ?? delta!.thinking ?? delta!.partial_json)
    } else if (String(type) === 'content_block_stop') {
      expect(index).toBe(open)
      open = -1
    } else {
      stop = delta!.stop_reason
      usage = counts
    }
  }
  expect(open).toBe(-1)
  return { content, stop, usage }
}

const told = { inputTokens: 9, outputTokens: 4, source: 'provider' } as const
const outcome = { end: 'complete', finish: 'tool_calls', usage: told } as const

test('property: however text, reasoning and tool calls alternate, blocks stand one after the other and lose nothing', () => {
  const said = fc.record({
    lane: fc.constantFrom<TextPart['lane']>('text', 'reasoning', 'tool-call'),
    index: fc.nat(2),
    text: fc.string({ maxLength: 5 }),
  })
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), fc.array(fc.nat(4)), (pieces, sizes) => {
      const begun = new Set<number>()
      const events = pieces.map(({ lane, index, text }) => {
        const at = lane === 'tool-call' ? index : 0
        const first = lane === 'tool-call' && !begun.has(at)
        if (first) begun.add(at)
        return chunk(lane, at, text, first)
      })
      const encoder = messagesCodec.encoder('1', 'm', 'openai-chat')
      let out = ''
      const left = [...events]
      for (const size of sizes) out += String(encoder.frames(left.splice(0, size)))
      out += String(encoder.frames(left)) + encoder.ending(outcome, 'en')
      const { content, usage } = read(out)
      const joined = (type: string) =>
        content
          .filter((block) => block.type === type)
          .map((block) => block.said)
          .join('')
      const given = (lane: TextPart['lane'], index?: number) =>
        pieces
          .filter((piece) => piece.lane === lane && (index === undefined || piece.index === index))
          .map(({ text }) => text)
          .join('')
      expect(joined('text')).toBe(given('text'))
      expect(joined('thinking')).toBe(given('reasoning'))
      const calls = content.filter(({ type }) => type === 'tool_use')
      expect(new Map(calls.map(({ id, said: json }) => [id, json]))).toEqual(
        new Map([...begun].map((index) => [`call_${index}`, given('tool-call', index)])),
      )
      expect(calls).toHaveLength(begun.size)
      expect(usage).toMatchObject({ input_tokens: 9, output_tokens: 4 })

      const whole = messagesCodec.encoder('1', 'm', 'openai-chat')
      whole.gather(events)
      const message = JSON.parse(whole.gathered(outcome))
      expect(message.content.map(({ type }: Json) => type)).toEqual(content.map(({ type }) => type))
    }),
  )
})

test('a refusal in the middle closes what is open and says the policy’s words', () => {
  const message = { en: 'Not here.', zh: '不行。' }
  const error = new AppError('blocked', 'x', { details: { message } })
  const encoder = messagesCodec.encoder('1', 'm', 'openai-chat')
  const out = String(encoder.frames([chunk('text', 0, 'Well'), chunk('tool-call', 0, '{"a"', true)]))
  const { content, stop } = read(out + encoder.ending({ end: 'blocked', error }, 'zh'))
  expect(content.map(({ type, said }) => [type, said])).toEqual([
    ['text', 'Well'],
    ['tool_use', '{"a"'],
    ['text', '不行。'],
  ])
  expect(stop).toBe('refusal')

  const own = messagesCodec.encoder('1', 'm', 'anthropic')
  const event = (source: Json): ReplyEvent => new ReplyEvent({ kind: 'raw', source } satisfies EventPayload)
  const begun = String(
    own.frames([
      event({ type: 'message_start', message: {} }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ]),
  )
  expect(read(begun + own.ending({ end: 'blocked', error }, 'en'))).toMatchObject({
    content: [{ said: '' }, { said: 'Not here.' }],
    stop: 'refusal',
  })
})

test('an error in the middle is an error event with our id, and no message_stop', () => {
  const encoder = messagesCodec.encoder('call-1', 'm', 'openai-chat')
  encoder.frames([chunk('text', 0, 'Well')])
  expect(framesIn(encoder.ending({ end: 'failed', error: new AppError('timeout', 'too slow') }, 'en'))).toEqual([
    { type: 'error', error: { type: 'timeout_error', message: 'too slow' }, request_id: 'call-1' },
  ])
})

test('how an answer ended, in this dialect’s words', () => {
  const reason = (finish: string) => {
    const encoder = messagesCodec.encoder('1', 'm', undefined)
    encoder.gather([new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text: 'x' }], finish })])
    return JSON.parse(encoder.gathered({ end: 'complete' })).stop_reason
  }
  expect(['stop', 'length', 'tool_calls', 'content_filter', 'odd'].map(reason)).toEqual([
    'end_turn',
    'max_tokens',
    'tool_use',
    'refusal',
    'end_turn',
  ])
})
