import { createHash, randomUUID } from 'node:crypto'
import type { KeyVerb } from '@gatehouse/contracts'
import { createDifyKnowledgeApi } from '@gatehouse/knowledge'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHouse, type House } from '../eval/house.ts'

// transcribed from the public documentation of Dify's service API (1.16); unproved on a live server

const key = (consumer: string, kind: 'dataset' | 'app' = 'dataset') => ({
  ...{ project: 'default', consumer, kind, datasets: [], verbs: ['read', 'write'] as readonly KeyVerb[] },
  asker: { consumer, principals: [`consumer:${consumer}` as const, 'everyone' as const] },
})
const hashed = (text: string) => createHash('sha256').update(text).digest('hex')
const keys = new Map<string, ReturnType<typeof key> & { expiresAt?: number }>([
  [hashed('dataset-one'), key('one')],
  [hashed('dataset-two'), key('two')],
  [hashed('app-one'), key('one', 'app')],
  [hashed('dataset-old'), { ...key('one'), expiresAt: 1 }],
  [hashed('dataset-reads'), { ...key('one'), verbs: ['read'] }],
  [hashed('dataset-writes'), { ...key('one'), verbs: ['write'] }],
])

let house: House
let api: ReturnType<typeof createDifyKnowledgeApi>
beforeAll(async () => {
  house = await createHouse()
  const { store, bases, ingest, datasets } = house
  api = createDifyKnowledgeApi({ snapshot: () => ({ keys }), store, bases, ingest, datasets, clock: { now: Date.now }, newId: randomUUID })
})
afterAll(() => house.close())

