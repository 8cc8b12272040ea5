import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceItem } from '@gatehouse/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createConnector } from './connectors.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
  await mkdir(join(folder, 'documents/deep'), { recursive: true })
  await writeFile(join(folder, 'documents/a.md'), '# A')
  await writeFile(join(folder, 'documents/deep/b.txt'), 'B')
  await writeFile(join(folder, 'documents/.hidden'), 'x')
  await writeFile(join(folder, 'secret.txt'), 'x')
  await symlink(join(folder, 'secret.txt'), join(folder, 'documents/link.txt'))
  await writeFile(
    join(folder, 'manifest.yaml'),
    'documents:\n  - path: deep/b.txt\n    title: Bee\n    language: en\n    access: ["group:people"]\n    supersededBy: a.md\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))

const itemsOf = async (config: unknown) => {
  const items: SourceItem[] = []
  for await (const item of createConnector('connector.files', config).items()) items.push(item)
  return items
}

it('reads a folder with what the manifest one level up says; hidden files and links are left out', async () => {
  const items = await itemsOf({ path: join(folder, 'documents') })
  expect(items.map(({ path }) => path)).toEqual(['a.md', 'deep/b.txt'])
  expect(items[1]).toMatchObject({ title: 'Bee', language: 'en', principals: ['group:people'], metadata: { supersededBy: 'a.md' } })
  expect(items[0]!.principals).toBeUndefined()
  expect(new TextDecoder().decode(await items[1]!.read())).toBe('B')
})
it('a folder that is not there is named as the reason, not shown as empty', async () => {
  await expect(itemsOf({ path: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'not_found' })
})
it('a wrong access label in the manifest stops the whole source: half an access list is worse than none', async () => {
  const wrong = join(folder, 'wrong.yaml')
  await writeFile(wrong, 'documents:\n  - path: a.md\n    access: ["everybody"]\n')
  await expect(itemsOf({ path: join(folder, 'documents'), manifest: wrong })).rejects.toMatchObject({ code: 'invalid_request' })
})
it('a mistyped setting is refused', () => {
  expect(() => createConnector('connector.files', { folder: 'x' })).toThrow(/path/)
})
