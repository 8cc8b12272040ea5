import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '@gatehouse/server'
import { createEmbeddedStore, loadMasterKey } from '@gatehouse/storage'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-undeclared-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const place = () => ({ data: join(folder, 'data'), home: join(folder, 'home') })

async function startOnce(sample?: string): Promise<void> {
  const server = await startServer({
    ...{ ...place(), host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0 },
    ...(sample === undefined ? {} : { sample }),
    environment: { GATEHOUSE_LOG: 'silent' },
  })
  await server.synced
  await server.close()
}

async function held() {
  const { data, home } = place()
  const masterKey = loadMasterKey({ environment: {}, configDirectory: home, dataDirectory: data })
  const store = await createEmbeddedStore({ directory: data, masterKey, headsFile: join(home, 'heads.jsonl') })
  const [base] = await store.resources.list('KnowledgeBase')
  const found = {
    id: base?.id,
    documents: base && (await store.search.counts(base.id)).documents,
    groups: (await store.resources.list('Group')).length,
  }
  await store[Symbol.asyncDispose]()
  return found
}

test('a start that no longer declares a knowledge base keeps it with its documents, and the next that does finds them again', async () => {
  const sample = join(import.meta.dirname, '../../examples/handbook')
  await startOnce(sample)
  const before = await held()
  expect(before).toMatchObject({ documents: 44, groups: expect.any(Number) })

  await startOnce()
  expect(await held()).toEqual({ ...before, groups: 0 }) // what holds nothing goes, as declared

  await startOnce(sample)
  expect(await held()).toEqual(before)
})
