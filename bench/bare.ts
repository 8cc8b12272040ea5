import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dispatcher, Pool } from 'undici'

/**
 * The reference: the least a proxy of node:http and undici can do. No identity, no limits, no record. It ships with the bench and prints
 * its own figure, so that a slow reference cannot flatter us.
 */
const pool = new Pool(process.argv[2] ?? '', {
  connections: Number(process.argv[3] ?? 256),
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
})

class Pass implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse
  #paused: Dispatcher.DispatchController | undefined

  constructor(response: ServerResponse) {
    this.#response = response
    response.on('drain', () => this.#paused?.resume())
  }
  onRequestStart() {}
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>) {
    const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = headers
    this.#response.writeHead(status, rest)
  }
  onResponseData(controller: Dispatcher.DispatchController, read: Buffer) {
    if (this.#response.write(read)) return
    this.#paused = controller
    controller.pause()
  }
  onResponseEnd() {
    this.#response.end()
  }
  onResponseError() {
    this.#response.destroy()
  }
}

const server = createServer({ noDelay: true }, (request, response) => {
  const reads: Buffer[] = []
  request.on('data', (read: Buffer) => reads.push(read))
  request.on('end', () => {
    const headers = { 'content-type': 'application/json', authorization: String(request.headers.authorization) }
    pool.dispatch(
      { path: request.url ?? '/', method: 'POST', headers, body: reads.length === 1 ? reads[0]! : Buffer.concat(reads) },
      new Pass(response),
    )
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
