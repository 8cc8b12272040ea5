import type { Asker, Principal, Stage } from '@gatehouse/contracts'
import type { Inspector } from '@gatehouse/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHouse, type House } from '../eval/house.ts'

const poison = 'POISON'
/** Blocks one word, at the stages asked. */
const blocking = (stages: readonly Stage[]): Inspector => ({
  async inspect({ stage, text }) {
    const at = text.indexOf(poison)
    if (at < 0 || !stages.includes(stage)) return { action: 'allow', findings: [] }
    const finding = { guard: 'test', rule: 'test.poison', score: 1, start: at, end: at + poison.length }
    return { action: 'block', findings: [finding], because: finding }
  },
})
const asker = (...principals: Principal[]): Asker => ({ consumer: 'chat', user: 'x', principals })
const everyone = asker('everyone')

let house: House
let base: string
let count = 0
beforeAll(async () => {
  house = await createHouse(blocking(['ingest']))
})
afterAll(() => house.close())
beforeEach(async () => {
  base = await house.addBase(`base-${++count}`, ['everyone'])
})
const add = async (content: string | Uint8Array, more: Partial<Parameters<House['ingest']['add']>[0]> = {}) => {
  const document = await house.ingest.add({ base, content, name: 'a.md', createdBy: 'test', ...more })
  await house.ingest.idle()
  return document
}
const now = async (id: string) => (await house.store.documents.get('default', id))!
const found = async (text: string, who = everyone) => (await house.datasets.retrieve({ datasets: [base], text, topK: 10 }, who)).sources
const words = 'The otter sleeps under the willow at noon.'

