import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerMessages } from './messages.ts'
import { type VectorScript, vectorReply } from './vectors.ts'

/** A stand-in for a vendor, for tests and the bench: a real server on this machine that does what the model's name says. */
export interface ScriptedUpstream {
  readonly origin: string
  readonly requests: { readonly path: string; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[]
  /** Connections a caller closed before the answer was complete. */
  readonly aborted: number
  /** Answers under way. */
  readonly open: number
  close(): Promise<void>
}
export interface Script extends VectorScript {
  /** Tokens of a streamed answer. */
  readonly chunks?: number
  /** Milliseconds between them. */
  readonly delay?: number
  readonly port?: number
  /** False: keep no request, for the bench. */
  readonly keep?: boolean
  /** Words of the answer, in a circle. */
  readonly words?: readonly string[]
}

type Answer = (response: ServerResponse, streamed: boolean) => void

export async function createScriptedUpstream(script: Script = {}): Promise<ScriptedUpstream> {
  const requests: ScriptedUpstream['requests'] = []
  const state = { aborted: 0, open: 0 }
  const answers = answersOf(script)
  const server = createServer({ noDelay: true }, (request, response) => {
    state.open++
    response.on('close', () => {
      state.open--
      if (!response.writableFinished) state.aborted++
    })
    void read(request).then((body) => {
      if (script.keep !== false) requests.push({ path: request.url ?? '', headers: request.headers, body })
      if (request.method === 'GET') return json(response, 200, { object: 'list', data: [{ id: 'scripted', object: 'model' }] })
      const model = /"model"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? ''
      if (answerMessages(request.url ?? '', body, model, response)) return
      const vectors = answers[model] && model !== 'text' ? undefined : vectorReply(request.url ?? '', body, script)
      if (vectors) return json(response, vectors.status, vectors.body)
      const answer = answers[model] ?? answers.text!
      answer(response, /"stream"\s*:\s*true/.test(body))
    })
  })
  server.keepAliveTimeout = 60_000
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(script.port ?? 0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get aborted() {
      return state.aborted
    },
    get open() {
      return state.open
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }).end(text)
}
const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }
const chunk = (delta: unknown, finish: string | null = null) => ({
  id: 'chatcmpl-scripted',
  object: 'chat.completion.chunk',
  created: 1_790_000_000,
  model: 'scripted',
  system_fingerprint: 'fp_scripted',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
})
const frame = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`
const usageFrame = frame({ ...chunk({}), choices: [], usage })
const openStream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })

const standardWords = 'The scripted vendor answers with a few plain words and a number such as 42 and then it stops . '
  .split(' ')
  .filter(Boolean)
const callWeather = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Linz"}' } }

/** What each model name does. */
function answersOf({ chunks = 20, delay = 0, words = standardWords }: Script): Readonly<Record<string, Answer>> {
  const content = words.join(' ')
  const completion = (message: unknown, finish = 'stop') =>
    JSON.stringify({
      id: 'chatcmpl-scripted',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'scripted',
      choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
      usage,
      vendor_extra: { kept: true },
    })
  const whole = completion({ role: 'assistant', content, refusal: null })
  const frames = Array.from({ length: chunks }, (_, at) =>
    Buffer.from(frame(chunk(at === 0 ? { role: 'assistant', content: '' } : { content: `${words[at % words.length]} ` }))),
  )
  const last = Buffer.from(frame(chunk({}, 'stop')) + usageFrame + frame('[DONE]').replaceAll('"', ''))

  /** Frame by frame, each in its own write, then whatever the end is. */
  const play = (response: ServerResponse, count: number, ended: () => void, pause = delay) => {
    openStream(response)
    let at = 0
    const next = () => {
      if (response.destroyed) return
      if (at === count) return ended()
      const room = response.write(frames[at++ % frames.length])
      if (!room) response.once('drain', next)
      else if (pause) setTimeout(next, pause)
      else setImmediate(next)
    }
    next()
  }
  return {
    text: (response, streamed) => (streamed ? play(response, chunks, () => response.end(last)) : json(response, 200, whole)),
    slow: (response) => play(response, chunks, () => response.end(last), 20),
    endless: (response) => play(response, Number.POSITIVE_INFINITY, () => {}),
    tools(response, streamed) {
      if (!streamed) return json(response, 200, completion({ role: 'assistant', content: null, tool_calls: [callWeather] }, 'tool_calls'))
      openStream(response)
      const { function: called, ...call } = callWeather
      response.write(
        frame(
          chunk({ role: 'assistant', content: null, tool_calls: [{ index: 0, ...call, function: { name: called.name, arguments: '' } }] }),
        ),
      )
      response.write(frame(chunk({ tool_calls: [{ index: 0, function: { arguments: called.arguments } }] })))
      response.end(`${frame(chunk({}, 'tool_calls')) + usageFrame}data: [DONE]\n\n`)
    },
    '500': (response) => json(response, 500, { error: { message: 'the secret host db-7.internal is down', type: 'server_error' } }),
    '429': (response) =>
      json(response, 429, { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } }, { 'retry-after': '7' }),
    '400': (response) => json(response, 400, { error: { message: 'your prompt "…" is too long', code: 'context_length_exceeded' } }),
    '401': (response) => json(response, 401, { error: { message: 'wrong key sk-secret', code: 'invalid_api_key' } }),
    stall: () => {},
    'stall-midway': (response) => play(response, 3, () => {}),
    reset: (response) => void response.socket?.resetAndDestroy(),
    'reset-midway': (response) => play(response, 3, () => setTimeout(() => response.socket?.resetAndDestroy(), 20)),
    garbage: (response, streamed) =>
      streamed ? void openStream(response).end('data: <html>no</html>\n\n') : json(response, 200, '<html>no</html>'),
    'half-frame': (response) => play(response, 3, () => response.end('data: {"choices":[{"index":0,"del')),
    'no-done': (response) => play(response, 3, () => response.end(frame(chunk({}, 'stop')))),
    crlf: (response) =>
      void openStream(response).end(
        (frames.slice(0, 4).join('') + last.toString()).replaceAll('data: ', 'event: message\r\ndata:').replaceAll('\n\n', '\r\n\r\n'),
      ),
    'endless-line'(response) {
      openStream(response)
      const more = () => response.destroyed || (response.write('x'.repeat(16_384)) ? setImmediate(more) : response.once('drain', more))
      response.write('data: ')
      more()
    },
    'error-in-200': (response, streamed) =>
      streamed
        ? void openStream(response).end(frame({ error: { message: 'quota of account 4711 used up', code: 'quota' } }))
        : json(response, 200, { error: { message: 'quota of account 4711' } }),
    'error-midway': (response) => play(response, 3, () => response.end(frame({ error: { message: 'quota of account 4711' } }))),
    'json-for-stream': (response) => json(response, 200, whole),
    'all-in-one': (response) =>
      void openStream(response).end(
        frame({ ...chunk({ role: 'assistant', content: 'Hi', tool_calls: [{ index: 0, ...callWeather }] }, 'tool_calls'), usage }) +
          'data: [DONE]\n\n',
      ),
    'no-usage': (response, streamed) =>
      streamed
        ? play(response, 4, () => response.end(`${frame(chunk({}, 'stop'))}data: [DONE]\n\n`))
        : json(response, 200, { choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] }),
    huge: (response) => json(response, 200, completion({ role: 'assistant', content: 'x'.repeat(5_000_000) })),
  }
}
