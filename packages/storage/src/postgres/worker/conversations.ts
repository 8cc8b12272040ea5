import { seal } from '../../keys/sealing.ts'
import { type ConversationRow, factsOf, type MessageRow, openConversation, openMessage, type Words } from '../../rows/conversation-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import { Failure } from '../../threads/failure.ts'
import type { ReadsLater, WritesLater } from './context.ts'
import { ensureKey, keyOf, type WithKey } from './data-keys.ts'
import type { Queries } from './database.ts'

const withKey = (table: string) => `SELECT t.*, k.person, k.month, k.wrapped FROM ${table} t LEFT JOIN data_key k ON k.id = t.data_key`
const find = (queries: Queries, id: string) => queries.get<ConversationRow & WithKey>(`${withKey('conversation')} WHERE t.id = $1`, [id])
const findMessage = (queries: Queries, id: string) => queries.get<MessageRow & WithKey>(`${withKey('message')} WHERE t.id = $1`, [id])

export const conversationReads = {
  'conversations.get': async ({ database, keys }, id) => {
    const row = await find(database, id)
    return row && openConversation(row, keyOf(keys, row))
  },
  'conversations.list': async ({ database, keys }, query) => {
    const limit = limitOf(query.limit, 20)
    const [at, id] = await placeOf(database, query.after)
    const rows = await database.all<ConversationRow & WithKey>(
      `${withKey('conversation')} WHERE t.project = $1 AND t.owner = $2 AND ($3::text IS NULL OR t.app = $3) AND (t.updated_at, t.id) < ($4, $5)
        ORDER BY t.updated_at DESC, t.id DESC LIMIT $6`,
      [query.project, query.owner, query.app ?? null, at, id, limit + 1],
    )
    return pageOf(
      rows,
      limit,
      (row) => openConversation(row, keyOf(keys, row)),
      (row) => `${row.updated_at}/${row.id}`,
    )
  },
  /** The newest before a message, oldest first. */
  'conversations.messages': async ({ database, keys }, query) => {
    const before = query.before === undefined ? undefined : await findMessage(database, query.before)
    if (query.before !== undefined && before?.conversation !== query.conversation) return []
    const rows = await database.all<MessageRow & WithKey>(
      `${withKey('message')} WHERE t.conversation = $1 AND (t.at, t.id) < ($2, $3) ORDER BY t.at DESC, t.id DESC LIMIT $4`,
      [query.conversation, before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? '', limitOf(query.limit, 100)],
    )
    return rows.reverse().map((row) => openMessage(row, keyOf(keys, row)))
  },
  'conversations.message': async ({ database, keys }, id) => {
    const row = await findMessage(database, id)
    return row && openMessage(row, keyOf(keys, row))
  },
} satisfies Partial<ReadsLater>

export const conversationWrites = {
  'conversations.put': ({ database, keys }, { id, project, app, owner, name, createdAt, updatedAt }) =>
    database.transaction(async (queries) => {
      const { id: dataKey, key } = await ensureKey(queries, keys, owner, createdAt)
      const changed = await queries.run(
        `INSERT INTO conversation(id, project, app, owner, created_at, updated_at, data_key, name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, data_key = excluded.data_key, name = excluded.name
          WHERE conversation.owner = excluded.owner AND conversation.project = excluded.project`,
        [id, project, app, owner, createdAt, updatedAt, dataKey, seal(key, name, `conversation ${id}`)],
      )
      if (changed === 0) throw new Failure('conflict', 'a conversation keeps its owner and project')
    }),
  'conversations.remove': async ({ database }, id) => (await database.run('DELETE FROM conversation WHERE id = $1', [id])) > 0,
  'conversations.append': ({ database, keys }, message) =>
    database.transaction(async (queries) => {
      const { id, conversation, project, call, at, query, answer, feedback } = message
      const touched = await queries.get<{ owner: string }>(
        'UPDATE conversation SET updated_at = greatest(updated_at, $1) WHERE id = $2 RETURNING owner',
        [at, conversation],
      )
      if (!touched) throw new Failure('not_found', 'no such conversation')
      const { id: dataKey, key } = await ensureKey(queries, keys, touched.owner, at)
      const body = seal(key, JSON.stringify({ query, answer } satisfies Words), `message ${id}`)
      await queries.run(
        `INSERT INTO message(id, conversation, project, call, at, data_key, body, facts, feedback) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO NOTHING`,
        [id, conversation, project, call, at, dataKey, body, factsOf(message), feedback ?? null],
      )
    }),
  'conversations.rate': async ({ database }, { message, feedback }) => {
    if ((await database.run('UPDATE message SET feedback = $1 WHERE id = $2', [feedback ?? null, message])) === 0)
      throw new Failure('not_found', 'no such message')
  },
} satisfies Partial<WritesLater>

/** A cursor of ours, or the plain id that other protocols page by. */
async function placeOf(queries: Queries, after: string | undefined): Promise<[at: number, id: string]> {
  if (after === undefined) return [Number.MAX_SAFE_INTEGER, '']
  if (after.includes('/')) return [Number(after.split('/')[0]) || -1, after.slice(after.indexOf('/') + 1)]
  const row = await find(queries, after)
  return row ? [row.updated_at, row.id] : [-1, '']
}
