import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asApplied, readDeclared } from './configuration.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const keep = (name: string, text: string) => writeFileSync(join(folder, name), text)
const group = (name: string, extra = '') =>
  `apiVersion: gatehouse/v1\nkind: Group\nmetadata: { name: ${name} }\nspec: { title: One${extra} }\n`

test('several documents of several files are read, and empty ones do no harm', async () => {
  keep('a.yaml', `${group('one')}---\n---\n${group('two')}`)
  mkdirSync(join(folder, 'more'))
  keep('more/b.yml', group('three'))
  expect((await readDeclared(folder)).map(({ name }) => name)).toEqual(['one', 'two', 'three'])
})

test('everything that is wrong is told at once: file, document, field and the nearest right name', async () => {
  keep('a.yaml', `${group('one')}---\n${group('two', ', titel: x')}`)
  keep('b.yaml', 'kind: [')
  keep('c.yaml', group('one'))
  const refused = await readDeclared(folder).catch((thrown: Error) => thrown.message)
  expect(refused).toContain('a.yaml#2 spec: unknown field "titel"; did you mean "title"?')
  expect(refused).toMatch(/b\.yaml#1: /)
  expect(refused).toContain('Group/default/one: is declared twice')
})

test('a path that is not there is said to be missing', async () => {
  await expect(readDeclared(join(folder, 'nothing'))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('no such file'),
  })
})

test('a folder of documents and its manifest count from the file that names them', async () => {
  keep(
    'base.yaml',
    'apiVersion: gatehouse/v1\nkind: KnowledgeBase\nmetadata: { name: docs }\nspec: { sources: [{ use: connector.files, config: { path: texts, manifest: rights.yaml } }] }\n',
  )
  const [base] = await readDeclared(join(folder, 'base.yaml'))
  expect(base?.spec).toMatchObject({
    sources: [{ config: { path: join(folder, 'texts'), manifest: join(folder, 'rights.yaml') } }],
  })
})

test('what the store would hold keeps what people manage and drops what no file declares any more', async () => {
  keep('a.yaml', group('one'))
  const declared = await readDeclared(folder)
  const present = (name: string, managedBy: 'file' | 'console') => ({
    ...declared[0]!,
    ...{ id: name, name, managedBy, version: 3, createdAt: 1, updatedAt: 1 },
  })
  const held = asApplied([present('gone', 'file'), present('mine', 'console')], declared)
  expect(held.map(({ name, managedBy }) => `${name} ${managedBy}`)).toEqual(['mine console', 'one file'])
})
