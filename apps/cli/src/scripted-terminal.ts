import type { ServerFace } from './server-face.ts'
import type { Terminal } from './terminal.ts'

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: unknown
}
type Reply = Response | object | ((sent: Sent) => Response | object)
interface Script {
  /** `GET /api/me` → an answer: a response, or what it holds as JSON. */
  readonly replies?: Readonly<Record<string, Reply>>
  readonly environment?: Terminal['environment']
  /** What the person types, question by question. */
  readonly answers?: readonly string[]
  readonly input?: string
  readonly server?: Partial<ServerFace>
}
export interface ScriptedTerminal extends Terminal {
  readonly written: { out: string; err: string }
  readonly sent: Sent[]
  readonly questions: string[]
}

/** For tests: a server that answers from a table, and a person who types what they were told to. Time passes only in pauses. */
export function scriptedTerminal({ replies = {}, environment = {}, answers = [], input = '', server = {} }: Script): ScriptedTerminal {
  const written = { out: '', err: '' }
  const sent: Sent[] = []
  const questions: string[] = []
  const typed = [...answers]
  let now = Date.UTC(2026, 10, 24, 12)
  return {
    written,
    sent,
    questions,
    out(text) {
      written.out += text
    },
    err(text) {
      written.err += text
    },
    isInteractive: false,
    environment,
    async fetch(input, init) {
      const { pathname, search } = new URL(input)
      const request = { method: init.method ?? 'GET', path: pathname + search, headers: new Headers(init.headers), body: bodyOf(init.body) }
      sent.push(request)
      const reply = replies[`${request.method} ${pathname}`] ?? replies[`${request.method} ${pathname}${search}`]
      if (!reply)
        return Response.json({ code: 'not_found', message: `nothing is scripted for ${request.method} ${pathname}` }, { status: 404 })
      const given = typeof reply === 'function' ? reply(request) : reply
      return given instanceof Response ? given : Response.json(given)
    },
    async ask(question) {
      questions.push(question)
      return typed.shift() ?? ''
    },
    readInput: async () => input,
    now: () => now,
    async pause(milliseconds) {
      now += milliseconds
    },
    loadServer: async () => server as ServerFace, // a test gives what its command uses
    signal: new AbortController().signal,
  }
}

function bodyOf(body: unknown): unknown {
  return typeof body === 'string' ? (JSON.parse(body) as unknown) : body
}

/** A body of server-sent events. */
export const stream = (...data: readonly unknown[]): Response =>
  new Response(data.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  })
