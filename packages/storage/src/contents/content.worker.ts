import { createSecretKey, type KeyObject } from 'node:crypto'
import { type MessagePort, parentPort, type TransferListItem, workerData } from 'node:worker_threads'
import type { CallContent } from '@gatehouse/contracts'
import type { SealedContent } from '../embedded/worker/contents.ts'
import { seal } from '../keys/sealing.ts'
import { Failure } from '../threads/failure.ts'
import type { FromWorker, ToWorker } from '../threads/protocol.ts'

// Entry of the content thread: decodes, redacts and encrypts what was said, and hands it to the writer.

export interface ContentItem {
  readonly call: string
  readonly at: number
  /** Whose key it is sealed with. */
  readonly person: string
  /** What it counts for in the queue. */
  readonly bytes: number
  readonly level: 'redacted' | 'full'
  readonly dialect: string
  readonly request: Uint8Array | string
  readonly reply: Uint8Array | string
}
export interface ToContent {
  readonly items?: readonly ContentItem[]
  readonly forget?: { readonly id: number; readonly person: string }
  /** The store is about to close: what it does not take now is lost. */
  readonly closing?: true
}
export interface FromContent {
  /** Bytes of the queue that are free again. */
  readonly done?: number
  readonly forgotten?: number
}
/** Ready to be sealed. */
interface Plain {
  readonly item: ContentItem
  readonly text: string
  readonly keyName: string
}
interface Redactor {
  redact(text: string): string
  decode(dialect: string, bytes: Uint8Array): string
}

const mostKeys = 500
const mostInBatch = 200
/** While the store is away; the queue is bounded by who fills it. */
const tryAgain = 1000
const port = parentPort!
// the keys of people and months come from the writer over this port
const { redactor: redactorUrl, writer } = workerData as { redactor?: string; writer: MessagePort }

const keys = new Map<string, { id: number; key: KeyObject }>()
let queue: ContentItem[] = []
let busy = false
let closing = false
let wake: (() => void) | undefined
let redactor: Promise<Redactor | undefined> | undefined
const pending = new Map<number, PromiseWithResolvers<unknown>>()
let next = 1

writer.on('message', ({ responses }: FromWorker) => {
  for (const { id, result, failure } of responses ?? []) {
    const waiting = pending.get(id)
    pending.delete(id)
    if (failure) waiting?.reject(new Failure(failure.code, failure.message))
    else waiting?.resolve(result)
  }
})

port.on('message', ({ items, forget, closing: ends }: ToContent) => {
  if (ends) {
    closing = true
    wake?.()
  }
  if (items) queue.push(...items)
  if (forget) {
    for (const key of keys.keys()) if (key.startsWith(`${forget.person}\n`)) keys.delete(key)
    const dropped = queue.filter(({ person }) => person === forget.person)
    queue = queue.filter(({ person }) => person !== forget.person)
    port.postMessage({ done: sum(dropped), forgotten: forget.id } satisfies FromContent)
  }
  if (!busy) void work()
})

async function work(): Promise<void> {
  busy = true
  while (queue.length > 0) {
    const batch = queue.splice(0, mostInBatch)
    try {
      await storeOrWait(batch)
    } catch {
      await ask(
        'contents.lost',
        batch.map(({ call, at }) => ({ call, at })),
      ).catch(() => {})
    }
    port.postMessage({ done: sum(batch) } satisfies FromContent)
  }
  busy = false
}

/** Tries again while the store is away. */
async function storeOrWait(batch: readonly ContentItem[]): Promise<void> {
  for (;;)
    try {
      return await store(batch)
    } catch (thrown) {
      if (closing || !(thrown instanceof Failure && thrown.code === 'overloaded')) throw thrown
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, tryAgain)
      })
    }
}

async function store(batch: readonly ContentItem[]): Promise<void> {
  redactor ??= loadRedactor()
  const tools = await redactor
  const lost: ContentItem[] = []
  const plain: Plain[] = []
  for (const item of batch) {
    const text = textOf(item, tools)
    if (text === undefined) lost.push(item)
    else plain.push({ item, text, keyName: keyNameOf(item) })
  }
  await ensureKeys(plain)
  const { sealed, buffer } = sealAll(plain)
  const refused = new Set((await ask('contents.put', sealed, [buffer])) as string[])
  // sealed with a key that was destroyed meanwhile: the person was erased
  for (const { item, keyName } of plain) if (refused.has(item.call)) keys.delete(keyName)
  const gone = [...lost, ...plain.map(({ item }) => item).filter(({ call }) => refused.has(call))]
  if (gone.length > 0)
    await ask(
      'contents.lost',
      gone.map(({ call, at }) => ({ call, at })),
    )
}

/** All in one buffer that goes to the writer whole. */
function sealAll(plain: readonly Plain[]): { sealed: SealedContent[]; buffer: ArrayBuffer } {
  const all = plain.map(({ item, text, keyName }) => {
    const { id, key } = keys.get(keyName)!
    return { call: item.call, at: item.at, dataKey: id, body: seal(key, text, `content ${item.call}`) }
  })
  const whole = new Uint8Array(all.reduce((bytes, { body }) => bytes + body.length, 0))
  let at = 0
  const sealed = all.map(({ body, ...facts }) => {
    whole.set(body, at)
    at += body.length
    return { ...facts, body: whole.subarray(at - body.length, at) }
  })
  return { sealed, buffer: whole.buffer }
}

/** Undefined when it must not be kept: what cannot be redacted is lost, never kept unredacted. */
function textOf({ level, dialect, request, reply }: ContentItem, tools: Redactor | undefined): string | undefined {
  if (level === 'redacted' && !tools) return undefined
  try {
    const decode = (part: Uint8Array | string) =>
      typeof part === 'string' ? part : tools ? tools.decode(dialect, part) : Buffer.from(part).toString()
    const clean = (text: string) => (level === 'redacted' ? tools!.redact(text) : text)
    return JSON.stringify({ request: clean(decode(request)), reply: clean(decode(reply)) } satisfies CallContent)
  } catch {
    return undefined
  }
}

async function loadRedactor(): Promise<Redactor | undefined> {
  try {
    return redactorUrl === undefined ? undefined : ((await import(redactorUrl)) as Redactor)
  } catch {
    return undefined
  }
}

const monthOf = (at: number) => new Date(at).toISOString().slice(0, 7)
const keyNameOf = ({ person, at }: ContentItem) => `${person}\n${monthOf(at)}`

async function ensureKeys(plain: readonly Plain[]): Promise<void> {
  if (keys.size > mostKeys) keys.clear()
  const missing = new Map<string, ContentItem>()
  for (const { item, keyName } of plain) if (!keys.has(keyName)) missing.set(keyName, item)
  if (missing.size === 0) return
  const found = (await ask(
    'contents.keys',
    [...missing.values()].map(({ person, at }) => ({ person, at })),
  )) as { id: number; key: Uint8Array }[]
  for (const [at, keyName] of [...missing.keys()].entries()) keys.set(keyName, { id: found[at]!.id, key: createSecretKey(found[at]!.key) })
}

function ask(name: string, args: unknown, transfer: TransferListItem[] = []): Promise<unknown> {
  const waiting = Promise.withResolvers<unknown>()
  const id = next++
  pending.set(id, waiting)
  writer.postMessage({ requests: [{ id, name, args, now: Date.now() }] } satisfies ToWorker, transfer)
  return waiting.promise
}

const sum = (items: readonly ContentItem[]) => items.reduce((total, { bytes }) => total + bytes, 0)
