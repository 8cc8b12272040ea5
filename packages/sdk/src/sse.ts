import { GatehouseError } from './error.ts'

export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** Characters of one event; a server that sends more is not ours. */
const largest = 4_194_304

/** The events of a `text/event-stream` body. Leaving the loop closes the stream, and with it the request. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      rest += value ? decoder.decode(value, { stream: true }) : decoder.decode()
      const { events, remaining } = cut(done ? `${rest}\n\n` : rest)
      yield* events
      if (done) return
      rest = remaining
      if (rest.length > largest) throw new GatehouseError('upstream_failed', 'an event of the stream is too large', { status: 200 })
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Complete events of a text, and what is left of it. A carriage return at the very end may be half of a line end: it waits. */
function cut(text: string): { events: ServerEvent[]; remaining: string } {
  const held = text.endsWith('\r') ? '\r' : ''
  const blocks = (held ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n').split('\n\n')
  const remaining = blocks.pop()! + held
  return { events: blocks.flatMap(parseBlock), remaining }
}

function parseBlock(block: string): ServerEvent[] {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
  }
  return data.length ? [{ event, data: data.join('\n') }] : []
}
