import type { Asker } from '@gatehouse/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { archiveOf, docxOf, packedArchive, paragraph, pdfOf, table, xlsxOf } from '../../packages/knowledge/src/extract/fixtures/files.ts'
import { createHouse, type House } from '../eval/house.ts'

const everyone: Asker = { consumer: 'chat', user: 'x', principals: ['everyone'] }
const utf8 = (text: string) => new TextEncoder().encode(text)

let house: House
let base: string
beforeAll(async () => {
  house = await createHouse()
  base = await house.addBase('files', ['everyone'])
})
afterAll(() => house.close())

const add = async (name: string, content: Uint8Array) => {
  const { id } = await house.ingest.add({ base, content, name, createdBy: 'test' })
  await house.ingest.idle()
  return (await house.store.documents.get('default', id))!
}
const segmentsOf = async (id: string) => (await house.store.documents.segments(id)).items
const found = async (text: string) => (await house.datasets.retrieve({ datasets: [base], text, topK: 5 }, everyone)).sources

describe('a file that people upload can be asked about', () => {
  it('a PDF, with the page of each passage', async () => {
    const pages = [
      [
        { text: 'Rules of the pond', y: 780, size: 20 },
        { text: 'The kingfisher may dive before noon only.', y: 700 },
      ],
      [
        { text: 'Guests', y: 780, size: 20 },
        { text: 'Cormorants pay a fee of three herrings.', y: 700 },
      ],
    ]
    expect(await add('pond.pdf', pdfOf(pages))).toMatchObject({ status: 'completed', title: 'Rules of the pond', segments: 2 })
    const [source] = await found('what do cormorants pay')
    expect(source).toMatchObject({ headings: ['Guests'], place: { pages: [2, 2] }, text: 'Cormorants pay a fee of three herrings.' })
    expect(await house.datasets.resolve([source!.reference], everyone)).toMatchObject([
      { readable: true, headings: ['Guests'], place: { pages: [2, 2] } },
    ])
  })
  it('a page number is shown and not searched', async () => {
    expect((await found('page 2')).filter(({ title }) => title === 'Rules of the pond')).toEqual([])
  })
  it('a Word document, with its headings', async () => {
    const body =
      paragraph('Nests', { style: 'H1' }) +
      paragraph('Storks nest on chimneys.') +
      table([
        ['Bird', 'Eggs'],
        ['Wren', 'seven'],
      ])
    expect(await add('nests.docx', docxOf(body))).toMatchObject({ status: 'completed', title: 'Nests' })
    expect((await found('how many eggs has a wren'))[0]).toMatchObject({ title: 'Nests', headings: ['Nests'] })
  })
  it('a workbook, with its sheets and the header of its tables in every segment', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => [`ringed bird ${at}`, 1000 + at, 'somewhere by the river'])
    const { id, status } = await add('rings.xlsx', xlsxOf({ Rings: [['Bird', 'Number', 'Place'], ...rows] }))
    expect(status).toBe('completed')
    const [first, ...rest] = await segmentsOf(id)
    expect(first!.headings).toEqual(['Rings'])
    expect(rest.length).toBeGreaterThan(2)
    for (const { headings } of rest) expect(headings).toEqual(['Rings', 'Bird | Number | Place'])
    expect(rest.at(-1)!.place).toEqual({ sheet: 'Rings', rows: [expect.any(Number), 201] })
    const [source] = await found('which number has ringed bird 120')
    const line = source!.text.split('\n').findIndex((row) => row.startsWith('ringed bird 120 '))
    expect(source!.place?.sheet).toBe('Rings')
    expect(source!.place!.rows![0] + line).toBe(122)
    // a sheet's name is content: a reference, which traces keep, does not hold it
    expect(JSON.stringify(source!.reference)).not.toContain('Rings')
    expect(await house.datasets.resolve([source!.reference], everyone)).toMatchObject([{ place: source!.place }])
    expect(await house.datasets.resolve([source!.reference], { consumer: 'chat', principals: [] })).toEqual([{ readable: false }])
  })
  it('a CSV file', async () => {
    await add('calls.csv', utf8('Bird,Call\nBittern,booming\nCurlew,bubbling\n'))
    expect((await found('which call has the bittern'))[0]!.text).toContain('Bittern | booming')
  })
})

describe('a file that cannot be read ends with a code and with what to do', () => {
  const bomb = packedArchive('word/document.xml', new Uint8Array(30_000_000))
  it.each([
    ['a scan', 'a.pdf', pdfOf([[], []]), 'scanned', /text recognition/],
    ['half a PDF', 'b.pdf', pdfOf([[{ text: 'Some words.', y: 700 }]]).subarray(0, 80), 'corrupt', /save it again/],
    ['an empty document', 'c.docx', docxOf(''), 'empty', /no readable text/],
    ['a bomb', 'd.docx', bomb, 'hostile', /refused/],
    ['entities', 'e.docx', docxOf(paragraph('&x;'), '<!DOCTYPE x [<!ENTITY x "y">]>'), 'hostile', /entities/],
    ['a false name', 'f.pdf', docxOf(paragraph('x')), 'mistyped', /says it is a PDF, but its content is a Word document/],
    ['a slide show called a document', 'g.docx', archiveOf([{ name: 'ppt/presentation.xml', content: 'x' }]), 'mistyped', /PowerPoint/],
  ])('%s', async (_, name, content, code, message) => {
    expect(await add(name, content)).toMatchObject({
      status: 'error',
      segments: 0,
      error: { code, message: expect.stringMatching(message) },
    })
  })
  it('and one whose kind is not supported is refused at once, with what is', async () => {
    await expect(add('a.pptx', utf8('x'))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/PDF, Word/) })
  })
})

it('while a long Word document is read, others come and go', async () => {
  const long = docxOf(
    Array.from({ length: 12_000 }, (_, at) => paragraph(`Paragraph ${at} of a very long report on waders and their ways.`)).join(''),
  )
  const slow = await house.ingest.add({ base, content: long, name: 'long.docx', createdBy: 'test' })
  const quick = await house.ingest.add({ base, content: utf8('The dipper walks under water.'), name: 'dipper.md', createdBy: 'test' })
  const statusOf = async (id: string) => (await house.store.documents.get('default', id))!.status
  await expect.poll(() => statusOf(quick.id), { timeout: 20_000, interval: 5 }).toBe('completed')
  expect(await statusOf(slow.id)).not.toBe('completed')
  expect((await found('where does the dipper walk'))[0]).toMatchObject({ title: 'dipper.md' })
  await house.ingest.idle()
  expect(await statusOf(slow.id)).toBe('completed')
})
