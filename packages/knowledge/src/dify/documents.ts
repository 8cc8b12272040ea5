import type { DocumentRecord, Principal } from '@gatehouse/contracts'
import type { Context } from 'hono'
import type { Base } from '../bases.ts'
import type { Cleaning } from '../extract/prepare.ts'
import type { NewDocument } from '../ingest/ingest.ts'
import { mayRead } from '../retrieve/resolve.ts'
import type { Splitting } from '../split/piece.ts'
import { jsonOf } from './body.ts'
import type { KnownKey } from './caller.ts'
import { DifyRefusal, invalid, notFound } from './errors.ts'
import { baseFor, type DifyApp, type DifyEnvironment, type DifyKnowledgeParts } from './parts.ts'
import { CreateByFile, CreateByText, check, DocumentIds, Paging, type ProcessRule, UpdateByText } from './schemas.ts'
import { displayStatus, isArchived, toDocument, toProgress, toSegment } from './shapes.ts'
import { readUpload } from './upload.ts'

type Call = Context<DifyEnvironment>
const create = ['create-by-text', 'create_by_text'] as const
const createFile = ['create-by-file', 'create_by_file'] as const
const update = ['update-by-text', 'update_by_text'] as const
const updateFile = ['update-by-file', 'update_by_file'] as const

