import { parentPort, workerData } from 'node:worker_threads'
import { type Advance, leftOver } from '../../journal/lines.ts'
import { deriveKeys } from '../../keys/keys.ts'
import type { FromWorker } from '../../threads/protocol.ts'
import { signHead, signOrphans } from './audit.ts'
import { Chain } from './chain.ts'
import type { PostgresWorkerData, Writing } from './context.ts'
import { Database } from './database.ts'
import { toPlain } from './failure.ts'
import { advance } from './journal.ts'
import { checkKey, migrate, refuseUnfinished } from './migrations.ts'
import { writes } from './operations.ts'
import { ResourceChanges } from './resource-changes.ts'
import { retokenise } from './retokenise.ts'
import { serve } from './serve.ts'

// Entry of the thread that writes: one audit chain, the journal's other end, and news of other processes.

const connections = 8
const data = workerData as PostgresWorkerData
const port = parentPort!
type Operation = (context: Writing, args: never) => Promise<unknown>

try {
  const database = new Database(data.url, connections)
  const keys = deriveKeys(data.masterKey)
  const { directory, headsFile, writer, now } = data
  const context = { database, keys, headsFile, directory, chain: new Chain(database, keys, writer) }
  const changes = new ResourceChanges({
    url: data.url,
    database,
    writer,
    changed: (changed) => port.postMessage({ changed } satisfies FromWorker),
  })
  await start({ ...context, now })
  await changes.start()
  // by name from a message: what does not exist fails there
  const operations: Record<string, Operation> = { ...(writes as unknown as Record<string, Operation>), ...own(changes) }
  serve(port, (name) => (args, asked) => operations[name]!({ ...context, now: asked }, args))
  port.postMessage({ ready: true } satisfies FromWorker)
} catch (thrown) {
  port.postMessage({ fatal: toPlain(thrown) } satisfies FromWorker)
}

async function start(context: Writing): Promise<void> {
  await migrate(context.database)
  await refuseUnfinished(context.database)
  await checkKey(context.database, context.keys.fingerprint)
  // the lock of the directory says that whoever wrote these is dead
  for (const left of leftOver(context.directory)) await advance(context, left)
  await signOrphans(context)
  await retokenise(context)
}

/** What the embedded store's writer does outside its shared transactions. */
function own(changes: ResourceChanges): Record<string, Operation> {
  return {
    'audit.sign': (context) => signHead(context),
    'journal.advance': (context, next: Advance) => advance(context, next),
    /** After an erasure: destroyed keys leave the table's pages. */
    checkpoint: ({ database }) => database.run('VACUUM data_key'),
    close: async ({ database }) => {
      await changes.close()
      await database.close()
    },
  }
}
