import { createHash } from 'node:crypto'
import {
  AppSpec,
  type ConversationRecord,
  type DocumentRecord,
  type MessageRecord,
  type Principal,
  type Reference,
  type Resolved,
  type SegmentRecord,
} from '@gatehouse/contracts'
import { AppError, type Conversations, type Session, type Sessions } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { type ChatApiTools, createChatApi } from './chat-api.ts'

const open: Record<string, Principal[]> = { leave: ['everyone'], salaries: ['group:people'] }
const people: Record<string, { groups: Principal[]; language: 'en' | 'zh' }> = {
  mara: { groups: ['user:mara', 'group:people', 'everyone'], language: 'en' },
  wei: { groups: ['user:wei', 'everyone'], language: 'zh' },
}
const app = (access: Principal[]) =>
  AppSpec.parse({
    title: 'Handbook',
    access,
    graph: { nodes: [], edges: [] },
    opening: { en: 'Ask me.', zh: '请提问。' },
    suggestions: ['How many days?', '多少天？'],
  })

const referenceTo = (document: string): Reference => ({
  dataset: 'd',
  document,
  version: 1,
  segment: `${document}-2`,
  start: 10,
  end: 20,
  hash: 'h',
})
const conversation = (id: string, owner: string, project = 'default'): ConversationRecord => ({
  id,
  project,
  app: 'handbook',
  owner,
  name: 'Leave',
  createdAt: 1,
  updatedAt: 2,
})
const message = (id: string, of: string, documents: string[]): MessageRecord => ({
  id,
  conversation: of,
  project: 'default',
  call: id,
  at: 3,
  query: 'my question',
  answer: documents.map((document, index) => `from ${document} [${index + 1}]`).join(' '),
  status: 'complete',
  citations: documents.map((document, index) => ({ n: index + 1, reference: referenceTo(document) })),
})
const segment = (position: number, quarantined = false): SegmentRecord => ({
  id: `leave-${position}`,
  project: 'default',
  dataset: 'd',
  document: 'leave',
  version: 1,
  position,
  headings: [],
  start: (position - 1) * 10,
  end: position * 10,
  text: '',
  hash: '',
  ...(quarantined ? { quarantine: { rule: 'injection.override', score: 1 } } : {}),
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const record = (id: string, quarantined: number): DocumentRecord => ({
  ...{ id, project: 'default', dataset: 'd', name: `假期 "${id}".pdf`, title: id, mediaType: 'application/pdf', metadata: {} },
  ...{
    principals: ['everyone'],
    status: 'completed',
    enabled: true,
    version: 1,
    contentHash: sha256('%PDF-1.7'),
    blob: `documents/${id}/1/original`,
  },
  ...{ bytes: 1, characters: 30, segments: 3, quarantined, batch: '', createdBy: 'user:una', createdAt: 500, updatedAt: 900 },
  textHash: sha256('the first.the secondthe third.'),
  times: { indexed: 700 },
})

interface House {
  secure?: boolean
  encrypted?: boolean
  quarantined?: number
  segments?: SegmentRecord[]
  /** What of the document changed since it was cited. */
  since?: Partial<DocumentRecord>
  /** What lies where the bytes of documents lie, when somebody else wrote there. */
  swapped?: string
}
function house({
  secure = false,
  encrypted = true,
  segments = [segment(1), segment(2), segment(3)],
  quarantined = 0,
  since = {},
  swapped,
}: House = {}) {
  const records = ['leave', 'salaries'].map((id) => ({ ...record(id, quarantined), ...since }))
  const kept = new Map(
    [conversation('c-mara', 'user:mara'), conversation('c-wei', 'user:wei'), conversation('c-else', 'user:mara', 'other')].map((each) => [
      each.id,
      each,
    ]),
  )
  const messages = [message('m-mara', 'c-mara', ['leave', 'salaries']), message('m-wei', 'c-wei', ['leave'])]
  const rated: unknown[] = []
  const signedOut: string[] = []
  const groups = structuredClone(people)
  const sessionOf = (user: string): Session => ({ id: `s-${user}`, audience: 'chat', user, csrf: `csrf-${user}`, expiresAt: 61_000 })
  const sessions: Sessions = {
    verify: async (token, audience) => (audience === 'chat' && token.startsWith('t-') ? sessionOf(token.slice(2)) : undefined),
    signIn: async ({ user, password }) => {
      if (password !== 'right') throw new AppError('unauthorized', 'the name or the password is wrong')
      return { token: `t-${user}`, session: sessionOf(user) }
    },
    redeem: async (link) => {
      if (link !== 'link-for-wei') throw new AppError('unauthorized', 'the link is used or too old')
      return { token: 't-wei', session: { ...sessionOf('wei'), openedBy: 'operator' } }
    },
    signOut: async (token) => void signedOut.push(token),
  }
  const conversations: Conversations = {
    get: async (id) => kept.get(id),
    list: async ({ owner, project }) => ({ items: [...kept.values()].filter((each) => each.owner === owner && each.project === project) }),
    put: async (each) => void kept.set(each.id, each),
    remove: async (id) => kept.delete(id),
    messages: async (id) => messages.filter((each) => each.conversation === id),
    message: async (id) => messages.find((each) => each.id === id),
    append: async () => {},
    rate: async (id, feedback) => void rated.push([id, feedback]),
  }
  const tools: ChatApiTools = {
    sessions,
    conversations,
    isSecure: () => secure,
    maySignIn: () => encrypted,
    project: 'default',
    person: (name) => groups[name] && { name, title: name.toUpperCase(), language: groups[name].language, principals: groups[name].groups },
    isOurHost: (host) => host === 'localhost:8080',
    apps: () => [
      { name: 'handbook', spec: app(['everyone']) },
      { name: 'payroll', spec: app(['group:people']) },
    ],
    datasets: {
      resolve: async (references, viewer) =>
        references.map((reference): Resolved => {
          const readable = open[reference.document]!.some((each) => viewer.principals.includes(each))
          return readable
            ? {
                readable,
                reference,
                title: `Title of ${reference.document}`,
                headings: ['Part'],
                place: { pages: [3, 4] },
                text: 'the second',
                current: true,
              }
            : { readable: false }
        }),
    },
    documents: {
      get: async (_project, id) => records.find((record) => record.id === id),
      segmentsById: async (ids) => segments.filter(({ id }) => ids.includes(id)),
      segments: async (_document, { after = 0, limit = 100 } = {}) => ({
        items: segments.filter(({ position }) => position > after).slice(0, limit),
      }),
    },
    blobs: {
      get: async (key) => {
        const text = { 'documents/leave/1/text': 'the first.the secondthe third.', 'documents/leave/1/original': '%PDF-1.7' }[key]
        return text === undefined ? undefined : new TextEncoder().encode(swapped ?? text)
      },
    },
    now: () => 1_000,
    addressOf: () => '127.0.0.1',
  }
  const api = createChatApi(tools)
  const call = (
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    api.request(`/chat/api${path}`, {
      method,
      headers: {
        host: 'localhost:8080',
        ...(as ? { cookie: `other=1; ${secure ? '__Host-' : ''}gatehouse-chat=t-${as}`, 'x-csrf-token': `csrf-${as}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { call, rated, signedOut, groups, kept }
}
const json = async (response: Response | Promise<Response>) => (await response).json()

test('a name and password open a session; the cookie is out of reach of scripts and other sites', async () => {
  const { call } = house()
  const response = await call('POST', '/session', { body: { user: 'mara', password: 'right' } })
  expect(response.headers.get('set-cookie')).toBe('gatehouse-chat=t-mara; Path=/; HttpOnly; SameSite=Strict; Max-Age=60')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.json()).toEqual({
    user: 'mara',
    title: 'MARA',
    language: 'en',
    csrf: 'csrf-mara',
    apps: [
      { name: 'handbook', title: 'Handbook', description: '' },
      { name: 'payroll', title: 'Handbook', description: '' },
    ],
  })
})

test('over TLS the cookie has its strictest form', async () => {
  const { call } = house({ secure: true })
  const response = await call('POST', '/session', { body: { user: 'mara', password: 'right' } })
  expect(response.headers.get('set-cookie')).toBe('__Host-gatehouse-chat=t-mara; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure')
  expect((await call('GET', '/me', { as: 'mara' })).status).toBe(200)
})

test('where it would travel unprotected, nobody signs in, and is told why', async () => {
  const { call } = house({ encrypted: false })
  const response = await call('POST', '/session', { body: { user: 'mara', password: 'right' } })
  expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
  expect(await response.text()).toContain('https')
})

test('a body that is announced too long is refused before it comes', async () => {
  const { call } = house()
  const body = { user: 'mara', password: 'right' }
  expect((await call('POST', '/session', { body, headers: { 'content-length': '65537' } })).status).toBe(413)
})

test('a one-time link opens a session as somebody, and says who opened it', async () => {
  const { call } = house()
  expect(await json(call('POST', '/session', { body: { link: 'link-for-wei' } }))).toMatchObject({
    user: 'wei',
    language: 'zh',
    openedBy: 'operator',
  })
  const used = await call('POST', '/session', { body: { link: 'used' } })
  expect([used.status, used.headers.get('cache-control'), used.headers.get('set-cookie')]).toEqual([401, 'no-store', null])
})

test('without a session nothing is told, in the language of the caller', async () => {
  const { call } = house()
  for (const path of ['/me', '/apps/handbook', '/conversations', '/conversations/c-mara/messages', '/passages?message=m-mara&n=1'])
    expect((await call('GET', path)).status).toBe(401)
  expect(await json(call('GET', '/me', { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } }))).toEqual({
    error: { code: 'unauthorized', message: '请先登录。' },
  })
  expect(await json(call('GET', '/me'))).toEqual({ error: { code: 'unauthorized', message: 'Please sign in.' } })
})

test.each<[string, string, unknown]>([
  ['DELETE', '/session', undefined],
  ['PATCH', '/conversations/c-mara', { name: 'x' }],
  ['DELETE', '/conversations/c-mara', undefined],
  ['POST', '/messages/m-mara/feedback', { feedback: 'like' }],
])('%s %s wants the token that only our pages know, and our origin', async (method, path, body) => {
  const { call, kept, rated } = house()
  for (const headers of [
    { 'x-csrf-token': '' },
    { 'x-csrf-token': 'csrf-wei' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { host: 'evil.example' },
  ])
    expect((await call(method, path, { as: 'mara', body, headers })).status).toBe(403)
  expect(kept.get('c-mara')?.name).toBe('Leave')
  expect(rated).toEqual([])
  expect(
    (await call(method, path, { as: 'mara', body, headers: { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' } })).ok,
  ).toBe(true)
})

test('signing out ends the session and clears the cookie', async () => {
  const { call, signedOut } = house()
  const response = await call('DELETE', '/session', { as: 'mara' })
  expect(signedOut).toEqual(['t-mara'])
  expect(response.headers.get('set-cookie')).toContain('gatehouse-chat=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0')
})

test('an app is shown in the language asked for; one that may not be opened does not exist', async () => {
  const { call } = house()
  expect(await json(call('GET', '/apps/handbook', { as: 'wei' }))).toMatchObject({ opening: '请提问。', suggestions: ['多少天？'] })
  expect(await json(call('GET', '/apps/handbook', { as: 'wei', headers: { 'accept-language': 'en' } }))).toMatchObject({
    opening: 'Ask me.',
    suggestions: ['How many days?'],
  })
  expect((await call('GET', '/apps/payroll', { as: 'wei' })).status).toBe(404)
  expect((await call('GET', '/apps/payroll', { as: 'mara' })).status).toBe(200)
})

test("other people's and other projects' conversations, messages and passages answer 404", async () => {
  const { call, kept, rated } = house()
  const tries = [
    call('GET', '/conversations/c-mara/messages', { as: 'wei' }),
    call('PATCH', '/conversations/c-mara', { as: 'wei', body: { name: 'x' } }),
    call('DELETE', '/conversations/c-mara', { as: 'wei' }),
    call('GET', '/passages?message=m-mara&n=1', { as: 'wei' }),
    call('POST', '/messages/m-mara/feedback', { as: 'wei', body: { feedback: 'like' } }),
    call('GET', '/conversations/c-else/messages', { as: 'mara' }),
    call('GET', '/conversations/none/messages', { as: 'mara' }),
  ]
  for (const response of await Promise.all(tries)) {
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: { code: 'not_found', message: 'There is nothing here.' } })
  }
  expect(kept.size).toBe(3)
  expect(rated).toEqual([])
  expect(await json(call('GET', '/conversations', { as: 'mara' }))).toEqual({
    items: [{ id: 'c-mara', app: 'handbook', name: 'Leave', createdAt: 1, updatedAt: 2 }],
  })
})

test('history shows answers with their sources while all of them may be read', async () => {
  const { call } = house()
  expect(await json(call('GET', '/conversations/c-mara/messages', { as: 'mara' }))).toEqual({
    items: [
      {
        id: 'm-mara',
        at: 3,
        query: 'my question',
        answer: 'from leave [1] from salaries [2]',
        masked: false,
        status: 'complete',
        sources: [
          { n: 1, title: 'Title of leave', place: { pages: [3, 4] } },
          { n: 2, title: 'Title of salaries', place: { pages: [3, 4] } },
        ],
      },
    ],
  })
})

test('an answer whose source was revoked is masked whole, and its passage too, at once', async () => {
  const { call, groups } = house()
  groups.mara!.groups = ['user:mara', 'everyone']
  const history = await (await call('GET', '/conversations/c-mara/messages', { as: 'mara' })).text()
  expect(JSON.parse(history).items[0]).toMatchObject({ query: 'my question', answer: '', masked: true, sources: [] })
  expect(history).not.toMatch(/salaries|Title of/)
  expect(await json(call('GET', '/passages?message=m-mara&n=2', { as: 'mara' }))).toEqual({ readable: false, n: 2 })
})

test('a passage comes with the text around it', async () => {
  const { call } = house()
  expect(await json(call('GET', '/passages?message=m-mara&n=1', { as: 'mara' }))).toEqual({
    readable: true,
    n: 1,
    title: 'Title of leave',
    headings: ['Part'],
    before: 'the first.',
    text: 'the second',
    after: 'the third.',
    place: { pages: [3, 4] },
    current: true,
    version: 1,
    changedAt: 700,
    original: '假期 "leave".pdf',
  })
  expect((await call('GET', '/passages?message=m-mara&n=7', { as: 'mara' })).status).toBe(404)
})

test('the original of a passage is saved and never shown, by whoever may read it now', async () => {
  const { call, groups } = house()
  const saved = await call('GET', '/originals?message=m-mara&n=1', { as: 'mara' })
  expect([saved.status, await saved.text()]).toEqual([200, '%PDF-1.7'])
  expect(Object.fromEntries(saved.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="__ _leave_.pdf"; filename*=UTF-8''%E5%81%87%E6%9C%9F%20%22leave%22.pdf`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  groups.mara!.groups = []
  expect((await call('GET', '/originals?message=m-mara&n=1', { as: 'mara' })).status).toBe(404)
  expect((await call('GET', '/originals?message=m-mara&n=1', { as: 'wei' })).status).toBe(404)
  expect((await call('GET', '/originals?message=m-mara&n=1')).status).toBe(401)
})

test('a file in which something is quarantined is not given out', async () => {
  const { call } = house({ quarantined: 1 })
  expect((await json(call('GET', '/passages?message=m-mara&n=1', { as: 'mara' }))) as object).not.toHaveProperty('original')
  expect((await call('GET', '/originals?message=m-mara&n=1', { as: 'mara' })).status).toBe(404)
})

test('an older file is not given out: what was quarantined in it is not known any more', async () => {
  for (const since of [{ version: 2, blob: 'documents/leave/2/original' }, { blob: 'documents/leave/2/original' }]) {
    const { call } = house({ since })
    expect((await json(call('GET', '/passages?message=m-mara&n=1', { as: 'mara' }))) as object).not.toHaveProperty('original')
    expect((await call('GET', '/originals?message=m-mara&n=1', { as: 'mara' })).status).toBe(404)
  }
})

test('bytes that somebody else put in the place of a document are shown to nobody', async () => {
  const { call } = house({ swapped: 'evil text, evil text, evil text' })
  expect(await json(call('GET', '/passages?message=m-mara&n=1', { as: 'mara' }))).toMatchObject({ before: '', after: '' })
  expect((await call('GET', '/originals?message=m-mara&n=1', { as: 'mara' })).status).toBe(404)
})

test('the text around ends before what a guard has quarantined', async () => {
  const { call } = house({ segments: [segment(1, true), segment(2), segment(3, true)] })
  expect(await json(call('GET', '/passages?message=m-mara&n=1', { as: 'mara' }))).toMatchObject({
    before: '',
    text: 'the second',
    after: '',
  })
})

test('conversations are renamed and removed, answers rated', async () => {
  const { call, kept, rated } = house()
  expect(await json(call('PATCH', '/conversations/c-mara', { as: 'mara', body: { name: '  Holidays ' } }))).toMatchObject({
    name: 'Holidays',
  })
  await call('POST', '/messages/m-mara/feedback', { as: 'mara', body: { feedback: 'dislike' } })
  await call('POST', '/messages/m-mara/feedback', { as: 'mara', body: { feedback: null } })
  expect(rated).toEqual([
    ['m-mara', 'dislike'],
    ['m-mara', undefined],
  ])
  await call('DELETE', '/conversations/c-mara', { as: 'mara' })
  expect(kept.has('c-mara')).toBe(false)
})

test('a body that is wrong or too large is refused plainly', async () => {
  const { call } = house()
  const wrong = await call('PATCH', '/conversations/c-mara', { as: 'mara', body: { nam: 'x' } })
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: { code: 'invalid_request', message: 'The request is wrong: the field name is missing or wrong.' } },
  ])
  expect((await call('PATCH', '/conversations/c-mara', { as: 'mara', body: { name: 'x'.repeat(70_000) } })).status).toBe(413)
})
