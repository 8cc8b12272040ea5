import { z } from 'zod'
import { Principal } from '../asker.ts'
import { Embedding, KnowledgeBaseSpec, Name, Reranking, Weighing } from '../resources.ts'
import { resourceFields } from './apps.ts'
import { After, builders, endpoints, Instant, Limit, operators, pageOf, Reason } from './endpoint.ts'
import { PlaceView, RetrievalView } from './references.ts'

const access = z.array(Principal).max(200)
const retrieval = z.strictObject({
  topK: z.int().min(1).max(100).optional(),
  threshold: z.number().min(0).max(1).optional(),
  mode: z.enum(['words', 'hybrid', 'vectors']).optional(),
  /** `null` takes it away. */
  weights: Weighing.nullable().optional(),
  rerank: Reranking.nullable().optional(),
})

export const BaseView = z
  .object({
    ...resourceFields,
    title: z.string(),
    description: z.string(),
    access,
    splitting: KnowledgeBaseSpec.shape.splitting,
    embedding: Embedding.optional(),
    /** What its vectors are like: of the model above, or still being made; absent when nothing is known. */
    vectors: z.object({ ready: z.boolean(), dimensions: z.number().optional(), problem: z.string().optional() }).optional(),
    retrieval: KnowledgeBaseSpec.shape.retrieval,
    policy: z.string(),
    documents: z.number(),
    segments: z.number(),
    characters: z.number(),
  })
  .meta({ id: 'BaseView' })
export type BaseView = z.infer<typeof BaseView>
export const BaseList = z.object({ items: z.array(BaseView) }).meta({ id: 'BaseList' })
export type BaseList = z.infer<typeof BaseList>
export const CreateBase = z.strictObject({
  name: Name,
  title: z.string().max(200).default(''),
  description: z.string().max(400).default(''),
  /** Who may read documents that say nothing else. Empty: nobody. */
  access: access.default([]),
  embedding: Embedding.optional(),
  retrieval: retrieval.default({}),
})
export const ChangeBase = z.strictObject({
  title: z.string().max(200).optional(),
  description: z.string().max(400).optional(),
  /** For documents to come; those that exist keep their own. */
  access: access.optional(),
  /** `null` takes it away; another model makes all vectors anew. */
  embedding: Embedding.nullable().optional(),
  retrieval: retrieval.optional(),
  version: z.int().optional(),
})

export const DocumentStatusView = z.enum(['waiting', 'extracting', 'splitting', 'indexing', 'completed', 'error', 'disabled'])
/**
 * A document as the signed-in operator may see it. Not readable: name, title, path and metadata are absent, and of an error all but its standard words. An owner or admin
 * sees them all the same with a reason (query `reason`), which is audited.
 */
