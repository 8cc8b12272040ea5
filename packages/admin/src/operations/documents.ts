import { createHash } from 'node:crypto'
import { type DocumentRecord, type DocumentView, type knowledgeEndpoints, Principal, type SegmentRecord } from '@gatehouse/contracts'
import { cleanPath } from '@gatehouse/kernel'
import { readableOf, seeDocument } from '../access/documents.ts'
import { checkPrincipals } from '../access/principals.ts'
import { noteOpening } from '../access/widen.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { documentView, segmentView } from '../views/document.ts'
import { resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

type DocumentEndpoints = Pick<
  typeof knowledgeEndpoints,
  | 'listDocuments'
  | 'uploadDocument'
  | 'getDocument'
  | 'changeDocument'
  | 'removeDocument'
  | 'retryDocument'
  | 'documentText'
  | 'listSegments'
  | 'releaseSegment'
>

export const documentOperations: Create<DocumentEndpoints> = (dependencies) => {
  const { store, library, clock } = dependencies
  const { documents, resources, audit } = store
  const documentOf = async (project: string, id: string): Promise<DocumentRecord> => {
    const document = await documents.get(project, id)
    if (!document || document.project !== project) throw refusal('not_found', 'not-found', { what: 'document', name: id.slice(0, 100) })
    return document
  }
  return {
    async listDocuments({ path, query: { reason, keyword, trouble, ...page }, project, operator, language }) {
      const base = await resourceOf(resources, 'KnowledgeBase', project, path.base!)
      const all = reason !== undefined
      if (all) await seeDocument(dependencies, operator, { object: `knowledge-base/${base.id}`, readable: false, reason })
      // a keyword is answered from what the operator may read: a hit is knowledge about the document
      const limited = keyword !== undefined && !all ? { readableBy: operator.asker.principals } : {}
      const { items, total, next } = trouble
        ? await troubled(documents, base.id, trouble, { ...present({ keyword }), ...limited })
        : await documents.list(base.id, { ...present({ ...page, keyword }), ...limited })
      return {
        items: items.map((document) => documentView(document, all || readableOf(document, operator), language)),
        total,
        ...present({ next }),
      }
    },

    async uploadDocument({ path, query, body, project, operator, contentType, language: words }) {
      const base = await resourceOf(resources, 'KnowledgeBase', project, path.base!)
      if (body.length === 0) throw refusal('invalid_request', 'body-empty')
      const { name, title, language } = query
      const mediaType = mediaTypeOf(contentType)
      const principals = query.access === undefined ? undefined : principalsOf(query.access)
      await checkPrincipals(resources, project, principals ?? [])
      const named = present({ title, language, mediaType, principals })
      const place = cleanPath(query.path ?? '') || undefined
      const there = place === undefined ? undefined : await documents.byPath(base.id, place)
      // what is closed to the operator and somebody else's is neither replaced nor told of: the file becomes a document beside it
      const before = there && (readableOf(there, operator) || there.createdBy === actorOf(operator)) ? there : undefined
      if (before && !isPersons(before)) throw refusal('conflict', 'path-of-source', { path: place!.slice(0, 200) })
      const where = there && !before ? {} : present({ path: place })
      const upload = { base: base.id, content: body, name, createdBy: actorOf(operator), ...where, ...named }
      await audit.append({
        at: clock.now(),
        project,
        actor: actorOf(operator),
        action: before ? 'document.replace' : 'document.create',
        object: before ? `document/${before.id}` : `knowledge-base/${base.id}`,
        details: { bytes: body.length, ...present({ access: principals }) },
      })
      const document = await library.add(upload)
      const outcome = before?.id !== document.id ? 'added' : before.blob === document.blob ? 'unchanged' : 'replaced'
      return { ...documentView(document, readableOf(document, operator), words), outcome }
    },

    async getDocument({ path, query, project, operator, language }) {
      const document = await documentOf(project, path.document!)
      const readable = readableOf(document, operator)
      if (query.reason === undefined) return documentView(document, readable, language)
      await seeDocument(dependencies, operator, { object: `document/${document.id}`, readable, ...query })
      return documentView(document, true, language)
    },

    async changeDocument({ path, body: { access, enabled, reason }, project, operator, language }) {
      const document = await documentOf(project, path.document!)
      const { id } = document
      const actor = actorOf(operator)
      if (access !== undefined) {
        // a builder cannot open for himself what is closed to him
        if (!readableOf(document, operator) && !mayAdminister(operator.person.spec.roles)) throw refusal('forbidden', 'needs-reason')
        await checkPrincipals(resources, project, access, document.principals)
        await noteOpening({ store, clock, project }, operator, document, { access, reason })
        await audit.append({
          at: clock.now(),
          project,
          actor,
          action: 'document.access',
          object: `document/${id}`,
          details: { before: document.principals, after: access, ...present({ reason }) },
        })
        await documents.setAccess(id, access)
      }
      if (enabled !== undefined && enabled !== document.enabled) {
        await audit.append({
          at: clock.now(),
          project,
          actor,
          action: enabled ? 'document.enable' : 'document.disable',
          object: `document/${id}`,
        })
        await documents.update(id, { enabled, updatedAt: clock.now() })
      }
      const changed = await documentOf(project, id)
      return documentView(changed, readableOf(changed, operator), language)
    },

    async removeDocument({ path, project, operator }) {
      const { id, dataset } = await documentOf(project, path.document!)
      await audit.append({
        at: clock.now(),
        project,
        actor: actorOf(operator),
        action: 'document.remove',
        object: `document/${id}`,
        details: { base: dataset },
      })
      await library.remove(project, id)
    },

    async retryDocument({ path, project, operator, language }) {
      const document = await documentOf(project, path.document!)
      await audit.append({
        at: clock.now(),
        project,
        actor: actorOf(operator),
        action: 'document.retry',
        object: `document/${document.id}`,
      })
      const retried = await library.retry(project, document.id)
      return documentView(retried, readableOf(retried, operator), language)
    },

    async documentText({ path, query, project, operator }) {
      const document = await documentOf(project, path.document!)
      await seeDocument(dependencies, operator, { object: `document/${document.id}`, readable: readableOf(document, operator), ...query })
      const bytes = document.version > 0 ? await store.blobs.get(`documents/${document.id}/${document.version}/text`) : undefined
      if (!bytes || (document.textHash !== undefined && sha256(bytes) !== document.textHash)) throw refusal('not_found', 'no-text')
      return { document: document.id, version: document.version, title: document.title, text: new TextDecoder().decode(bytes) }
    },

    async listSegments({ path, query: { reason, after, limit, quarantined }, project, operator }) {
      const document = await documentOf(project, path.document!)
      await seeDocument(dependencies, operator, {
        object: `document/${document.id}`,
        readable: readableOf(document, operator),
        ...present({ reason }),
      })
      const position = after === undefined ? undefined : Number(after)
      const page = { limit, ...present({ after: position }) }
      const { items, next } =
        quarantined === 'true' ? await quarantine(documents, document.id) : await documents.segments(document.id, page)
      return { items: items.map(segmentView), ...present({ next }) }
    },

    async releaseSegment({ path, body: { reason }, project, operator }) {
      const [segment] = await documents.segmentsById([path.segment!])
      if (segment?.project !== project) throw refusal('not_found', 'not-found', { what: 'segment', name: path.segment!.slice(0, 100) })
      const document = await documentOf(project, segment.document)
      if (!readableOf(document, operator))
        await seeDocument(dependencies, operator, { object: `document/${document.id}`, readable: false, reason })
      if (!segment.quarantine) throw refusal('conflict', 'not-quarantined')
      const details = { reason, rule: segment.quarantine.rule, document: document.id }
      await audit.append({
        at: clock.now(),
        project,
        actor: actorOf(operator),
        action: 'segment.release',
        object: `segment/${segment.id}`,
        details,
      })
      await documents.setQuarantine(segment.id, undefined)
      await documents.update(document.id, { quarantined: Math.max(0, document.quarantined - 1) })
      const { quarantine: _, ...released } = segment
      return segmentView(released)
    },
  }
}

/** Others may write where the text lies: it counts only as it was put there. */
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Looked at for what somebody should see: the newest documents, as in the overview. */
const looked = 500

type Documents = AdminDependencies['store']['documents']

async function troubled(
  documents: Documents,
  base: string,
  trouble: 'error' | 'quarantine',
  query: Parameters<Documents['list']>[1],
): Promise<{ items: DocumentRecord[]; total: number; next?: string }> {
  const { items } = await documents.list(base, { ...query, limit: looked })
  const found = items.filter(({ status, quarantined }) => (trouble === 'error' ? status === 'error' : quarantined > 0))
  return { items: found, total: found.length }
}

/** All of a document that are in quarantine; a document has few. */
async function quarantine(documents: Documents, document: string): Promise<{ items: SegmentRecord[]; next?: string }> {
  const found: SegmentRecord[] = []
  let after: number | undefined
  do {
    const { items, next } = await documents.segments(document, { limit: looked, ...present({ after }) })
    found.push(...items.filter((segment) => segment.quarantine))
    after = next === undefined ? undefined : Number(next)
  } while (after !== undefined && found.length < looked)
  return { items: found }
}

/** Brought by hand or by a program, not by a source that would bring it again. */
const isPersons = ({ createdBy }: DocumentRecord) => /^(user|consumer):/.test(createdBy)

const mayAdminister = (roles: readonly string[]) => roles.includes('owner') || roles.includes('admin')

/** What browsers and programs say when they do not know is no statement. */
function mediaTypeOf(contentType: string): string | undefined {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  return type === '' || type === 'application/octet-stream' || type === 'application/x-www-form-urlencoded' ? undefined : type
}

function principalsOf(list: string): DocumentView['access'] {
  const named = list
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  const wrong = named.find((one) => !Principal.safeParse(one).success)
  if (wrong !== undefined || named.length > 200)
    throw refusal('invalid_request', 'wrong-input', {
      part: 'query (access: expected everyone, public, user:<id>, group:<id> or consumer:<id>, with commas between)',
    })
  return named
}
