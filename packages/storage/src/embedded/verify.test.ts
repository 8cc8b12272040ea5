import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AuditReport } from '@gatehouse/contracts'
import { uuidv7 } from '@gatehouse/kernel'
import { describe, expect, test, vi } from 'vitest'
import { hashOf } from '../audit/links.ts'
import { callOf, writeCall } from '../conformance/conformance.ts'
import { verifyAudit } from '../verify-audit.ts'
import { Place } from './fixtures/open.ts'

/** A store with six events, a batch of three calls, and a signed end. */
async function filled(place: Place): Promise<void> {
  await using store = await place.open()
  for (let at = 0; at < 6; at++) await store.audit.append({ at, project: 'default', actor: 'user:ada', action: `test.${at}` })
  await Promise.all([1, 2, 3].map((at) => writeCall(store, callOf({ id: uuidv7(at) }))))
}

/** Changes the file behind the store's back. */
function tamper(place: Place, sql: string): void {
  const database = new DatabaseSync(join(place.directory, 'store.db'))
  database.exec('PRAGMA foreign_keys=OFF')
  database.exec(sql)
  database.close()
}

const kinds = ({ problems }: AuditReport) => [...new Set(problems.map(({ kind }) => kind))].sort()
const verify = (place: Place) => verifyAudit(place)

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('verifying the audit finds', () => {
  test('nothing wrong with what nobody touched, also while the server runs', async () => {
    using place = new Place()
    await filled(place)
    await using store = await place.open()
    await store.audit.append({ at: 9, project: 'default', actor: 'system', action: 'test.live' })
    const report = verify(place)
    expect(report).toMatchObject({ intact: true, problems: [], batches: 1 })
    expect(report.chains.map(({ records }) => records)).toEqual([7, 1])
  })

  const cases: [what: string, sql: string, expected: string[]][] = [
    ['a changed record', `UPDATE audit SET body = replace(body, 'test.2', 'test.9') WHERE sequence = 3`, ['edit']],
    ['a deleted record', 'DELETE FROM audit WHERE sequence = 3', ['gap']],
    ['a deleted beginning', 'DELETE FROM audit WHERE sequence <= 2', ['gap']],
    [
      'two records that changed places',
      'UPDATE audit SET sequence = CASE sequence WHEN 2 THEN 103 ELSE 102 END WHERE sequence IN (2, 3); UPDATE audit SET sequence = sequence - 100 WHERE sequence > 100',
      ['edit', 'fork'],
    ],
    ['a cut end', 'DELETE FROM audit WHERE sequence >= 5', ['truncation']],
    ['a whole chain that is gone', 'DELETE FROM audit; DELETE FROM batch', ['batch', 'truncation']],
    ['a changed call', `UPDATE call SET line = replace(line, '200', '500'), status = 500 WHERE position = 1`, ['batch']],
    ['a changed column of a call', `UPDATE call SET "end" = 'blocked' WHERE position = 1`, ['batch']],
    ['a deleted call', 'DELETE FROM call WHERE position = 1', ['batch']],
    ['calls that changed places', 'UPDATE call SET position = 2 - position', ['batch']],
    [
      'a call that was slipped in',
      `INSERT INTO call SELECT 'x', project, parent, at, consumer, user, target, operation, "end", status, error, duration, input_tokens, output_tokens, 99, 0, line FROM call LIMIT 1`,
      ['batch'],
    ],
  ]
  test.each(cases)('%s', async (_, sql, expected) => {
    using place = new Place()
    await filled(place)
    tamper(place, sql)
    const report = verify(place)
    expect(report.intact).toBe(false)
    expect(kinds(report)).toEqual(expected)
  })

  test('a chain written anew from some record on, hashes and all', async () => {
    using place = new Place()
    await filled(place)
    const database = new DatabaseSync(join(place.directory, 'store.db'))
    const rows = database.prepare('SELECT sequence, previous, body FROM audit ORDER BY sequence').all() as {
      sequence: number
      previous: string
      body: string
    }[]
    let previous = rows[2]!.previous
    for (const { sequence, body } of rows.slice(2)) {
      const changed = body.replace('test.2', 'test.9')
      const hash = hashOf(previous, changed)
      database.prepare('UPDATE audit SET previous = ?, hash = ?, body = ? WHERE sequence = ?').run(previous, hash, changed, sequence)
      previous = hash
    }
    database.exec('DELETE FROM audit_head')
    database.close()
    expect(kinds(verify(place))).toEqual(['fork'])
  })

  test('a head signed with another key, or changed', async () => {
    using place = new Place()
    await filled(place)
    const heads = readFileSync(place.headsFile, 'utf8')
    writeFileSync(place.headsFile, heads.replace(/"sequence":\d+/, '"sequence":3'))
    expect(kinds(verify(place))).toContain('head')
    writeFileSync(place.headsFile, heads)
    expect(verify(place).intact).toBe(true)
    expect(
      kinds(verifyAudit({ ...place, directory: place.directory, headsFile: place.headsFile, masterKey: Buffer.alloc(32, 7) })),
    ).toContain('head')
  })

  test('what a writer wrote after its last head, once another has signed for it', async () => {
    using place = new Place()
    await filled(place)
    // as if it had died before it signed
    const database = new DatabaseSync(join(place.directory, 'store.db'))
    database.exec('DELETE FROM audit_head')
    database.close()
    writeFileSync(place.headsFile, '')
    await (await place.open())[Symbol.asyncDispose]()
    tamper(place, 'DELETE FROM audit WHERE sequence >= 6')
    expect(kinds(verify(place))).toContain('truncation')
  })
})
