import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { CallContent } from '@gatehouse/contracts'
import type { SealedContent } from './contents.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { seal } from './sealing.ts'

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
}
export interface FromContent {
  /** Bytes of the queue that are free again. */
  readonly done?: number
  readonly forgotten?: number
}
interface Redactor {
  redact(text: string): string
  decode(dialect: string, bytes: Uint8Array): string
}

const mostKeys = 500
const mostInBatch = 200
const port = parentPort!
// the keys of people and months come from the writer over this port
const { redactor: redactorUrl, writer } = workerData as { redactor?: string; writer: MessagePort }

const keys = new Map<string, { id: number; key: Uint8Array }>()
let queue: ContentItem[] = []
let busy = false
let redactor: Promise<Redactor | undefined> | undefined
const pending = new Map<number, PromiseWithResolvers<unknown>>()
let next = 1

writer.on('message', ({ responses }: FromWorker) => {
  for (const { id, result, failure } of responses ?? []) {
    const waiting = pending.get(id)
    pending.delete(id)
    if (failure) waiting?.reject(new Error(failure.message))
    else waiting?.resolve(result)
  }
})

port.on('message', ({ items, forget }: ToContent) => {
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
      await store(batch)
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

async function store(batch: readonly ContentItem[]): Promise<void> {
  redactor ??= loadRedactor()
  const tools = await redactor
  const lost: ContentItem[] = []
  const plain: { item: ContentItem; text: string }[] = []
  for (const item of batch) {
    const text = textOf(item, tools)
    if (text === undefined) lost.push(item)
    else plain.push({ item, text })
  }
  await ensureKeys(plain.map(({ item }) => item))
  const sealed = plain.map(({ item, text }): SealedContent => {
    const { id, key } = keys.get(keyName(item))!
    return { call: item.call, at: item.at, dataKey: id, body: seal(key, text, `content ${item.call}`) }
  })
  const refused = new Set((await ask('contents.put', sealed)) as string[])
  // sealed with a key that was destroyed meanwhile: the person was erased
  for (const { item } of plain) if (refused.has(item.call)) keys.delete(keyName(item))
  const gone = [...lost, ...plain.map(({ item }) => item).filter(({ call }) => refused.has(call))]
  if (gone.length > 0)
    await ask(
      'contents.lost',
      gone.map(({ call, at }) => ({ call, at })),
    )
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
const keyName = ({ person, at }: ContentItem) => `${person}\n${monthOf(at)}`

async function ensureKeys(items: readonly ContentItem[]): Promise<void> {
  if (keys.size > mostKeys) keys.clear()
  const missing = [...new Map(items.filter((item) => !keys.has(keyName(item))).map((item) => [keyName(item), item])).values()]
  if (missing.length === 0) return
  const found = (await ask(
    'contents.keys',
    missing.map(({ person, at }) => ({ person, at })),
  )) as { id: number; key: Uint8Array }[]
  for (const [at, item] of missing.entries()) keys.set(keyName(item), found[at]!)
}

function ask(name: string, args: unknown): Promise<unknown> {
  const waiting = Promise.withResolvers<unknown>()
  const id = next++
  pending.set(id, waiting)
  writer.postMessage({ requests: [{ id, name, args, now: Date.now() }] } satisfies ToWorker)
  return waiting.promise
}

const sum = (items: readonly ContentItem[]) => items.reduce((total, { bytes }) => total + bytes, 0)
