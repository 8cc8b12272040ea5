import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Metadata, specs } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

const folder = join(import.meta.dirname, '../../../deploy/example')
const { readDeclared } = await import('@gatehouse/server')

interface Declared {
  readonly kind: keyof typeof specs
  readonly metadata: { readonly name: string }
  readonly spec: object
}
const documentsOf = (file: string) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((one) => one.toJS() as Declared)

test('the example configuration is in order as it stands', async () => {
  const declared = await readDeclared(folder)
  expect(declared.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
    'App/handbook',
    'Consumer/intranet',
    'Group/office',
    'KnowledgeBase/handbook',
    'Provider/quoting',
    'Route/assistant',
    'User/ilse',
  ])
})

test('the folder and the manifest it names are there', async () => {
  const bases = (await readDeclared(folder)).filter(({ kind }) => kind === 'KnowledgeBase')
  const paths = bases.flatMap(({ spec }) =>
    specs.KnowledgeBase.parse(spec).sources.flatMap(({ config }) => [config.path, config.manifest].map(String)),
  )
  expect(paths).toHaveLength(2)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('it starts without a key: nothing in it refers to a secret', () => {
  for (const file of globSync('*.yaml', { cwd: folder })) expect(JSON.stringify(documentsOf(file)), file).not.toMatch(/"(env|file|store):/)
})

test('the files to be copied are in order too', () => {
  const examples = globSync('*.example', { cwd: folder })
  expect(examples).toHaveLength(2)
  for (const { kind, metadata, spec } of examples.flatMap(documentsOf)) {
    expect(Metadata.safeParse(metadata).success).toBe(true)
    expect(specs[kind].safeParse(spec).error).toBeUndefined()
  }
})

test('every document the manifest opens is there, and every document is in the manifest', () => {
  const [manifest] = parseAllDocuments(readFileSync(join(folder, 'documents.manifest'), 'utf8')).map(
    (one) => one.toJS() as { documents: object },
  )
  expect(Object.keys(manifest!.documents).sort()).toEqual(globSync('*.md', { cwd: join(folder, 'documents') }).sort())
})
