import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { askedFor, burst, ending, opening, textFrame } from './paced-frames.ts'

/** The vendor of the streams bench: one frame per stream and interval until it is told to end; bursts as fast as they are taken. */
export type PacedOrder = { readonly interval: number } | 'end' | 'count'
export interface PacedCounts {
  readonly open: number
  readonly burstBytes: number
}

let interval = 1000
let isEnding = false
let open = 0
let burstBytes = 0

const server = createServer({ noDelay: true }, (request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (read: string) => {
    body += read
  })
  request.on('end', () => {
    open++
    response.on('close', () => open--)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    const asked = askedFor(body)
    response.write(opening(asked.stream))
    if (asked.burst) pour(response, asked.stream)
    else pace(response, asked.stream)
  })
})

function pace(response: ServerResponse, stream: number): void {
  let at = 0
  const next = () => {
    if (response.destroyed) return
    if (isEnding) return void response.end(ending(stream, at))
    response.write(textFrame(stream, ++at))
    setTimeout(next, interval)
  }
  next()
}

function pour(response: ServerResponse, stream: number): void {
  let at = 0
  const next = () => {
    while (at < burst.frames && !response.destroyed) {
      const frame = textFrame(stream, ++at, burst.size)
      burstBytes += frame.length
      if (!response.write(frame)) return void response.once('drain', next)
    }
    if (!response.destroyed) response.end(ending(stream, at))
  }
  next()
}

server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', (order: PacedOrder) => {
  if (order === 'end') isEnding = true
  else if (order !== 'count') {
    interval = order.interval
    isEnding = false
    burstBytes = 0
  }
  process.send?.({ open, burstBytes } satisfies PacedCounts)
})
process.on('disconnect', () => process.exit())
