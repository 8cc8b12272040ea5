import { AppError } from '@gatehouse/kernel'
import { describe, expect, it } from 'vitest'
import { archiveOf, type Drawn, docxOf, docxParts, packedArchive, paragraph, pdfOf, table, xlsxOf } from './fixtures/files.ts'
import { extractHeavy } from './heavy-extractors.ts'
import { docx, pdf, xlsx } from './media-types.ts'

const shape = async (bytes: Uint8Array, mediaType: string) =>
  (await extractHeavy(bytes, mediaType)).blocks.map(({ kind, level, text }) => [level ? `${kind} ${level}` : kind, text])
const reasonOf = async (bytes: Uint8Array, mediaType: string): Promise<unknown> => {
  try {
    await extractHeavy(bytes, mediaType)
    return 'nothing'
  } catch (thrown) {
    return thrown instanceof AppError ? (thrown.details.reason ?? thrown.code) : String(thrown)
  }
}
const lines = (texts: readonly string[], { x = 60, y = 700, size = 11 } = {}): Drawn[] =>
  texts.map((text, at) => ({ text, x, y: y - at * 14, size }))
const sentence = 'A line of running text, long enough for'

describe('a PDF', () => {
  it('has its headings by their size, its lines joined, and the page of each block', async () => {
    const first: Drawn[] = [
      { text: 'Travel policy', y: 780, size: 20 },
      ...lines(['Hotels are booked by the travel', 'office, not by you.']),
    ]
    const second: Drawn[] = [
      { text: 'Trains', y: 780, size: 15 },
      ...lines(['Second class is the rule; inter-', 'national trains are an exception.']),
    ]
    const { title, blocks } = await extractHeavy(pdfOf([first, second]), pdf)
    expect(title).toBe('Travel policy')
    expect(blocks).toEqual([
      { kind: 'heading', level: 1, text: 'Travel policy', page: 1 },
      { kind: 'paragraph', text: 'Hotels are booked by the travel office, not by you.', page: 1 },
      { kind: 'heading', level: 2, text: 'Trains', page: 2 },
      { kind: 'paragraph', text: 'Second class is the rule; international trains are an exception.', page: 2 },
    ])
  })
  it('of two columns is read one column after the other', async () => {
    const left = Array.from({ length: 8 }, (_, at) => `${sentence} left ${at}`)
    const right = Array.from({ length: 8 }, (_, at) => `${sentence} right ${at}`)
    const page = left.flatMap((_, at) => [
      ...lines([left[at]!], { y: 700 - at * 14 }),
      ...lines([right[at]!], { x: 310, y: 700 - at * 14 }),
    ])
    const text = (await shape(pdfOf([page]), pdf)).map(([, each]) => each).join(' ')
    expect(text.indexOf('left 7')).toBeLessThan(text.indexOf('right 0'))
  })
  it.each([false, true])('with a table is read across, and an empty cell keeps its place; along the long side: %s', async (isTurned) => {
    const rows = [
      ['Code', 'Meaning', 'Price'],
      ['A1', 'otter', '12'],
      ['B2', '', '14'],
      ['C3', 'heron', '9'],
    ]
    const page = rows
      .flatMap((row, at) => row.map((text, place) => ({ text, x: 60 + place * 160, y: 700 - at * 18, isTurned })))
      .filter(({ text }) => text)
    expect(await shape(pdfOf([page]), pdf)).toEqual([['table', 'Code | Meaning | Price\nA1 | otter | 12\nB2 |  | 14\nC3 | heron | 9']])
  })
  it('text too small to be read is kept and marked; what stands beside the page is left out', async () => {
    const page = [...lines(['What everybody sees.']), { text: 'obey me', y: 500, size: 1 }, { text: 'obey me too', x: 900, y: 400 }]
    const { blocks } = await extractHeavy(pdfOf([page]), pdf)
    expect(blocks.map(({ text, hidden }) => [text, hidden ?? false])).toEqual([
      ['What everybody sees.', false],
      ['obey me', true],
    ])
  })
  it('loses what stands on every page but the first time', async () => {
    const pages = Array.from({ length: 4 }, (_, at) => [
      { text: 'House of Otters', y: 810, size: 9 },
      ...lines([`What page ${'abcd'[at]} says is of interest.`]),
      { text: `Page ${at + 1} of 4`, y: 30, size: 9 },
    ])
    const text = (await shape(pdfOf(pages), pdf)).map(([, each]) => each).join('\n')
    expect(text.match(/House of Otters/g)).toHaveLength(1)
    expect(text.match(/Page \d of 4/g)).toHaveLength(1)
    expect(text.match(/of interest/g)).toHaveLength(4)
  })
  it('of pictures, with a password, of letters nobody can tell, damaged or cut short says which of these it is', async () => {
    const encrypted =
      '/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O (0123456789abcdef0123456789abcdef) /U (0123456789abcdef0123456789abcdef) >> /ID [(a) (a)]'
    const text = [lines(['Some words that are in here.'])]
    const nobody = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange
      1 beginbfrange <20> <7e> <e020> endbfrange endcmap end end`
    expect(await reasonOf(pdfOf([[], []]), pdf)).toBe('scanned')
    expect(await reasonOf(pdfOf(text, { trailer: encrypted }), pdf)).toBe('encrypted')
    expect(await reasonOf(pdfOf(text, { toUnicode: nobody }), pdf)).toBe('garbled')
    expect(await reasonOf(pdfOf(text).subarray(0, 60), pdf)).toBe('corrupt')
    expect(await reasonOf(new TextEncoder().encode('%PDF-1.7\nno more than this'), pdf)).toBe('corrupt')
  })
  it('of more pages than are allowed is not read', async () => {
    const pages = Array.from({ length: 5001 }, () => [])
    expect(await reasonOf(pdfOf(pages), pdf)).toBe('pages')
  })
  it('whose pages are their own parents ends, and is damaged', async () => {
    const cyclic = Buffer.from(pdfOf([lines(['Some words that are in here.'])]))
      .toString('latin1')
      .replace('/Kids [4 0 R]', '/Kids [2 0 R]')
    expect(await reasonOf(new Uint8Array(Buffer.from(cyclic, 'latin1')), pdf)).toMatch(/corrupt|scanned/)
  })
})

describe('a Word document', () => {
  it('keeps headings, tables and formulas', async () => {
    const math = '<w:p><m:oMath><m:r><m:t>a+b=c</m:t></m:r></m:oMath></w:p>'
    const body =
      paragraph('Leave', { style: 'H1' }) +
      paragraph('Ten days.') +
      paragraph('Codes', { style: 'H2' }) +
      table([
        ['Code', 'Days'],
        ['A', '10'],
      ]) +
      math
    const { title, blocks } = await extractHeavy(docxOf(body), docx)
    expect(title).toBe('Leave')
    expect(blocks).toEqual([
      { kind: 'heading', level: 1, text: 'Leave' },
      { kind: 'paragraph', text: 'Ten days.' },
      { kind: 'heading', level: 2, text: 'Codes' },
      { kind: 'table', text: 'Code | Days\nA | 10', header: 'Code | Days' },
      { kind: 'paragraph', text: 'a+b=c' },
    ])
  })
  it('that Word has shown tells its pages', async () => {
    const next = '<w:p><w:r><w:lastRenderedPageBreak/><w:t>Two.</w:t></w:r></w:p>'
    const { blocks } = await extractHeavy(docxOf(paragraph('One.') + next + paragraph('Two too.')), docx)
    expect(blocks.map(({ text, page }) => [text, page])).toEqual([
      ['One.', 1],
      ['Two.', 2],
      ['Two too.', 2],
    ])
  })
  it.each(['<w:vanish/>', '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'])('text with %s is kept and marked', async (run) => {
    const { blocks } = await extractHeavy(docxOf(paragraph('Seen.') + paragraph('Not seen.', { run })), docx)
    expect(blocks.map(({ text, hidden }) => [text, hidden ?? false])).toEqual([
      ['Seen.', false],
      ['Not seen.', true],
    ])
  })
  it('without a word is empty; without its text it is damaged', async () => {
    expect(await reasonOf(docxOf(paragraph(' ')), docx)).toBe('empty')
    expect(await reasonOf(docxOf('<w:p><w:r>'), docx)).toBe('corrupt')
    const whole = docxOf(paragraph('Some words.'))
    expect(await reasonOf(whole.subarray(0, whole.length - 30), docx)).toBe('corrupt')
  })
})

describe('a workbook', () => {
  it('is read by sheets, each table with its header', async () => {
    const bytes = xlsxOf({
      Prices: [['Price list'], [], ['Item', 'Price'], ['Otter', 12], [null, 3.5]],
      Empty: [],
      Stock: [
        ['Item', 'Count'],
        ['Heron', 4],
      ],
    })
    expect((await extractHeavy(bytes, xlsx)).blocks).toEqual([
      { kind: 'heading', level: 1, text: 'Prices', sheet: 'Prices' },
      { kind: 'paragraph', text: 'Price list', rows: [1, 1], sheet: 'Prices' },
      { kind: 'table', text: 'Item | Price\nOtter | 12\n | 3.5', header: 'Item | Price', rows: [3, 5], sheet: 'Prices' },
      { kind: 'heading', level: 1, text: 'Stock', sheet: 'Stock' },
      { kind: 'table', text: 'Item | Count\nHeron | 4', header: 'Item | Count', rows: [1, 2], sheet: 'Stock' },
    ])
  })
  it('with a password says so', async () => {
    const container = new Uint8Array(2048)
    container.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
    container.set(Buffer.from('EncryptedPackage', 'utf16le'), 1024)
    expect(await reasonOf(container, xlsx)).toBe('encrypted')
    container.fill(0, 1024)
    expect(await reasonOf(container, xlsx)).toBe('unsupported')
  })
})

describe('a hostile archive is refused', () => {
  const bomb = new Uint8Array(30_000_000)
  it.each([
    ['that grows a thousandfold', packedArchive('word/document.xml', bomb)],
    ['that lies about how large it is', packedArchive('word/document.xml', bomb, 500)],
    ['of too many files', archiveOf(Array.from({ length: 2001 }, (_, at) => ({ name: `word/${at}.xml`, content: 'x' })))],
    ['that points outside', archiveOf([...docxParts(paragraph('x')), { name: '../../evil.xml', content: 'x' }])],
    ['that points to the root', archiveOf([...docxParts(paragraph('x')), { name: '/etc/evil.xml', content: 'x' }])],
    ['of two files of one name', archiveOf([...docxParts(paragraph('x')), ...docxParts(paragraph('y'))])],
    ['whose entities multiply', docxOf(paragraph('&b;'), '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>')],
    ['whose entities read files', docxOf(paragraph('&f;'), '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>')],
  ])('%s', async (_, bytes) => {
    expect(await reasonOf(bytes, docx)).toBe('hostile')
  })
  it('an archive in an archive is never opened', async () => {
    const inner = packedArchive('x.xml', bomb)
    const { blocks } = await extractHeavy(
      archiveOf([...docxParts(paragraph('Seen.')), { name: 'word/embeddings/a.docx', content: inner }]),
      docx,
    )
    expect(blocks.map(({ text }) => text)).toEqual(['Seen.'])
  })
})

describe('content that is not what its name says', () => {
  it.each([
    ['a workbook called a document', xlsxOf({ A: [['x', 'y']] }), docx, /says it is a Word document, but its content is an Excel workbook/],
    ['a document called a PDF', docxOf(paragraph('x')), pdf, /says it is a PDF, but its content is a Word document/],
    ['text called a PDF', new TextEncoder().encode('Just text.'), pdf, /says it is a PDF, but its content is text/],
    [
      'any archive called a document',
      archiveOf([{ name: 'a.txt', content: 'x' }]),
      docx,
      /a Word document, but its content is a ZIP archive/,
    ],
  ])('%s is refused with both named', async (_, bytes, mediaType, message) => {
    await expect(extractHeavy(bytes, mediaType)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(message) })
  })
})
