import type { DocumentRecord } from '@gatehouse/contracts'
import { type Connector, cleanPath, type Documents, type SourceItem, toAppError } from '@gatehouse/kernel'
import type { Bases } from '../bases.ts'
import type { Ingest } from './ingest.ts'

/** What a synchronisation did. */
export interface SyncReport {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly removed: number
  readonly failed: readonly { readonly path: string; readonly message: string }[]
}

/** Items at once: each waits for a disk and for the store, which writes together what comes together. Their contents are in memory. */
const width = 4

/** `source` names the connection: only documents it brought are removed when they are gone from it. */
export async function syncBase(
  { ingest, documents, bases }: { ingest: Pick<Ingest, 'add' | 'remove'>; documents: Documents; bases: Bases },
  id: string,
  connector: Connector,
  source: string,
): Promise<SyncReport> {
  const base = await bases.need(id)
  const counts = { added: 0, changed: 0, unchanged: 0, removed: 0 }
  const failed: { path: string; message: string }[] = []
  const seen = new Set<string>()
  const take = async (item: SourceItem, path: string) => {
    try {
      const before = await documents.byPath(id, path)
      const after = await ingest.add({
        ...{ base: id, content: await item.read(), name: item.name, path, mediaType: item.mediaType, createdBy: source },
        // access that the source does not tell is what the base says, also when it was told before
        principals: item.principals ?? base.spec.access,
        ...(item.title !== undefined && { title: item.title }),
        ...(item.language !== undefined && { language: item.language }),
        ...(item.metadata !== undefined && { metadata: item.metadata }),
      })
      counts[!before ? 'added' : before.contentHash === after.contentHash && before.blob === after.blob ? 'unchanged' : 'changed']++
    } catch (thrown) {
      failed.push({ path, message: toAppError(thrown).message })
    }
  }
  const running = new Set<Promise<void>>()
  for await (const item of connector.items()) {
    const path = cleanPath(item.path)
    if (seen.has(path)) await Promise.all(running) // what comes again under one path is newer: after the first
    seen.add(path)
    const task = take(item, path).finally(() => running.delete(task))
    running.add(task)
    if (running.size >= width) await Promise.race(running)
  }
  await Promise.all(running)
  for (const gone of await vanished(documents, id, source, seen)) {
    await ingest.remove(gone.project, gone.id)
    counts.removed++
  }
  return { ...counts, failed }
}

async function vanished(documents: Documents, dataset: string, source: string, seen: ReadonlySet<string>): Promise<DocumentRecord[]> {
  const gone: DocumentRecord[] = []
  let after: string | undefined
  do {
    const page = await documents.list(dataset, { limit: 500, ...(after && { after }) })
    gone.push(...page.items.filter(({ createdBy, path }) => createdBy === source && path !== undefined && !seen.has(path)))
    after = page.next
  } while (after)
  return gone
}
