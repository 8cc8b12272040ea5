import type { ServerResponse } from 'node:http'

type Json = Readonly<Record<string, unknown>>
type Answer = (response: ServerResponse, streamed: boolean) => void

const frame = (body: Json) => `event: ${String(body.type)}\ndata: ${JSON.stringify(body)}\n\n`
const usage = { input_tokens: 12, cache_creation_input_tokens: 3, cache_read_input_tokens: 5, output_tokens: 34 }
const head = { id: 'msg_scripted', type: 'message', role: 'assistant', model: 'scripted' }
const text = 'The scripted vendor answers with a few plain words and a number such as 42 .'
const weather = (city: string, id: string) => ({ type: 'tool_use', id, name: 'get_weather', input: { city } })

const json = (response: ServerResponse, status: number, body: Json, headers: Readonly<Record<string, string>> = {}) => {
  const written = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(written), ...headers }).end(written)
}
const refuse =
  (status: number, type: string, headers?: Readonly<Record<string, string>>): Answer =>
  (response) =>
    json(response, status, { type: 'error', error: { type, message: 'organisation 4711 on db-7.internal' }, request_id: 'req_1' }, headers)

/** A complete message, or the frames it is streamed in: five characters of text at a time. */
function say(content: readonly Json[], stop: string): Answer {
  return (response, streamed) => {
    if (!streamed)
      return json(response, 200, { ...head, content, stop_reason: stop, stop_sequence: null, usage, vendor_extra: { kept: true } })
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    const frames = [...begun, ...content.flatMap(blockFrames), ...ended(stop)]
    const next = () => {
      const piece = frames.shift()
      if (piece === undefined) response.end()
      else if (!response.destroyed) response.write(piece, () => setImmediate(next))
    }
    next()
  }
}
const message = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } }
const begun = [frame({ type: 'message_start', message }), frame({ type: 'ping' })]
const ended = (stop: string) => [
  frame({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: usage.output_tokens } }),
  frame({ type: 'message_stop' }),
]

function blockFrames(block: Json, index: number): string[] {
  const { start, deltas } = cut(block)
  const between = deltas.map((delta) => frame({ type: 'content_block_delta', index, delta }))
  return [frame({ type: 'content_block_start', index, content_block: start }), ...between, frame({ type: 'content_block_stop', index })]
}

function cut(block: Json): { start: Json; deltas: Json[] } {
  const pieces = (whole: unknown) => String(whole).match(/.{1,5}/gs) ?? []
  if (block.type === 'text')
    return { start: { ...block, text: '' }, deltas: pieces(block.text).map((each) => ({ type: 'text_delta', text: each })) }
  if (block.type === 'tool_use') {
    const deltas = pieces(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    return { start: { ...block, input: {} }, deltas }
  }
  const thinking = pieces(block.thinking).map((each) => ({ type: 'thinking_delta', thinking: each }))
  return {
    start: { ...block, thinking: '', signature: '' },
    deltas: [...thinking, { type: 'signature_delta', signature: block.signature }],
  }
}

const cutShort =
  (last: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end([...begun, ...blockFrames({ type: 'text', text: 'some words' }, 0).slice(0, 2), last].join(''))
  }

/** What each model name does, in Anthropic's dialect. */
const answers: Readonly<Record<string, Answer>> = {
  text: say([{ type: 'text', text }], 'end_turn'),
  long: say([{ type: 'text', text }], 'max_tokens'),
  tools: say([{ type: 'text', text: 'Let me look.' }, weather('Linz', 'toolu_1'), weather('Graz', 'toolu_2')], 'tool_use'),
  thinking: say(
    [
      { type: 'thinking', thinking: 'First the plan.', signature: 'c2lnbmVk' },
      { type: 'text', text },
    ],
    'end_turn',
  ),
  '400': refuse(400, 'invalid_request_error'),
  '401': refuse(401, 'authentication_error'),
  '429': refuse(429, 'rate_limit_error', { 'retry-after': '7' }),
  '500': refuse(500, 'api_error'),
  '529': refuse(529, 'overloaded_error'),
  'error-first': (response) =>
    void response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(frame({ type: 'ping' }) + frame({ type: 'error', error: { type: 'overloaded_error', message: 'db-7.internal' } })),
  'error-midway': cutShort(frame({ type: 'error', error: { type: 'overloaded_error', message: 'organisation 4711' } })),
  'half-frame': cutShort('event: content_block_delta\ndata: {"type":"content_blo'),
  'no-end': cutShort(''),
}

/** True when the request was one in Anthropic's dialect, and is answered. */
export function answerMessages(path: string, body: string, model: string, response: ServerResponse): boolean {
  if (path.endsWith('/messages/count_tokens')) json(response, 200, { input_tokens: body.length })
  else if (path.endsWith('/v1/messages')) (answers[model] ?? answers.text!)(response, /"stream"\s*:\s*true/.test(body))
  else return false
  return true
}
