import fc from 'fast-check'
import { expect, test } from 'vitest'
import { framesIn } from '../frames.ts'
import { FrameRepair } from './repair.ts'

const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
const chunk = (delta: unknown, finish: string | null = null, extra: object = {}) => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...extra,
})
const frame = (body: unknown) => Buffer.from(`data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`)
/** What goes out for these frames, as text. */
const out = (...frames: Buffer[]) => {
  const repair = new FrameRepair()
  return frames.map((each) => repair.frame(each)?.toString() ?? '').join('')
}
const bodies = (...frames: Buffer[]) => framesIn(Buffer.from(out(...frames))).map((each) => JSON.parse(each.toString().slice(6)))

test('a frame in which nothing has to change leaves as the very bytes', () => {
  const repair = new FrameRepair()
  const clean = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hi' }), chunk({ content: ' there' }), chunk({}, 'stop')].map(
    frame,
  )
  for (const each of clean) expect(repair.frame(each)).toBe(each)
})

test('whatever a text holds, a frame like the one before it leaves as it is and as it would when parsed', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }), (texts) => {
      const repair = new FrameRepair()
      for (const content of ['a', ...texts]) {
        const each = frame(chunk({ content }))
        expect(repair.frame(each)).toBe(each)
      }
    }),
  )
})

test('a frame of the known shape that says something else besides is looked at', () => {
  const known = frame(chunk({ content: 'a' }))
  const both = frame(chunk({ content: 'a', reasoning_content: 'b' }))
  expect(bodies(known, both)).toHaveLength(3)
  expect(bodies(known, frame(chunk({ content: 'a"' }, 'stop'))).at(-1).choices[0].finish_reason).toBe('stop')
})

test('an event line or CRLF framing becomes a plain data frame', () => {
  expect(out(Buffer.from(`event: message\r\nid: 1\r\ndata:${JSON.stringify(chunk({ content: 'a' }))}\r\n\r\n`))).toBe(
    frame(chunk({ content: 'a' })).toString(),
  )
})

test('a comment glued to a frame does not take the frame with it', () => {
  expect(out(Buffer.from(`: ping\n${frame(chunk({ content: 'a' }))}`))).toBe(frame(chunk({ content: 'a' })).toString())
})

test('a comment in a block of its own passes', () => {
  expect(out(Buffer.from(': ping\n\n'))).toBe(': ping\n\n')
})

test('a block that is not JSON, or no object, never passes', () => {
  for (const each of ['<html>', '"text"', 'null', '[]']) expect(() => out(frame(each))).toThrow('the vendor sent something that is no')
})

test('a frame without choices gets an empty list of them', () => {
  expect(bodies(frame({ ...head, usage: { prompt_tokens: 1, completion_tokens: 2 } }))[0].choices).toEqual([])
  expect(bodies(frame({ ...head, choices: null }))[0].choices).toEqual([])
})

test('reasoning and content of one delta go out in two frames, the finish and the usage with the last', () => {
  const [first, second] = bodies(
    frame(
      chunk({ role: 'assistant', reasoning_content: 'so', content: 'Yes' }, 'stop', { usage: { prompt_tokens: 1, completion_tokens: 2 } }),
    ),
  )
  expect(first.choices[0]).toMatchObject({ delta: { role: 'assistant', reasoning_content: 'so' }, finish_reason: null })
  expect(first.usage).toBeUndefined()
  expect(second.choices[0]).toMatchObject({ delta: { content: 'Yes' }, finish_reason: 'stop' })
  expect(second.usage).toEqual({ prompt_tokens: 1, completion_tokens: 2 })
})

test('delta.reasoning is called reasoning_content', () => {
  expect(bodies(frame(chunk({ reasoning: 'hm', content: '' })))[0].choices[0].delta).toEqual({ reasoning_content: 'hm', content: '' })
})

test('parallel tool calls that come in turns carry their id on every delta', () => {
  const call = (index: number, text: string, id?: string) =>
    frame(chunk({ tool_calls: [{ index, ...(id && { id, type: 'function' }), function: { ...(id && { name: 'f' }), arguments: text } }] }))
  const said = bodies(call(0, '{', 'a'), call(1, '[', 'b'), call(0, '}'), call(1, ']'))
  expect(said.map(({ choices }) => choices[0].delta.tool_calls[0].id)).toEqual(['a', 'b', 'a', 'b'])
})

test('the last frame that has choices carries the finish reason', () => {
  const usage = { usage: { prompt_tokens: 1, completion_tokens: 2 } }
  const said = bodies(frame(chunk({}, 'stop')), frame(chunk({ role: 'assistant', content: '' }, null, usage)))
  expect(said.at(-1)).toMatchObject({ choices: [], ...usage })
  expect(bodies(frame(chunk({}, 'stop')), frame(chunk({ content: 'late' }))).at(-1).choices[0].finish_reason).toBe('stop')
})

test('an unfinished frame says so with null, not with an empty word', () => {
  for (const word of ['', 'null']) expect(bodies(frame(chunk({ content: 'a' }, word)))[0].choices[0].finish_reason).toBeNull()
})

test('an error inside a stream is found in every shape vendors have for it, and its words go no further', () => {
  for (const error of [
    { error: { message: 'account 4711', code: 'x' } },
    { error: 'account 4711' },
    { code: 'InvalidParameter', message: 'account 4711', request_id: 'r' },
    { code: 20015, message: 'account 4711', data: null },
    { choices: null, base_resp: { status_code: 1008, status_msg: 'account 4711' } },
  ])
    expect(() => out(frame(error))).toThrow(/^the vendor reported an error in its answer$/)
  expect(() => out(frame({ choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }))).toThrow(
    'accepts no more requests',
  )
})

test('usage that the vendor told is known', () => {
  const repair = new FrameRepair()
  repair.frame(frame(chunk({ content: 'a' })))
  expect(repair.toldUsage).toBe(false)
  repair.frame(frame({ ...head, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }))
  expect(repair.toldUsage).toBe(true)
})
