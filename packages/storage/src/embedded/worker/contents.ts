import type { CallContent } from '@gatehouse/contracts'
import { unseal } from '../../keys/sealing.ts'
import type { Reading, Writing } from './context.ts'

export interface SealedContent {
  readonly call: string
  readonly at: number
  readonly dataKey: number
  readonly body: Uint8Array
}

export const contentReads = {
  'contents.get': (context: Reading, call: string): CallContent | undefined => {
    const row = context.database.get<{ data_key: number | null; body: Uint8Array | null }>(
      'SELECT data_key, body FROM call_content WHERE call = ?',
      call,
    )
    const key = row?.data_key && context.dataKeys.get(row.data_key)
    return key && row?.body ? JSON.parse(unseal(key, row.body, `content ${call}`).toString()) : undefined
  },
}

export const contentWrites = {
  /** For the content worker. */
  'contents.keys': (context: Writing, people: readonly { person: string; at: number }[]): { id: number; key: Uint8Array }[] =>
    people.map(({ person, at }) => {
      const { id, key } = context.dataKeys.ensure(person, at)
      return { id, key: Uint8Array.from(key) } // not a view of a shared pool
    }),
  /** Leaves out what was sealed with a key destroyed meanwhile; returns those calls. */
  'contents.put': ({ database }: Writing, contents: readonly SealedContent[]): string[] =>
    contents
      .filter(
        ({ call, at, dataKey, body }) =>
          database.run(
            'INSERT OR IGNORE INTO call_content(call, at, data_key, body) SELECT ?, ?, id, ? FROM data_key WHERE id = ?',
            ...[call, at, body, dataKey],
          ) === 0,
      )
      .map(({ call }) => call),
  /** Says that there was content and that it was lost: never silent. */
  'contents.lost': ({ database }: Writing, calls: readonly { call: string; at: number }[]): void => {
    for (const { call, at } of calls) database.run('INSERT OR IGNORE INTO call_content(call, at) VALUES (?, ?)', call, at)
  },
  'contents.erase': ({ database }: Writing, person: string): number => database.run('DELETE FROM data_key WHERE person = ?', person),
}
