import { expect, test } from 'vitest'
import type { Database } from './database.ts'
import { migrate } from './migrations.ts'

/** A server that says this of itself, and fails what would change it. */
const serverOf = (settings: object, meta: object = {}) =>
  ({
    get: async (sql: string) => (sql.includes('server_version_num') ? settings : sql.includes('to_regclass') ? { there: false } : meta),
    run: async () => {
      throw Object.assign(new Error('refused'), meta)
    },
  }) as unknown as Database // what `migrate` asks of it before it changes anything

const fine = { version: 160_014, encoding: 'UTF8', commit: 'on' }

test.each([
  ['an old server', { ...fine, version: 150_009 }, {}, 'this is PostgreSQL 15: 16 is the oldest that works'],
  ['a database in another encoding', { ...fine, encoding: 'LATIN1' }, {}, 'make one in UTF8'],
  ['a server that acknowledges what it may lose', { ...fine, commit: 'off' }, {}, 'synchronous_commit is off'],
  ['a server without pgvector', fine, { code: '0A000' }, 'install the package pgvector'],
  ['a user who may not set it up', fine, { code: '42501' }, 'let an administrator run CREATE EXTENSION vector'],
])('%s is refused in words that say what to do', async (_, settings, meta, message) => {
  await expect(migrate(serverOf(settings, meta))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(message),
  })
})
