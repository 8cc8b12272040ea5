import { parentPort, workerData } from 'node:worker_threads'
import { deriveKeys } from '../../keys/keys.ts'
import type { FromWorker } from '../../threads/protocol.ts'
import type { PostgresWorkerData, Reading } from './context.ts'
import { Database } from './database.ts'
import { reads } from './operations.ts'
import { serve } from './serve.ts'

// Entry of a thread that reads: searches are scored here, away from the event loop of the calls.

const connections = 4
const { url, masterKey, headsFile } = workerData as PostgresWorkerData
const context: Omit<Reading, 'now'> = { database: new Database(url, connections), keys: deriveKeys(masterKey), headsFile }
// by name from a message: what does not exist fails there
const operations = reads as unknown as Record<string, (context: Reading, args: never) => Promise<unknown>>

serve(parentPort!, (name) => (args, now) => operations[name]!({ ...context, now }, args))
parentPort!.postMessage({ ready: true } satisfies FromWorker)
