import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { createChildReader } from './child-reader.ts'
import { docxOf, paragraph, pdfOf, xlsxOf } from './fixtures/files.ts'
import { docx, pdf, xlsx } from './media-types.ts'
import { createReader } from './reader.ts'
import { createThreadReader, timeFor } from './thread-reader.ts'

const reader = createReader()
afterAll(() => reader.close())
const splitting = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 } as const
const work = (text: string, name = 'a.md') => ({ bytes: new TextEncoder().encode(text), name, mediaType: 'text/markdown', splitting })

it('files are read in a thread, many at once, each with its own answer', async () => {
  const read = await Promise.all(Array.from({ length: 40 }, (_, at) => reader.prepare(work(`# T${at}\n\nText ${at}.`))))
  expect(read.map(({ title }) => title)).toEqual(Array.from({ length: 40 }, (_, at) => `T${at}`))
})
it('a file that cannot be read fails alone and says why', async () => {
  const [bad, good] = await Promise.allSettled([reader.prepare(work('   ')), reader.prepare(work('Text.'))])
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } })
  expect(good.status).toBe('fulfilled')
})
it('a file that takes too long fails, and the next is read by a new thread', async () => {
  const hasty = createReader({ milliseconds: 1 })
  const nested = `${'> '.repeat(3000)}x\n`.repeat(300)
  await expect(hasty.prepare(work(nested))).rejects.toMatchObject({ code: 'too_large' })
  await hasty.close()
})
it('of several files read together the one that works too long fails, and the others are read', async () => {
  const own = createThreadReader({ milliseconds: () => 120_000, working: 300, megabytes: 512, files: 32 })
  const nested = `${'> '.repeat(3000)}x\n`.repeat(300)
  const [slow, first, second] = await Promise.allSettled([nested, '# A', '# B'].map((text) => own.prepare(work(text))))
  expect(slow).toMatchObject({ status: 'rejected', reason: { details: { reason: 'slow' } } })
  expect([first, second]).toMatchObject([{ value: { title: 'A' } }, { value: { title: 'B' } }])
  await own.close()
})
it('a process that works too long is ended, whatever the clock says', async () => {
  const own = createChildReader({ milliseconds: 120_000, working: 100, megabytes: 512 })
  await expect(own.prepare(heavy(sheetOf(60_000), xlsx))).rejects.toMatchObject({ details: { reason: 'slow' } })
  await own.close()
})
it('a small file may take a part of the time a large one may, and none takes longer than the longest', () => {
  expect([0, 200_000, 4_000_000, 8_000_000, 50_000_000].map((bytes) => timeFor(bytes, 60_000))).toEqual([
    10_000, 11_500, 40_000, 60_000, 60_000,
  ])
})
it('after closing nothing is taken any more', async () => {
  const closed = createReader()
  await closed.close()
  await expect(closed.prepare(work('x'))).rejects.toMatchObject({ code: 'overloaded' })
})

const heavy = (bytes: Uint8Array, mediaType: string) => ({ bytes, name: 'a', mediaType, splitting })
const otter = docxOf(paragraph('Otter', { style: 'H1' }) + paragraph('It sleeps.'))

it('PDF, Word and Excel files are read in a process, one after the other, and what fails fails alone', async () => {
  const page = [{ text: 'A heron stands in the water.', y: 700 }]
  const [document, workbook, bad, paged] = await Promise.allSettled([
    reader.prepare(heavy(otter, docx)),
    reader.prepare(heavy(xlsxOf({ A: [['Heron', 'stands']] }), xlsx)),
    reader.prepare(heavy(pdfOf([[]]), pdf)),
    reader.prepare(heavy(pdfOf([page]), pdf)),
  ])
  expect(document).toMatchObject({ value: { title: 'Otter', text: 'Otter\n\nIt sleeps.' } })
  expect(workbook).toMatchObject({ value: { text: 'A\n\nHeron | stands' } })
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'unsupported', details: { reason: 'scanned' } } })
  expect(paged).toMatchObject({ value: { pieces: [{ place: { pages: [1, 1] } }] } })
})

const sheetOf = (rows: number) =>
  xlsxOf({ A: Array.from({ length: rows }, (_, at) => [`row ${at} of a long sheet`, at, at * 2, `more ${at}`]) })

it('a file that takes too long or too much memory ends its process, and the next file gets a new one', async () => {
  const large = heavy(sheetOf(60_000), xlsx)
  const hasty = createReader({ milliseconds: 1 })
  await expect(hasty.prepare(large)).rejects.toMatchObject({ code: 'too_large', message: expect.stringMatching(/too long/) })
  await hasty.close()
  const small = createReader({ megabytes: 180 })
  const [lost, read] = await Promise.allSettled([small.prepare(large), small.prepare(heavy(otter, docx))])
  expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'too_large', message: expect.stringMatching(/too much memory/) } })
  expect(read.status).toBe('fulfilled')
  await small.close()
})

it('whoever uses the package loads none of the parsers', () => {
  const script = `import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    await import(${JSON.stringify(import.meta.resolve('../index.ts'))})
    console.log(JSON.stringify(loaded.filter((url) => /node_modules/.test(url)).map((url) => /.*node_modules\\/(@[^/]+\\/)?([^/]+)/.exec(url)[2])))`
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', env: {} })
  const packages = new Set(JSON.parse(out) as string[])
  expect(packages).toContain('zod')
  for (const parser of ['pdfjs-dist', 'mammoth', 'read-excel-file', 'csv-parse', 'jszip', 'linkedom'])
    expect(packages).not.toContain(parser)
})

const isLinux = process.platform === 'linux'
const children = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isChild(pid))
function isChild(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('extract/child.ts') && parentOf(pid) === process.pid
  } catch {
    return false
  }
}
const parentOf = (pid: string) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])

it.runIf(isLinux)('the process has no environment, may do nothing but read its program, and goes with the reader', async () => {
  const own = createReader()
  await own.prepare(heavy(otter, docx))
  const [pid, ...others] = children().slice(-1)
  expect(others).toEqual([])
  const names = readFileSync(`/proc/${pid}/environ`, 'latin1')
    .split('\0')
    .map((each) => each.split('=')[0])
    .filter(Boolean)
  expect(names.filter((name) => !/^NODE_(CHANNEL|UNIQUE)/.test(name!))).toEqual([])
  const flags = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
  expect(flags).toContain('--permission')
  expect(
    flags.filter(
      (flag) => /^--allow/.test(flag) && !/^--allow-fs-read=.+(packages\/(knowledge|kernel|contracts)|node_modules)\/$/.test(flag),
    ),
  ).toEqual([])
  const before = children()
  await own.close()
  await expect.poll(() => children().length).toBeLessThan(before.length)
})
