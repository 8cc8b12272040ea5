import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Advance, leftOver } from '../../journal/lines.ts'
import { deriveKeys } from '../../keys/keys.ts'
import { collectGarbage } from '../../threads/collect-garbage.ts'
import { Failure, toPlain } from '../../threads/failure.ts'
import type { FromWorker, Request, Response, ToWorker, WorkerData } from '../../threads/protocol.ts'
import { signHead, signOrphans } from './audit.ts'
import { AuditChain } from './audit-chain.ts'
import type { Writing } from './context.ts'
import { DataKeys } from './data-keys.ts'
import { Database } from './database.ts'
import { finish, ingest } from './journal.ts'
import { migrate } from './migrations.ts'
import { type AnyWrite, writes } from './operations.ts'
import { retokenise } from './retokenise.ts'

// Entry of the one thread that writes: requests that arrive together share a transaction (group commit).

/** A transaction ends after this many operations or milliseconds, so that a small write never waits for a long ingest. */
const mostOperations = 500
const mostTime = 40
/**
 * These can wait a moment for others of their kind: nobody waits for one of them, each touches hundreds of pages of the same indexes, and
 * what shares a transaction writes them once.
 */
const patient = new Set<string>(['search.replace'])
const enoughPatient = 8
const mostPatience = 25

interface Item {
  readonly request: Request
  readonly from: MessagePort
}
type Context = Omit<Writing, 'now'>

const data = workerData as WorkerData
const port = parentPort!
const queue: Item[] = []
let scheduled = false
let waiting: NodeJS.Timeout | undefined
// by name from a message: what does not exist fails there
const operations = writes as unknown as Record<string, AnyWrite>

/** Not part of a shared transaction: they make their own, or need none. */
const alone: Record<string, (context: Writing, args: never) => unknown> = {
  'audit.sign': (context) => signHead(context),
  'journal.advance': (context, advance: Advance) => advanceOnce(context, advance),
  /** Moves the log into the store's file and empties it; after an erasure nothing of the key stays there. */
  checkpoint: ({ database }) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
  close: ({ database }) => {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
  },
}
const again = Symbol('again')

try {
  const context = open(data)
  serve(port, context)
  port.postMessage({ ready: true } satisfies FromWorker)
} catch (thrown) {
  port.postMessage({ fatal: toPlain(thrown) } satisfies FromWorker)
}

function open({ directory, file, masterKey, headsFile, writer, now }: WorkerData): Context {
  const database = new Database(file, { readOnly: false })
  // what is deleted is overwritten: destroyed keys must not linger in free pages
  database.exec('PRAGMA secure_delete=FAST')
  migrate(database)
  const keys = deriveKeys(masterKey)
  checkKey(database, keys.fingerprint)
  const chain = new AuditChain(database, keys, writer)
  const context = { database, keys, dataKeys: new DataKeys(database, keys.wrapping), headsFile, chain, directory }
  for (const advance of leftOver(directory)) while (advanceOnce({ ...context, now }, advance) === again);
  signOrphans({ ...context, now })
  retokenise({ ...context, now })
  return context
}

function checkKey(database: Database, fingerprint: string): void {
  const stored = database.get<{ value: string }>("SELECT value FROM meta WHERE key = 'fingerprint'")?.value
  if (stored === undefined) database.run("INSERT INTO meta(key, value) VALUES ('fingerprint', ?)", fingerprint)
  else if (stored !== fingerprint)
    throw new Failure(
      'unauthorized',
      'the master key is not the one this store was made with: start with the key it had, or restore a store that fits',
    )
}

function serve(from: MessagePort, context: Context): void {
  from.on('message', ({ requests, port, rest }: ToWorker) => {
    if (rest) collectGarbage()
    if (port) serve(port, context)
    for (const request of requests ?? []) queue.push({ request, from })
    schedule(context)
  })
}

function schedule(context: Context): void {
  if (scheduled || queue.length === 0) return
  if (queue.length >= enoughPatient || !queue.every(({ request }) => patient.has(request.name))) start(context)
  else waiting ??= setTimeout(() => start(context), mostPatience)
}

function start(context: Context): void {
  clearTimeout(waiting)
  waiting = undefined
  scheduled = true
  setImmediate(() => {
    scheduled = false
    work(context)
    schedule(context)
  })
}

function work(context: Context): void {
  const answers = new Map<MessagePort, Response[]>()
  const answer = ({ request, from }: Item, response: Omit<Response, 'id'>) => {
    const responses = answers.get(from) ?? []
    answers.set(from, responses)
    responses.push({ id: request.id, ...response })
  }
  if (queue[0]!.request.name in alone) workAlone(context, queue.shift()!, answer)
  else workTogether(context, answer)
  for (const [from, responses] of answers) from.postMessage({ responses } satisfies FromWorker)
}

type Answer = (item: Item, response: Omit<Response, 'id'>) => void

function workAlone(context: Context, item: Item, answer: Answer): void {
  const { name, args, now } = item.request
  try {
    const result = alone[name]!({ ...context, now }, args as never)
    if (result === again) queue.push(item)
    else answer(item, { result })
  } catch (thrown) {
    answer(item, { failure: toPlain(thrown) })
  }
}

/** All from the front that may share a transaction. An operation that fails takes back its own part only. */
function workTogether(context: Context, answer: Answer): void {
  const { database, chain } = context
  const before = chain.state
  const done: [Item, Omit<Response, 'id'>][] = []
  let item: Item | undefined
  try {
    database.exec('BEGIN IMMEDIATE')
    const started = performance.now()
    while (
      queue.length > 0 &&
      done.length < mostOperations &&
      performance.now() - started < mostTime &&
      !(queue[0]!.request.name in alone)
    ) {
      item = queue.shift()!
      done.push([item, runOne(context, item.request)])
      item = undefined
    }
    database.exec('COMMIT')
  } catch (thrown) {
    chain.reset(before)
    rollBack(database)
    const failure = toPlain(thrown)
    for (const [failed] of done) answer(failed, { failure })
    // BEGIN itself failed: whoever waits must hear of it, too
    const next = item ?? (done.length === 0 ? queue.shift() : undefined)
    if (next) answer(next, { failure })
    return
  }
  for (const [finished, response] of done) answer(finished, response)
}

function runOne(context: Context, { name, args, now }: Request): Omit<Response, 'id'> {
  const { database, chain } = context
  const before = chain.state
  database.exec('SAVEPOINT operation')
  try {
    const result = operations[name]!({ ...context, now }, args)
    database.exec('RELEASE operation')
    return { result }
  } catch (thrown) {
    chain.reset(before)
    takeBack(database, thrown)
    return { failure: toPlain(thrown) }
  }
}

/** A full disk ends the whole transaction, savepoint and all: then everybody in it hears why. */
function takeBack(database: Database, thrown: unknown): void {
  try {
    database.exec('ROLLBACK TO operation; RELEASE operation')
  } catch {
    throw thrown
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite did it itself
  }
}

/** One batch of a journal file in its own transaction. */
function advanceOnce(context: Writing, advance: Advance): unknown {
  const { database, chain } = context
  const before = chain.state
  database.exec('BEGIN IMMEDIATE')
  try {
    const more = ingest(context, advance).again
    database.exec('COMMIT')
    if (more) return again
  } catch (thrown) {
    chain.reset(before)
    rollBack(database)
    throw thrown
  }
  if (advance.final) finish(context, advance)
  return undefined
}
