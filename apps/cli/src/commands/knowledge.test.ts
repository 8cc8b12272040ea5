import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesAt } from '../ingest.ts'
import { run } from '../run.ts'
import { scriptedTerminal } from '../scripted-terminal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  mkdirSync(join(folder, 'inner'))
  for (const name of ['b.md', 'a.txt', 'inner/c.html', 'picture.png']) writeFileSync(join(folder, name), `content of ${name}`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const environment = { GATEHOUSE_TOKEN: 't', GATEHOUSE_HOME: '/nowhere' }
const document = (id: string, fields: object) => ({ id, status: 'completed', segments: 3, quarantined: 0, ...fields })

test('of a folder the files of a known kind are taken; a file that is named is taken whatever it is', () => {
  expect(filesAt(folder).map(({ name, place }) => [name, place])).toEqual([
    ['a.txt', `${basename(folder)}/a.txt`],
    ['b.md', `${basename(folder)}/b.md`],
    ['c.html', `${basename(folder)}/inner/c.html`],
  ])
  expect(filesAt(join(folder, 'picture.png')).map(({ name }) => name)).toEqual(['picture.png'])
  expect(() => filesAt(join(folder, 'nothing'))).toThrow('there is no file or folder')
})

test('ingest uploads each file with its access and waits until it can be found', async () => {
  let looks = 0
  const terminal = scriptedTerminal({
    environment,
    replies: {
      'POST /api/bases/hr/documents': document('d1', { status: 'waiting', segments: 0, outcome: 'replaced' }),
      'GET /api/documents/d1': () => document('d1', { status: ++looks < 3 ? 'indexing' : 'completed' }),
    },
  })
  expect(await run(['kb', 'ingest', join(folder, 'b.md'), '--base', 'hr', '--access', 'group:people,user:mara'], terminal)).toBe(0)
  expect(terminal.sent[0]?.path).toBe('/api/bases/hr/documents?name=b.md&path=b.md&access=group%3Apeople%2Cuser%3Amara')
  expect(Buffer.from(terminal.sent[0]?.body as Uint8Array).toString()).toBe('content of b.md')
  expect(looks).toBe(3)
  expect(terminal.written.out).toMatch(/b\.md +new version +completed +3 +0 +d1/)
})

test('what a folder has of other kinds is named, hidden files aside', async () => {
  writeFileSync(join(folder, 'inner/.hidden'), '')
  const terminal = scriptedTerminal({ environment, replies: { 'POST /api/bases/hr/documents': document('d', {}) } })
  expect(await run(['kb', 'ingest', folder, '--base', 'hr'], terminal)).toBe(0)
  expect(terminal.written.err).toContain('1 file of other kinds left out: picture.png\n')
})

test('a file that fails is told with its reason and ends with 1; the others are in', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: {
      'POST /api/bases/hr/documents': ({ path }) =>
        path.includes('a.txt')
          ? Response.json({ code: 'invalid_request', message: 'the file is empty' }, { status: 400 })
          : document('d', {}),
    },
  })
  expect(await run(['kb', 'ingest', folder, '--base', 'hr', '-o', 'json'], terminal)).toBe(1)
  const rows = JSON.parse(terminal.written.out) as { status: string; error?: string }[]
  expect(rows.map(({ status }) => status)).toEqual(['error', 'completed', 'completed'])
  expect(rows[0]?.error).toBe('invalid_request: the file is empty')
})

test('who may not upload is told once, and no other file is sent', async () => {
  const forbidden = () => Response.json({ code: 'forbidden', message: 'your roles do not allow this' }, { status: 403 })
  const terminal = scriptedTerminal({ environment, replies: { 'POST /api/bases/hr/documents': forbidden } })
  expect(await run(['kb', 'ingest', folder, '--base', 'hr'], terminal)).toBe(3)
  expect(terminal.sent).toHaveLength(1)
})

test('a document that never gets ready ends the wait', async () => {
  const terminal = scriptedTerminal({
    environment,
    replies: {
      'POST /api/bases/hr/documents': document('d', { status: 'waiting' }),
      'GET /api/documents/d': document('d', { status: 'indexing' }),
    },
  })
  expect(await run(['kb', 'ingest', join(folder, 'b.md'), '--base', 'hr'], terminal)).toBe(1)
  expect(terminal.written.err).toContain('timeout')
})

test('search shows passages, masks, and how much was withheld', async () => {
  const passage = { readable: true, title: 'Leave', headings: ['Carry over'], text: 'Six days.', current: true, reference: {} }
  const found = {
    bases: [],
    used: [
      { n: 1, score: 0.91, passage },
      { n: 2, score: 0.5, passage: { readable: false } },
    ],
    left: [],
    withheld: 1,
    weak: false,
    took: 1500,
    asUser: 'bram',
    principals: ['user:bram'],
    nearest: [],
    vectors: { model: 'm', skipped: 'the vendor cannot be reached', took: 10 },
  }
  const terminal = scriptedTerminal({ environment, replies: { 'POST /api/bases/hr/search': found } })
  expect(await run(['kb', 'search', '-q', 'leave', '--base', 'hr', '--as-user', 'bram', '--limit', '4'], terminal)).toBe(0)
  expect(terminal.sent[0]?.body).toEqual({ query: 'leave', asUser: 'bram', topK: 4 })
  expect(terminal.written.out).toContain('[1] 0.910  Leave › Carry over\n    Six days.')
  expect(terminal.written.out).toContain('[2] 0.500  a document you may not read')
  expect(terminal.written.out).toContain('1 document withheld from bram')
  expect(terminal.written.out).toContain('found by words only: the vendor cannot be reached')
})

test('a limit that is no number is refused before anything is sent', async () => {
  const terminal = scriptedTerminal({ environment })
  expect(await run(['kb', 'search', '-q', 'x', '--base', 'hr', '--limit', 'many'], terminal)).toBe(1)
  expect(terminal.sent).toEqual([])
})