export const DocumentView = z
  .object({
    id: z.string(),
    base: z.string(),
    readable: z.boolean(),
    name: z.string().optional(),
    title: z.string().optional(),
    path: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    mediaType: z.string(),
    language: z.string().optional(),
    access: z.array(Principal),
    status: DocumentStatusView,
    enabled: z.boolean(),
    error: z.object({ code: z.string(), message: z.string().optional() }).optional(),
    version: z.number(),
    bytes: z.number(),
    characters: z.number(),
    segments: z.number(),
    quarantined: z.number(),
    createdBy: z.string(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'DocumentView' })
export type DocumentView = z.infer<typeof DocumentView>
export const DocumentPage = pageOf(DocumentView).extend({ total: z.number() }).meta({ id: 'DocumentPage' })
export type DocumentPage = z.infer<typeof DocumentPage>
/** With `keyword` only documents the operator may read are found. */
export const DocumentsQuery = z.strictObject({
  after: After,
  limit: Limit,
  keyword: z.string().max(200).optional(),
  /** Only those somebody should look at, among the newest 500. */
  trouble: z.enum(['error', 'quarantine']).optional(),
  reason: Reason.optional(),
})
export const DocumentQuery = z.strictObject({ reason: Reason.optional() })
export const UploadView = DocumentView.extend({
  /** `replaced`: a new version of the document of the same path; `unchanged`: it holds this content already. */
  outcome: z.enum(['added', 'replaced', 'unchanged']),
}).meta({ id: 'UploadView' })
export type UploadView = z.infer<typeof UploadView>
export const UploadQuery = z.strictObject({
  /** The file's name; its ending tells the kind where `content-type` does not. */
  name: z.string().min(1).max(255),
  title: z.string().max(255).optional(),
  /** Where it lies in what it comes from, e.g. `policies/leave.md`. The same path again is a new version of the same document; absent: always a new one. */
  path: z.string().min(1).max(1000).optional(),
  /** Principals with commas between; absent: what the knowledge base says. */
  access: z.string().max(4000).optional(),
  language: z.string().max(16).optional(),
})
export const ChangeDocument = z.strictObject({
  /** Effective with the next query. */
  access: access.optional(),
  enabled: z.boolean().optional(),
  /** Needed by who could not read the document and can afterwards. Kept in the audit. */
  reason: Reason.optional(),
})
export const DocumentText = z
  .object({ document: z.string(), version: z.number(), title: z.string(), text: z.string() })
  .meta({ id: 'DocumentText' })
export type DocumentText = z.infer<typeof DocumentText>

export const SegmentView = z
  .object({
    id: z.string(),
    document: z.string(),
    version: z.number(),
    position: z.number(),
    headings: z.array(z.string()),
    place: PlaceView.optional(),
    start: z.number(),
    end: z.number(),
    text: z.string(),
    /** Visible here, found by nobody. */
    quarantine: z.object({ rule: z.string(), score: z.number() }).optional(),
  })
  .meta({ id: 'SegmentView' })
export type SegmentView = z.infer<typeof SegmentView>
export const SegmentPage = pageOf(SegmentView).meta({ id: 'SegmentPage' })
export type SegmentPage = z.infer<typeof SegmentPage>
export const SegmentsQuery = z.strictObject({
  after: After,
  limit: Limit,
  /** `true`: only those in quarantine. */
  quarantined: z.enum(['true', 'false']).default('false'),
  reason: Reason.optional(),
})
export const ReleaseSegment = z.strictObject({ reason: Reason })

export const TestSearch = z.strictObject({
  query: z.string().min(1).max(4000),
  /** Find what this person would find. Audited. Passages that the operator may not read stay masked unless a reason is given. */
  asUser: z.string().max(128).optional(),
  topK: z.int().min(1).max(100).optional(),
  threshold: z.number().min(0).max(1).optional(),
  reason: Reason.optional(),
})
export const SearchView = RetrievalView.extend({
  /** Whose rights were used. */
  asUser: z.string(),
  principals: z.array(Principal),
  /** Titles nearest to the question that both the asker and the operator may read. */
  nearest: z.array(z.string()),
}).meta({ id: 'SearchView' })
export type SearchView = z.infer<typeof SearchView>

export const knowledgeEndpoints = endpoints({
  listBases: { method: 'GET', path: '/bases', access: operators, summary: 'Knowledge bases', response: BaseList },
  createBase: {
    method: 'POST',
    path: '/bases',
    access: builders,
    summary: 'Add a knowledge base',
    body: CreateBase,
    response: BaseView,
    status: 201,
  },
  getBase: { method: 'GET', path: '/bases/{base}', access: operators, summary: 'One knowledge base, by id or name', response: BaseView },
  changeBase: { method: 'PATCH', path: '/bases/{base}', access: builders, summary: 'Change it', body: ChangeBase, response: BaseView },
  removeBase: { method: 'DELETE', path: '/bases/{base}', access: builders, summary: 'Remove it with all documents' },
  listDocuments: {
    method: 'GET',
    path: '/bases/{base}/documents',
    access: builders,
    summary: 'Its documents',
    query: DocumentsQuery,
    response: DocumentPage,
  },
  uploadDocument: {
    method: 'POST',
    path: '/bases/{base}/documents',
    access: builders,
    summary: 'Add a file, or a new version of it',
    query: UploadQuery,
    body: 'bytes',
    response: UploadView,
    status: 202,
  },
  searchBase: {
    method: 'POST',
    path: '/bases/{base}/search',
    access: builders,
    summary: 'Retrieval test, as oneself or as another person',
    body: TestSearch,
    response: SearchView,
  },
  getDocument: {
    method: 'GET',
    path: '/documents/{document}',
    access: builders,
    summary: 'One document',
    query: DocumentQuery,
    response: DocumentView,
  },
  changeDocument: {
    method: 'PATCH',
    path: '/documents/{document}',
    access: builders,
    summary: 'Change access, title, or whether it is found',
    body: ChangeDocument,
    response: DocumentView,
  },
  removeDocument: { method: 'DELETE', path: '/documents/{document}', access: builders, summary: 'Remove it; nobody finds it from then on' },
  retryDocument: {
    method: 'POST',
    path: '/documents/{document}/retry',
    access: builders,
    summary: 'Process it again',
    response: DocumentView,
    status: 202,
  },
  documentText: {
    method: 'GET',
    path: '/documents/{document}/text',
    access: builders,
    summary: 'Its extracted text',
    query: DocumentQuery,
    response: DocumentText,
  },
  listSegments: {
    method: 'GET',
    path: '/documents/{document}/segments',
    access: builders,
    summary: 'Its segments, quarantined ones too',
    query: SegmentsQuery,
    response: SegmentPage,
  },
  releaseSegment: {
    method: 'POST',
    path: '/segments/{segment}/release',
    access: builders,
    summary: 'Let a quarantined segment be found; needs a reason',
    body: ReleaseSegment,
    response: SegmentView,
  },
})
