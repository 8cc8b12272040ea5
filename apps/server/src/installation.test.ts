import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadMasterKey } from '@gatehouse/storage'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installation } from './installation.ts'
import { parseOptions } from './options.ts'
import { openStore } from './seed.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-installation-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a backup is in the audit where nobody else has the store open, and works without the record where somebody has', async () => {
  const options = parseOptions(['--data', join(folder, 'data'), '--home', join(folder, 'home')], {})
  const backUp = (name: string) =>
    installation.backUp(options, {
      to: join(folder, name),
      program: '1.2.3',
      masterKey: loadMasterKey({ environment: {}, configDirectory: options.home, dataDirectory: options.data }),
      progress: () => {},
    })
  const store = await openStore(options)
  expect(await backUp('during')).toMatchObject({ recorded: false })
  await store[Symbol.asyncDispose]()
  const made = await backUp('after')
  expect(made.recorded).toBe(true)
  await using again = await openStore(options)
  const { items } = await again.audit.list({ action: 'store.backup' })
  expect(items).toMatchObject([{ actor: 'system', object: `backup/${made.manifest.id}`, at: made.manifest.at }])
  expect((await again.audit.verify()).intact).toBe(true)
})
