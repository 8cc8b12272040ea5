import type { MessagePort } from 'node:worker_threads'
import { collectGarbage } from '../../threads/collect-garbage.ts'
import type { FromWorker, Request, Response, ToWorker } from '../../threads/protocol.ts'
import { toPlain } from './failure.ts'

type Operation = (args: never, now: number) => Promise<unknown>

/** Answers what comes through a port, each as soon as the database has answered. */
export function serve(port: MessagePort, operationOf: (name: string) => Operation): void {
  port.on('message', ({ requests, port: other, rest }: ToWorker) => {
    if (rest) collectGarbage()
    if (other) serve(other, operationOf)
    for (const request of requests ?? [])
      void answer(request, operationOf).then((response) => port.postMessage({ responses: [response] } satisfies FromWorker))
  })
}

async function answer({ id, name, args, now }: Request, operationOf: (name: string) => Operation): Promise<Response> {
  try {
    return { id, result: await operationOf(name)(args as never, now) }
  } catch (thrown) {
    return { id, failure: toPlain(thrown) }
  }
}
