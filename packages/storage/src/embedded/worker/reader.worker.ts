import { parentPort, workerData } from 'node:worker_threads'
import { deriveKeys } from '../../keys/keys.ts'
import { collectGarbage } from '../../threads/collect-garbage.ts'
import { toPlain } from '../../threads/failure.ts'
import type { FromWorker, Request, Response, ToWorker, WorkerData } from '../../threads/protocol.ts'
import type { Reading } from './context.ts'
import { DataKeys } from './data-keys.ts'
import { Database } from './database.ts'
import { type AnyRead, reads } from './operations.ts'

// Entry of a reader thread: answers one request after the other on a connection that cannot write.

const { file, masterKey, headsFile } = workerData as WorkerData
const port = parentPort!
const database = new Database(file, { readOnly: true })
const keys = deriveKeys(masterKey)
const context: Omit<Reading, 'now'> = { database, keys, dataKeys: new DataKeys(database, keys.wrapping), headsFile }
// by name from a message: what does not exist fails there
const operations = reads as unknown as Record<string, AnyRead>

port.on('message', ({ requests, rest }: ToWorker) => {
  if (rest) collectGarbage()
  if (requests) port.postMessage({ responses: requests.map(answer) } satisfies FromWorker)
})
port.postMessage({ ready: true } satisfies FromWorker)

function answer({ id, name, args, now }: Request): Response {
  try {
    if (name === 'search') database.warm()
    return { id, result: operations[name]!({ ...context, now }, args) }
  } catch (thrown) {
    return { id, failure: toPlain(thrown) }
  }
}
