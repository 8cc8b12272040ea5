import { createHash } from 'node:crypto'
import type { AuditEvent, AuditRecord, CallContent, CallRecord, DocumentRecord, Kind, Resource, SegmentRecord } from '@gatehouse/contracts'
import {
  AppError,
  type Audit,
  type Blobs,
  type Calls,
  type Documents,
  type Records,
  type Resources,
  type SearchIndex,
  type Secrets,
} from '@gatehouse/kernel'

/** What the admin API touches of a store, in memory, for tests. Everything it holds can be looked at. */
export function createMemoryStore(now: () => number) {
  const auditRecords: AuditRecord[] = []
  const audit: Audit = {
    append: async (event) => appendTo(auditRecords, event),
    list: async ({ limit = 50, action, actor, trace, project }) => ({
      items: [...auditRecords]
        .reverse()
        .filter(
          (one) =>
            (!action || one.action === action) &&
            (!actor || one.actor === actor) &&
            (!trace || one.trace === trace || one.action === 'journal.bind') &&
            one.project === (project ?? one.project),
        )
        .slice(0, limit),
    }),
    sign: async () => ({
      writer: 'w',
      sequence: auditRecords.length,
      hash: auditRecords.at(-1)?.hash ?? '',
      at: now(),
      signature: 's',
      key: 'k',
    }),
    verify: async () => ({
      intact: true,
      chains: [{ writer: 'w', records: auditRecords.length, heads: 0, intact: true }],
      batches: 0,
      problems: [],
    }),
  }
  const documentMap = new Map<string, DocumentRecord>()
  const segmentMap = new Map<string, SegmentRecord>()
  const callMap = new Map<string, CallRecord>()
  const contentMap = new Map<string, CallContent>()
  const resources = createResources(audit, now)
  return {
    resources,
    records: createRecords(),
    documents: createDocuments(documentMap, segmentMap),
    search: createSearch(documentMap),
    calls: createCalls(callMap),
    contents: { get: async (call: string) => contentMap.get(call), erase: async () => 0 },
    audit,
    blobs: createBlobs(),
    secrets: createSecrets(),
    check: async () => {},
    held: { auditRecords, documentMap, segmentMap, callMap, contentMap },
  }
}
/** What it holds can be looked at. */
function createSecrets(): Secrets & { readonly held: ReadonlyMap<string, string> } {
  const held = new Map<string, string>()
  return {
    held,
    get: async (id) => held.get(id),
    put: async (id, value) => void held.set(id, value),
    remove: async (id) => held.delete(id),
  }
}
export type MemoryStore = ReturnType<typeof createMemoryStore>

function appendTo(records: AuditRecord[], event: AuditEvent): AuditRecord {
  const previous = records.at(-1)?.hash ?? ''
  const hash = createHash('sha256')
    .update(previous + JSON.stringify(event))
    .digest('hex')
  const record = { ...event, writer: 'w', sequence: records.length + 1, previous, hash }
  records.push(record)
  return record
}

function createResources(audit: Audit, now: () => number): Resources {
  const kept = new Map<string, Resource>()
  const keyOf = (kind: Kind, project: string, name: string) => `${kind}/${project}/${name}`
  const ownNames: readonly Kind[] = ['User', 'Group', 'Consumer']
  return {
    // the map holds all kinds; its key says which
    get: async (kind, project, name) => kept.get(keyOf(kind, project, name)) as never,
    list: async (kind, project) =>
      [...kept.values()].filter((one) => one.kind === kind && (project === undefined || one.project === project)) as never,
    put: async ({ kind, project, name, spec, managedBy, ifVersion }, actor) => {
      const before = kept.get(keyOf(kind, project, name))
      if (ifVersion !== undefined && ifVersion !== (before?.version ?? 0)) throw new AppError('conflict', 'changed meanwhile')
      const id = before?.id ?? (ownNames.includes(kind) ? name : `id-of-${project}-${name}`)
      const version = (before?.version ?? 0) + 1
      const resource = { id, kind, project, name, managedBy, version, createdAt: before?.createdAt ?? now(), updatedAt: now(), spec }
      await audit.append({ at: now(), project, actor, action: 'resource.put', object: `${kind}/${name}` })
      kept.set(keyOf(kind, project, name), resource as Resource)
      return resource
    },
    remove: async (kind, project, name, actor) => {
      await audit.append({ at: now(), project, actor, action: 'resource.remove', object: `${kind}/${name}` })
      return kept.delete(keyOf(kind, project, name))
    },
    watch: () => () => {},
  }
}