export function documentRoutes(app: DifyApp, parts: DifyKnowledgeParts): void {
  const { bases, store, ingest, clock } = parts
  const { documents } = store
  const base = (context: Call) => baseFor(context.get('key'), bases, context.req.param('dataset') ?? '')
  /** A document of this base that the key's consumer may read; a disabled one too. */
  const documentOf = async (context: Call, of: Base): Promise<DocumentRecord> => {
    const found = await documents.get(of.project, context.req.param('document') ?? '')
    if (!found || found.dataset !== of.id || !isVisible(found, context.get('key'))) throw notFound('Document')
    return found
  }
  /** Who may read a document that exists is not for its new content to say: somebody may have closed or opened it since. */
  const add = async (context: Call, { principals, ...input }: NewDocument) => {
    const document = await ingest.add({ ...input, ...(input.document === undefined && principals && { principals }) })
    return context.json({ document: toDocument(document, 1), batch: document.batch })
  }

  for (const path of create)
    app.post(`/v1/datasets/:dataset/document/${path}`, async (context) => {
      const of = await base(context)
      const input = check(CreateByText, await jsonOf(context))
      return add(context, {
        ...given(of, context.get('key'), input),
        ...{ content: input.text, name: input.name, mediaType: textType(input.name) },
        ...(await replaced(context, of, input.original_document_id)),
      })
    })
  for (const path of createFile)
    app.post(`/v1/datasets/:dataset/document/${path}`, async (context) => {
      const of = await base(context)
      const { file, data } = await readUpload(context)
      const input = check(CreateByFile, data)
      return add(context, {
        ...given(of, context.get('key'), input),
        ...{ content: file.bytes, name: file.name, ...(file.type && { mediaType: file.type }) },
        ...(await replaced(context, of, input.original_document_id)),
      })
    })
  for (const path of update)
    app.post(`/v1/datasets/:dataset/documents/:document/${path}`, async (context) => {
      const of = await base(context)
      const document = await changeable(await documentOf(context, of))
      const input = check(UpdateByText, await jsonOf(context))
      if (input.text != null && input.name == null) throw invalid('name is required when text is provided.', 'name')
      if (input.text == null) return context.json(await renamed(parts, document, input.name ?? undefined))
      const name = input.name ?? document.name
      return add(context, {
        ...given(of, context.get('key'), input),
        content: input.text,
        name,
        title: name,
        document: document.id,
        mediaType: textType(name),
      })
    })
  const replaceFile = async (context: Call) => {
    const of = await base(context)
    const document = await changeable(await documentOf(context, of))
    const { file, data } = await readUpload(context)
    return add(context, {
      ...given(of, context.get('key'), check(CreateByFile, data)),
      ...{ content: file.bytes, name: file.name, document: document.id, ...(file.type && { mediaType: file.type }) },
    })
  }
  for (const path of updateFile) app.post(`/v1/datasets/:dataset/documents/:document/${path}`, replaceFile)
  app.patch('/v1/datasets/:dataset/documents/status/:action', async (context) => {
    const of = await base(context)
    const { document_ids: ids } = check(DocumentIds, await jsonOf(context))
    const change = changeOf(context.req.param('action'))
    for (const id of ids) {
      const document = await documents.get(of.project, id)
      if (!document || document.dataset !== of.id || !isVisible(document, context.get('key'))) throw notFound('Document')
      await documents.update(id, { ...change(document), updatedAt: clock.now() })
    }
    return context.json({ result: 'success' })
  })
  app.patch('/v1/datasets/:dataset/documents/:document', replaceFile)

  app.get('/v1/datasets/:dataset/documents', async (context) => {
    const of = await base(context)
    const { page, limit, keyword, status } = check(Paging, context.req.query())
    const wanted = await pageOf(parts, of, context.get('key'), { page, limit, ...(keyword && { keyword }), ...(status && { status }) })
    const data = wanted.items.map((document, at) => toDocument(document, (page - 1) * limit + at + 1))
    return context.json({ data, has_more: page * limit < wanted.total, limit, total: wanted.total, page })
  })
  app.get('/v1/datasets/:dataset/documents/:batch/indexing-status', async (context) => {
    const of = await base(context)
    const { items } = await documents.list(of.id, { batch: context.req.param('batch'), limit: 100 })
    const visible = items.filter((document) => isVisible(document, context.get('key')))
    if (visible.length === 0) throw notFound('Documents')
    return context.json({ data: visible.map(toProgress) })
  })
  app.get('/v1/datasets/:dataset/documents/:document', async (context) => {
    const of = await base(context)
    const document = await documentOf(context, of)
    const metadata = context.req.query('metadata') ?? 'all'
    if (!['all', 'only', 'without'].includes(metadata))
      throw new DifyRefusal(400, 'invalid_metadata', `Invalid metadata value: ${metadata.slice(0, 40)}`)
    const { doc_metadata, ...rest } = toDocument(document, 1)
    const average = document.segments ? Math.round(document.characters / document.segments) : 0
    const more = {
      dataset_process_rule: { mode: 'automatic' },
      doc_type: null,
      average_segment_length: average,
      updated_at: Math.floor(document.updatedAt / 1000),
    }
    return context.json(
      metadata === 'only' ? { id: document.id, doc_metadata } : { ...rest, ...more, ...(metadata === 'all' && { doc_metadata }) },
    )
  })
  app.delete('/v1/datasets/:dataset/documents/:document', async (context) => {
    const document = await documentOf(context, await base(context))
    if (isArchived(document)) throw new DifyRefusal(403, 'archived_document_immutable', 'The archived document is not editable.')
    await ingest.remove(document.project, document.id)
    return context.body(null, 204)
  })
  app.get('/v1/datasets/:dataset/documents/:document/segments', async (context) => {
    const document = await documentOf(context, await base(context))
    const { page, limit, keyword } = check(Paging, context.req.query())
    const all = await segmentsOf(parts, document.id)
    const found = keyword ? all.filter(({ text, quarantine }) => !quarantine && text.toLowerCase().includes(keyword.toLowerCase())) : all
    const data = found.slice((page - 1) * limit, page * limit).map((segment) => toSegment(segment, document, all[segment.position - 2]))
    return context.json({ data, doc_form: 'text_model', has_more: page * limit < found.length, limit, total: found.length, page })
  })

  async function replaced(context: Call, of: Base, id: string | null | undefined): Promise<{ document?: string }> {
    if (!id) return {}
    const found = await documents.get(of.project, id)
    if (!found || found.dataset !== of.id || !isVisible(found, context.get('key'))) throw notFound('Document')
    return { document: changeable(found).id }
  }
}

/** Titles are content: what the consumer may not read is not listed either. */
const isVisible = (document: DocumentRecord, { asker }: KnownKey) => mayRead({ ...document, enabled: true }, asker)

function changeable(document: DocumentRecord): DocumentRecord {
  if (isArchived(document)) throw new DifyRefusal(403, 'archived_document_immutable', 'The archived document is not editable.')
  return document
}