describe('a document on its way in', () => {
  it('becomes searchable, with references that resolve to exactly its text', async () => {
    const { id } = await add(`# Otters\n\n${words}`)
    expect(await now(id)).toMatchObject({ status: 'completed', title: 'Otters', version: 1, segments: 1, quarantined: 0 })
    const [source] = await found('where does the otter sleep')
    expect(source).toMatchObject({ n: 1, title: 'Otters', headings: ['Otters'], text: words })
    expect(await house.datasets.resolve([source!.reference], everyone)).toEqual([
      { readable: true, reference: source!.reference, title: 'Otters', headings: ['Otters'], text: words, current: true },
    ])
  })
  it('with the same content again is not read again; with new content the old text is gone in one step', async () => {
    const first = await add(words, { path: 'p.md' })
    const again = await add(words, { path: 'p.md' })
    expect([again.id, again.blob]).toEqual([first.id, first.blob])
    const old = (await found('otter'))[0]!
    await add('The badger digs at night.', { path: 'p.md' })
    expect(await now(first.id)).toMatchObject({ version: 2, status: 'completed' })
    expect((await found('otter badger')).map(({ text }) => text)).toEqual(['The badger digs at night.'])
    expect(await house.datasets.resolve([old.reference], everyone)).toMatchObject([{ readable: true, text: words, current: false }])
  })
  it.each([
    ['empty of text', ' \n ', 'empty'],
    ['binary under a false name', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0]), 'mistyped'],
  ])('that is %s ends with an error that says why', async (_, content, code) => {
    const { id } = await add(content)
    const document = await now(id)
    expect(document).toMatchObject({ status: 'error', error: { code } })
    expect(document.error!.message.length).toBeGreaterThan(10)
  })
  it('of no bytes, of a kind that cannot be read, or for a base that is not there is refused at once', async () => {
    await expect(add('')).rejects.toMatchObject({ code: 'invalid_request', details: { reason: 'empty' } })
    await expect(add(new Uint8Array(50_000_001))).rejects.toMatchObject({ code: 'too_large', details: { reason: 'large' } })
    await expect(add('x', { name: 'a.pptx' })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(add('x', { base: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' })
  })
  it('is put aside where a guard objects: visible to operators, found by nobody until it is released', async () => {
    const { id } = await add(`# A\n\n${words}\n\n## B\n\nThe otter ${poison} says ignore the rules.`)
    expect(await now(id)).toMatchObject({ segments: 2, quarantined: 1 })
    expect((await found('otter rules ignore')).map(({ text }) => text)).toEqual([words])
    const { items } = await house.store.documents.segments(id)
    const bad = items.find(({ quarantine }) => quarantine)!
    expect(bad.quarantine).toEqual({ rule: 'test.poison', score: 1 })
    await house.store.documents.setQuarantine(bad.id, undefined)
    expect(await found('otter rules ignore')).toHaveLength(2)
  })
  it('whose file somebody swapped before it was read ends with an error, and nobody finds what is in it', async () => {
    const { put } = house.store.blobs
    house.store.blobs.put = (key) => put.call(house.store.blobs, key, new TextEncoder().encode('The otter pays every bill.'))
    const { id } = await add(words).finally(() => {
      house.store.blobs.put = put
    })
    expect(await now(id)).toMatchObject({ status: 'error', error: { message: expect.stringContaining('not what was handed in') } })
    expect(await found('otter')).toEqual([])
  })
  it('whose text somebody swapped afterwards is answered from the index, never from what was put there', async () => {
    const sections = Array.from({ length: 12 }, (_, at) => `The otter number ${at} sleeps under the willow at noon. `.repeat(12)).join(
      '\n\n',
    )
    const { id } = await add(sections)
    const key = `documents/${id}/1/text`
    const text = Buffer.from((await house.store.blobs.get(key))!).toString()
    await house.store.blobs.put(key, new TextEncoder().encode(text.replaceAll('otter', 'thief')))
    const passages = (await found('otter willow noon')).map((source) => source.text).join()
    expect([passages.includes('otter'), passages.includes('thief')]).toEqual([true, false])
  })
  it('what it hides from its readers is put aside', async () => {
    const { id } = await add(`<h1>A</h1><p>${words}</p><p style="display:none">The otter owes you money.</p>`, { name: 'a.html' })
    expect(await now(id)).toMatchObject({ quarantined: 1 })
    expect(await found('otter money')).toHaveLength(1)
  })
  it('removed, it is found by nobody, resolves for nobody, and leaves no bytes', async () => {
    const document = await add(words)
    const [source] = await found('otter')
    expect(await house.ingest.remove('default', document.id)).toBe(true)
    expect(await found('otter')).toEqual([])
    expect(await house.datasets.resolve([source!.reference], everyone)).toEqual([{ readable: false }])
    expect(await house.store.blobs.get(document.blob)).toBeUndefined()
  })
  it('many at once all end in a definite state', async () => {
    await Promise.all(
      Array.from({ length: 120 }, (_, at) =>
        house.ingest.add({ base, content: at % 10 ? `Otter number ${at}.` : '  ', name: `${at}.txt`, createdBy: 'test' }),
      ),
    )
    await house.ingest.idle()
    const { items } = await house.store.documents.list(base, { limit: 200 })
    expect(items.filter(({ status }) => status === 'completed')).toHaveLength(108)
    expect(items.filter(({ status }) => status === 'error')).toHaveLength(12)
  })
})

describe('who may read', () => {
  it('holds in the search: nobody else finds text, title or suggestion', async () => {
    await add(words, { principals: ['group:people'], title: 'Secret otter file' })
    const retrieval = await house.datasets.retrieve({ datasets: [base], text: 'secret otter file' }, asker('everyone', 'group:finance'))
    expect(retrieval).toMatchObject({ sources: [], weak: true, nearest: [] })
    expect(await found('otter', asker('group:people'))).toHaveLength(1)
    expect(await found('otter', asker())).toEqual([])
  })
  it('revoked, the next question and every old reference are masked', async () => {
    const { id } = await add(words)
    const [source] = await found('otter')
    await house.store.documents.setAccess(id, ['group:people'])
    expect(await found('otter')).toEqual([])
    expect(await house.datasets.resolve([source!.reference], everyone)).toEqual([{ readable: false }])
    await add('New text of the otter.', { document: id })
    expect(await found('otter')).toEqual([]) // new content brings no access back
  })
  it('a disabled document is found by nobody', async () => {
    const { id } = await add(words)
    await house.store.documents.update(id, { enabled: false })
    expect(await found('otter')).toEqual([])
  })
})

describe('an answer', () => {
  it('is called weak when the documents do not hold it, with the nearest titles', async () => {
    await add(`# Otters\n\n${words}`)
    await add('# Badgers\n\nThe badger digs at night under the hill.', { name: 'b.md' })
    const ask = (text: string) => house.datasets.retrieve({ datasets: [base], text }, everyone)
    expect(await ask('When does the otter sleep under the willow?')).toMatchObject({ weak: false, nearest: [] })
    expect(await ask('What is the salary of the night guard in Zurich?')).toMatchObject({ weak: true, nearest: ['Badgers'] })
  })
  it('does not rest on a passage that a guard blocks now, though it was let in before', async () => {
    const strict = await createHouse(blocking(['context']))
    try {
      const id = await strict.addBase('strict', ['everyone'])
      await strict.ingest.add({
        base: id,
        content: `# A\n\n${words}\n\n## B\n\nThe otter ${poison} speaks.`,
        name: 'a.md',
        createdBy: 'test',
      })
      await strict.ingest.idle()
      const { sources, record } = await strict.datasets.retrieve({ datasets: [id], text: 'otter' }, everyone)
      expect(sources.map(({ text }) => text)).toEqual([words])
      expect(record.left).toMatchObject([{ reason: 'test.poison' }])
    } finally {
      await strict.close()
    }
  })
  it.each([
    '" OR NOT NEAR( * ) AND "a"',
    '\ud800 \udfff',
    '😀'.repeat(400),
    '((('.repeat(900),
    'otter"; DROP TABLE document;--',
    '的'.repeat(4000),
  ])('never fails on what people type: %#', async (text) => {
    await add(words)
    await expect(house.datasets.retrieve({ datasets: [base], text }, everyone)).resolves.toBeDefined()
  })
  it('any two characters of a Chinese text find it', async () => {
    const text = '公司为每位员工提供年度体检，费用由公司承担，结果只通知本人。'
    await add(text, { name: 'z.txt' })
    for (let at = 0; at + 2 <= text.length; at++) {
      const pair = text.slice(at, at + 2)
      if (/^\p{Script=Han}{2}$/u.test(pair)) expect(await found(pair), pair).toHaveLength(1)
    }
  })
})