// biome-ignore lint/suspicious/noExplicitAny: replies are compared with the contract field by field
type Reply = { status: number; body: any; headers: Headers }
async function call(method: string, path: string, body?: unknown, bearer = 'dataset-one'): Promise<Reply> {
  const isForm = body instanceof FormData
  const headers = { authorization: `Bearer ${bearer}`, ...(isForm ? {} : { 'content-type': 'application/json' }) }
  const reply = await api.request(`/v1${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: isForm ? body : typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text ? JSON.parse(text) : undefined, headers: reply.headers }
}
let made = 0
const newDataset = async () => (await call('POST', '/datasets', { name: `set ${++made}` })).body.id as string
const withText = async (text: string, more: object = {}) => {
  const dataset = await newDataset()
  const { body } = await call('POST', `/datasets/${dataset}/document/create-by-text`, {
    name: 'note',
    text,
    indexing_technique: 'high_quality',
    ...more,
  })
  await house.ingest.idle()
  return { dataset, document: body.document.id as string, batch: body.batch as string }
}
const retrieve = async (dataset: string, query: string, model: object = {}) =>
  call('POST', `/datasets/${dataset}/retrieve`, {
    query,
    retrieval_model: { search_method: 'hybrid_search', reranking_enable: false, top_k: 10, score_threshold_enabled: false, ...model },
  })

it('what a guard has quarantined is counted among the segments and not shown, nor found by a keyword', async () => {
  const { dataset, document } = await withText('The heron waits.')
  const [segment] = (await house.store.documents.segments(document)).items
  await house.store.documents.setQuarantine(segment!.id, { rule: 'injection.override', score: 1 })
  const path = `/datasets/${dataset}/documents/${document}/segments`
  const { body } = await call('GET', path)
  expect(body.data).toMatchObject([{ status: 'quarantined', enabled: false, content: '', sign_content: '' }])
  expect((await call('GET', `${path}?keyword=heron`)).body.total).toBe(0)
})

describe('keys', () => {
  it.each(['', 'Bearer', 'Basic abc', 'Bearer a b'])('the header "%s" is no bearer key', async (authorization) => {
    const reply = await api.request('/v1/datasets', { headers: { authorization } })
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([401, 'unauthorized'])
  })
  it.each(['dataset-unknown', 'app-one', 'dataset-old'])('%s opens nothing', async (bearer) => {
    const reply = await call('GET', '/datasets', undefined, bearer)
    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthorized', message: 'Access token is invalid', status: 401 } })
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  })
  it('a key that only reads searches and lists, and changes nothing', async () => {
    const { dataset, document } = await withText('The heron waits.')
    const changes: [string, string, unknown?][] = [
      ['POST', '/datasets', { name: 'mine' }],
      ['PATCH', `/datasets/${dataset}`, { name: 'mine' }],
      ['DELETE', `/datasets/${dataset}`],
      ['POST', `/datasets/${dataset}/document/create-by-text`, { name: 'a', text: 'b' }],
      ['POST', `/datasets/${dataset}/document/create_by_file`, new FormData()],
      ['POST', `/datasets/${dataset}/documents/${document}/update-by-text`, { name: 'a', text: 'b' }],
      ['PATCH', `/datasets/${dataset}/documents/status/disable`, { document_ids: [document] }],
      ['PATCH', `/datasets/${dataset}/documents/${document}`, new FormData()],
      ['DELETE', `/datasets/${dataset}/documents/${document}`],
    ]
    const message = 'This key may only read; it cannot write.'
    for (const [method, path, body] of changes)
      expect(await call(method, path, body, 'dataset-reads')).toMatchObject({
        status: 403,
        body: { code: 'forbidden', message, status: 403 },
      })
    for (const [method, path, body] of [
      ['GET', '/datasets'],
      ['GET', `/datasets/${dataset}/documents/${document}`],
      ['POST', `/datasets/${dataset}/retrieve`, { query: 'heron' }],
    ] as const)
      expect((await call(method, path, body, 'dataset-reads')).status).toBe(200)
  })
  it('a key that only writes adds and reads nothing', async () => {
    const dataset = await newDataset()
    const added = await call('POST', `/datasets/${dataset}/document/create-by-text`, { name: 'a', text: 'b' }, 'dataset-writes')
    expect(added.status).toBe(200)
    for (const [method, path, body] of [
      ['GET', `/datasets/${dataset}/documents`],
      ['POST', `/datasets/${dataset}/retrieve`, { query: 'b' }],
    ] as const)
      expect(await call(method, path, body, 'dataset-writes')).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })
  it('another consumer’s dataset does not exist', async () => {
    const { dataset, document } = await withText('The otter sleeps.')
    const paths: [string, string, unknown?][] = [
      ['GET', `/datasets/${dataset}`],
      ['PATCH', `/datasets/${dataset}`, { name: 'mine' }],
      ['DELETE', `/datasets/${dataset}`],
      ['POST', `/datasets/${dataset}/retrieve`, { query: 'otter' }],
      ['GET', `/datasets/${dataset}/documents`],
      ['GET', `/datasets/${dataset}/documents/${document}/segments`],
    ]
    for (const [method, path, body] of paths)
      expect(await call(method, path, body, 'dataset-two')).toMatchObject({
        status: 404,
        body: { code: 'not_found', message: 'Dataset not found.', status: 404 },
      })
    expect(
      (await call('GET', '/datasets?limit=100', undefined, 'dataset-two')).body.data.map(({ id }: { id: string }) => id),
    ).not.toContain(dataset)
  })
})

describe('datasets', () => {
  it('are made with 200, found, renamed, and removed with 204 and no body', async () => {
    const { status, body } = await call('POST', '/datasets', {
      name: 'Handbuch',
      description: 'd',
      indexing_technique: 'economy',
      permission: 'only_me',
    })
    expect([status, body.name, body.indexing_technique, body.document_count]).toEqual([200, 'Handbuch', 'economy', 0])
    expect((await call('PATCH', `/datasets/${body.id}`, { name: 'Handbook' })).body.name).toBe('Handbook')
    expect((await call('GET', '/datasets?keyword=handb')).body).toMatchObject({
      total: 1,
      page: 1,
      has_more: false,
      data: [{ id: body.id }],
    })
    const gone = await call('DELETE', `/datasets/${body.id}`)
    expect([gone.status, gone.body]).toEqual([204, undefined])
    expect((await call('GET', `/datasets/${body.id}`)).status).toBe(404)
  })
  it('with a name that is taken are refused with 409', async () => {
    await call('POST', '/datasets', { name: 'twice' })
    expect(await call('POST', '/datasets', { name: 'twice' })).toMatchObject({ status: 409, body: { code: 'dataset_name_duplicate' } })
    expect((await call('POST', '/datasets', { name: 'twice' }, 'dataset-two')).status).toBe(200)
  })
  it.each([
    [{}, 'name'],
    [{ name: 'x'.repeat(41) }, 'name'],
    [{ name: 'x', provider: 'external' }, 'provider'],
  ])('%j names the wrong field', async (body, params) => {
    expect(await call('POST', '/datasets', body)).toMatchObject({ status: 400, body: { code: 'invalid_param', params } })
  })
  it('of which a consumer may read only a part count that part, in every reply', async () => {
    const { dataset, document, batch } = await withText('The otter sleeps.')
    const counted = async () => {
      const { body } = await call('GET', `/datasets/${dataset}`)
      const listed = (await call('GET', '/datasets?limit=100')).body.data.find(({ id }: { id: string }) => id === dataset)
      return [body, listed].map(({ document_count, total_documents, word_count }) => [document_count, total_documents, word_count])
    }
    const one = [1, 1, 'The otter sleeps.'.length]
    expect(await counted()).toEqual([one, one])
    const { id } = await house.ingest.add({ base: dataset, content: 'The badger digs.', name: 'b.md', createdBy: 'x', principals: [] })
    await house.ingest.idle()
    expect(await counted()).toEqual([one, one])
    await house.store.documents.setAccess(document, [])
    expect(await counted()).toEqual([0, 0].map((none) => [none, none, none]))
    for (const hidden of [`documents/${batch}/indexing-status`, `documents/${id}`])
      expect((await call('GET', `/datasets/${dataset}/${hidden}`)).status).toBe(404)
  })
  it('malformed JSON is a 400', async () => {
    expect(await call('POST', '/datasets', '{"name":')).toMatchObject({ status: 400, body: { code: 'invalid_param' } })
  })
})

describe('documents', () => {
  it('keep who may read them when their content changes', async () => {
    const { dataset, document } = await withText('The otter sleeps.')
    await house.store.documents.setAccess(document, ['consumer:one', 'group:people'])
    const changed = { name: 'note', text: 'The otter swims.' }
    await call('POST', `/datasets/${dataset}/documents/${document}/update-by-text`, changed)
    await call('POST', `/datasets/${dataset}/document/create-by-text`, { ...changed, text: 'It dives.', original_document_id: document })
    await house.ingest.idle()
    expect((await house.store.documents.get('default', document))?.principals).toEqual(['consumer:one', 'group:people'])
  })
  it('from text report their progress by batch, and are listed and read', async () => {
    const { dataset, document, batch } = await withText('The otter sleeps.\n\nThe badger digs.')
    const { body } = await call('GET', `/datasets/${dataset}/documents/${batch}/indexing-status`)
    expect(body.data).toMatchObject([{ id: document, indexing_status: 'completed', completed_segments: 1, total_segments: 1, error: null }])
    expect((await call('GET', `/datasets/${dataset}/documents`)).body).toMatchObject({
      total: 1,
      has_more: false,
      data: [{ id: document, display_status: 'available' }],
    })
    expect((await call('GET', `/datasets/${dataset}/documents/${document}`)).body).toMatchObject({
      id: document,
      segment_count: 1,
      name: 'note',
    })
    expect((await call('GET', `/datasets/${dataset}/documents/${document}/segments`)).body.data).toMatchObject([
      { position: 1, status: 'completed' },
    ])
    expect((await call('GET', `/datasets/${dataset}/documents/${randomUUID()}/indexing-status`)).status).toBe(404)
  })
  it.each(['create-by-file', 'create_by_file'])('from a file by %s, with data as a JSON string', async (path) => {
    const dataset = await newDataset()
    const form = new FormData()
    form.set('file', new File(['# Leave\n\nTen days of leave.'], 'leave.md'))
    form.set('data', JSON.stringify({ indexing_technique: 'high_quality', process_rule: { mode: 'automatic' } }))
    const { status, body } = await call('POST', `/datasets/${dataset}/document/${path}`, form)
    expect([status, body.document.name]).toEqual([200, 'leave.md'])
    await house.ingest.idle()
    expect((await retrieve(dataset, 'days of leave')).body.records[0].segment.content).toBe('Ten days of leave.')
  })
  it('an upload without a file, with two, or of a kind that cannot be read is refused as the contract says', async () => {
    const path = `/datasets/${await newDataset()}/document/create-by-file`
    const form = (...names: string[]) => {
      const made = new FormData()
      for (const [at, name] of names.entries()) made.append(at ? 'file2' : 'file', new File(['x'], name))
      return made
    }
    expect(await call('POST', path, form())).toMatchObject({ status: 400, body: { code: 'no_file_uploaded' } })
    expect(await call('POST', path, form('a.md', 'b.md'))).toMatchObject({ status: 400, body: { code: 'too_many_files' } })
    expect(await call('POST', path, form('a.pptx'))).toMatchObject({ status: 415, body: { code: 'unsupported_file_type' } })
  })
  it('custom rules are obeyed exactly', async () => {
    const rules = { pre_processing_rules: [], segmentation: { separator: '###', max_tokens: 50, chunk_overlap: 0 } }
    const { dataset, document } = await withText('one###two###three', { process_rule: { mode: 'custom', rules } })
    const { body } = await call('GET', `/datasets/${dataset}/documents/${document}/segments`)
    expect(body.data.map(({ content }: { content: string }) => content)).toEqual(['one', 'two', 'three'])
  })
  it('updated, the old text is never retrieved again; removed, nothing is', async () => {
    const { dataset, document } = await withText('The otter sleeps.')
    expect(await call('POST', `/datasets/${dataset}/documents/${document}/update-by-text`, { text: 'x' })).toMatchObject({
      status: 400,
      body: { params: 'name' },
    })
    await call('POST', `/datasets/${dataset}/documents/${document}/update-by-text`, { name: 'note', text: 'The badger digs.' })
    await house.ingest.idle()
    const contents = (await retrieve(dataset, 'otter badger')).body.records.map(
      (record: { segment: { content: string } }) => record.segment.content,
    )
    expect(contents).toEqual(['The badger digs.'])
    expect((await call('DELETE', `/datasets/${dataset}/documents/${document}`)).status).toBe(204)
    expect((await retrieve(dataset, 'badger')).body.records).toEqual([])
  })
  it('disabled they are not retrieved, archived they cannot be changed', async () => {
    const { dataset, document } = await withText('The otter sleeps.')
    const set = (action: string) => call('PATCH', `/datasets/${dataset}/documents/status/${action}`, { document_ids: [document] })
    const count = async () => (await retrieve(dataset, 'otter')).body.records.length
    expect((await set('disable')).body).toEqual({ result: 'success' })
    expect(await count()).toBe(0)
    await set('enable')
    expect(await count()).toBe(1)
    await set('archive')
    expect(await count()).toBe(0)
    expect(await call('DELETE', `/datasets/${dataset}/documents/${document}`)).toMatchObject({
      status: 403,
      body: { code: 'archived_document_immutable' },
    })
    expect(await set('burn')).toMatchObject({ status: 400, body: { code: 'invalid_action' } })
  })
})

describe('retrieval', () => {
  it.each(['semantic_search', 'full_text_search', 'hybrid_search', 'keyword_search'])(
    '%s gives records with scores from 0 to 1',
    async (method) => {
      const { dataset, document } = await withText('The otter sleeps under the willow.')
      const { status, body } = await retrieve(dataset, 'otter willow', { search_method: method })
      expect([status, body.query]).toEqual([200, { content: 'otter willow' }])
      expect(body.records).toHaveLength(1)
      expect(body.records[0].segment).toMatchObject({
        document_id: document,
        content: 'The otter sleeps under the willow.',
        document: { id: document, name: 'note' },
      })
      expect(body.records[0].score).toBeGreaterThan(0)
      expect(body.records[0].score).toBeLessThanOrEqual(1)
      expect(body.degraded !== undefined).toBe(method === 'semantic_search' || method === 'hybrid_search')
    },
  )
  it('hit-testing is the same', async () => {
    const { dataset } = await withText('The otter sleeps.')
    expect((await call('POST', `/datasets/${dataset}/hit-testing`, { query: 'otter' })).body.records).toHaveLength(1)
  })
  it('the threshold is on the final score: 0 keeps all, 1 only the perfect', async () => {
    const { dataset } = await withText('The otter sleeps.')
    const at = async (score_threshold: number) =>
      (await retrieve(dataset, 'otter badger', { score_threshold_enabled: true, score_threshold })).body.records.length
    expect([await at(0), await at(1)]).toEqual([1, 0])
  })
  it('takes 4 000 characters and 100 records, and refuses more', async () => {
    const { dataset } = await withText('The otter sleeps.')
    expect((await retrieve(dataset, 'otter '.repeat(666), { top_k: 100 })).status).toBe(200)
    expect(await retrieve(dataset, 'x'.repeat(4001))).toMatchObject({ status: 400, body: { code: 'invalid_param', params: 'query' } })
    expect((await retrieve(dataset, 'otter', { top_k: 101 })).status).toBe(400)
  })
  it('takes weights, whatever they are', async () => {
    const { dataset } = await withText('The otter sleeps.')
    for (const vector_weight of [0, 0.3, 1]) {
      const weights = {
        weight_type: 'customized',
        vector_setting: { vector_weight },
        keyword_setting: { keyword_weight: 1 - vector_weight },
      }
      expect((await retrieve(dataset, 'otter', { reranking_mode: 'weighted_score', weights })).body.records).toHaveLength(1)
    }
  })
})