const textType = (name: string) => (/\.(md|mdx|markdown)$/i.test(name) ? 'text/markdown' : 'text/plain')

interface Given {
  readonly process_rule?: ProcessRule | null | undefined
  readonly doc_language?: string | null | undefined
}
function given({ id, spec }: Base, { consumer }: KnownKey, { process_rule: rule, doc_language: language }: Given) {
  const principals: readonly Principal[] = spec.access.length ? spec.access : [`consumer:${consumer}`]
  const splitting = splittingOf(rule)
  const cleaning = cleaningOf(rule)
  return {
    ...{ base: id, createdBy: `consumer:${consumer}`, principals },
    ...(language && { language: language.slice(0, 16) }),
    ...(splitting && { splitting }),
    ...(cleaning && { cleaning }),
  }
}

/** `automatic` is our own splitting; `custom` is obeyed as given, counted in characters. */
function splittingOf(rule: ProcessRule | null | undefined): Splitting | undefined {
  const segmentation = rule?.mode === 'custom' || rule?.mode === 'hierarchical' ? rule.rules?.segmentation : undefined
  if (!segmentation) return undefined
  const separator = (segmentation.separator ?? segmentation.delimiter ?? '\n').replaceAll('\\n', '\n')
  return { mode: 'custom', separator, maxCharacters: segmentation.max_tokens, overlap: segmentation.chunk_overlap ?? 0 }
}
function cleaningOf(rule: ProcessRule | null | undefined): Cleaning | undefined {
  const enabled = new Set(rule?.rules?.pre_processing_rules?.filter((each) => each.enabled).map(({ id }) => id))
  const cleaning = { extraSpaces: enabled.has('remove_extra_spaces'), addresses: enabled.has('remove_urls_emails') }
  return rule?.mode === 'custom' && (cleaning.extraSpaces || cleaning.addresses) ? cleaning : undefined
}

function changeOf(action: string): (document: DocumentRecord) => Partial<Pick<DocumentRecord, 'enabled' | 'metadata'>> {
  if (action === 'enable') return () => ({ enabled: true })
  if (action === 'disable') return () => ({ enabled: false })
  if (action === 'archive') return ({ metadata }) => ({ enabled: false, metadata: { ...metadata, archived: 'true' } })
  if (action === 'un_archive') return ({ metadata: { archived: _, ...metadata } }) => ({ enabled: true, metadata })
  throw new DifyRefusal(400, 'invalid_action', 'Invalid action.')
}

async function renamed({ store, clock }: DifyKnowledgeParts, document: DocumentRecord, name: string | undefined) {
  const changed = name === undefined ? document : await store.documents.update(document.id, { name, updatedAt: clock.now() })
  return { document: toDocument(changed, 1), batch: changed.batch }
}

const mostListed = 20_000

/** The store pages by last id, Dify by number: walked from the start. */
async function pageOf(
  { store }: DifyKnowledgeParts,
  { id }: Base,
  { asker }: KnownKey,
  { page, limit, keyword, status }: { page: number; limit: number; keyword?: string; status?: string },
): Promise<{ items: readonly DocumentRecord[]; total: number }> {
  const readableBy = [...asker.principals, 'public' as const]
  const found: DocumentRecord[] = []
  const wanted = status === undefined ? page * limit : mostListed
  let total = 0
  let after: string | undefined
  do {
    const more = await store.documents.list(id, {
      limit: Math.min(500, wanted),
      readableBy,
      ...(keyword && { keyword }),
      ...(after && { after }),
    })
    total = more.total
    found.push(...more.items.filter((document) => status === undefined || displayStatus(document) === status))
    after = more.next
  } while (after && found.length < wanted)
  return { items: found.slice((page - 1) * limit, page * limit), total: status === undefined ? total : found.length }
}

async function segmentsOf({ store }: DifyKnowledgeParts, document: string) {
  const first = await store.documents.segments(document, { limit: 500 })
  const all = [...first.items]
  for (let next = first.next; next && all.length < mostListed; ) {
    const page = await store.documents.segments(document, { limit: 500, after: Number(next) })
    all.push(...page.items)
    next = page.next
  }
  return all
}