/** Keeps what has expired: when a store cleans up is its own affair, so nobody may rely on it. */
function createRecords(): Records {
  const kept = new Map<string, unknown>()
  const keyOf = (kind: string, id: string) => `${kind}/${id}`
  return {
    get: async (kind, id) => kept.get(keyOf(kind, id)) as never,
    list: async (kind) =>
      [...kept]
        .filter(([key]) => key.startsWith(`${kind}/`))
        .map(([key, body]) => ({ id: key.slice(kind.length + 1), body: body as never })),
    put: async (kind, id, body) => void kept.set(keyOf(kind, id), body),
    take: async (kind, id) => {
      const body = kept.get(keyOf(kind, id))
      kept.delete(keyOf(kind, id))
      return body as never
    },
    remove: async (kind, id) => kept.delete(keyOf(kind, id)),
  }
}

function createDocuments(documents: Map<string, DocumentRecord>, segments: Map<string, SegmentRecord>): Documents {
  return {
    get: async (project, id) => [documents.get(id)].find((one) => one?.project === project),
    byPath: async (dataset, path) => [...documents.values()].find((one) => one.dataset === dataset && one.path === path),
    list: async (dataset, { limit = 50, keyword, readableBy } = {}) => {
      const items = [...documents.values()].filter(
        (one) =>
          one.dataset === dataset &&
          (!keyword || one.title.includes(keyword)) &&
          (!readableBy || one.principals.some((principal) => readableBy.includes(principal))),
      )
      return { items: items.slice(0, limit), total: items.length }
    },
    put: async (document) => void documents.set(document.id, document),
    update: async (id, change) => {
      const changed = { ...documents.get(id)!, ...change }
      documents.set(id, changed)
      return changed
    },
    setAccess: async (id, principals) => void documents.set(id, { ...documents.get(id)!, principals }),
    remove: async (id) => documents.delete(id),
    segments: async (document) => ({ items: [...segments.values()].filter((one) => one.document === document) }),
    segmentsById: async (ids) => ids.flatMap((id) => segments.get(id) ?? []),
    setQuarantine: async (id, quarantine) => {
      const { quarantine: _, ...rest } = segments.get(id)!
      segments.set(id, quarantine ? { ...rest, quarantine } : rest)
    },
  }
}

const createSearch = (documents: Map<string, DocumentRecord>): SearchIndex => ({
  replace: async () => {},
  search: async () => ({ candidates: [], withheld: 0 }),
  weights: async () => new Map(),
  createDataset: async () => {},
  removeDataset: async (id) => {
    const gone = [...documents.values()].filter(({ dataset }) => dataset === id)
    for (const document of gone) documents.delete(document.id)
    return gone.length
  },
  counts: async (dataset) => {
    const all = [...documents.values()].filter((one) => one.dataset === dataset)
    return { documents: all.length, segments: all.reduce((sum, one) => sum + one.segments, 0), characters: 0 }
  },
})

const createCalls = (calls: Map<string, CallRecord>): Calls => ({
  get: async (project, id) => [calls.get(id)].find((one) => one?.project === project),
  list: async ({ project, limit = 50, roots, consumer, end }) => ({
    items: [...calls.values()]
      .filter(
        (one) =>
          one.project === project && (!roots || !one.parent) && (!consumer || one.consumer === consumer) && (!end || one.end === end),
      )
      .sort((a, b) => b.at - a.at)
      .slice(0, limit),
  }),
  children: async (id) => [...calls.values()].filter(({ parent }) => parent === id),
  summary: async ({ from }) => [
    { at: from, calls: calls.size, failed: 0, blocked: 1, refused: 0, inputTokens: 10, outputTokens: 5, p50: 1000, p95: 2000 },
  ],
})

function createBlobs(): Blobs {
  const kept = new Map<string, Uint8Array>()
  return {
    put: async (key, bytes) => void kept.set(key, bytes),
    get: async (key) => kept.get(key),
    remove: async (key) => void kept.delete(key),
    removeAll: async (prefix) => {
      for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key)
    },
    async *list(prefix) {
      for (const key of kept.keys()) if (key.startsWith(prefix)) yield key
    },
  }
}
