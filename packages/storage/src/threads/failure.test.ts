import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { Failure, toPlain } from './failure.ts'

const thrownBy = (work: () => void): unknown => {
  try {
    work()
  } catch (thrown) {
    return thrown
  }
  return undefined
}

test('a full disk is overloaded', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE t(a); PRAGMA max_page_count=3')
  const thrown = thrownBy(() => database.exec('INSERT INTO t VALUES (zeroblob(100000))'))
  expect(toPlain(thrown)).toMatchObject({ code: 'overloaded', message: 'the disk of the store is full' })
  expect(toPlain(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toMatchObject({ code: 'overloaded' })
})

test('what was thrown on purpose keeps its code, and the unknown is ours', () => {
  expect(toPlain(new Failure('conflict', 'no', { version: 2 }))).toEqual({ code: 'conflict', message: 'no', details: { version: 2 } })
  expect(toPlain('odd')).toMatchObject({ code: 'internal', message: 'the store failed: odd' })
})
