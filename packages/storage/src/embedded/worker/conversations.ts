import type { ConversationRecord, MessageRecord } from '@gatehouse/contracts'
import { seal } from '../../keys/sealing.ts'
import { type ConversationRow, factsOf, type MessageRow, openConversation, openMessage, type Words } from '../../rows/conversation-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import { Failure } from '../../threads/failure.ts'
import type { Reading, Writing } from './context.ts'

export interface ConversationQuery {
  readonly project: string
  readonly owner: string
  readonly app?: string
  readonly after?: string
  readonly limit?: number
}

export const conversationReads = {
  'conversations.get': (context: Reading, id: string): ConversationRecord | undefined => {
    const row = find(context, id)
    return row && toConversation(context, row)
  },
  'conversations.list': (context: Reading, query: ConversationQuery) => {
    const limit = limitOf(query.limit, 20)
    const [at, id] = placeOf(context, query.after)
    const rows = context.database.all<ConversationRow>(
      `SELECT * FROM conversation WHERE project = ? AND owner = ? AND (?3 IS NULL OR app = ?3) AND (updated_at, id) < (?4, ?5)
        ORDER BY updated_at DESC, id DESC LIMIT ?6`,
      ...[query.project, query.owner, query.app ?? null, at, id, limit + 1],
    )
    return pageOf(
      rows,
      limit,
      (row) => toConversation(context, row),
      (row) => `${row.updated_at}/${row.id}`,
    )
  },
  /** The newest before a message, oldest first. */
  'conversations.messages': (context: Reading, query: { conversation: string; before?: string; limit?: number }): MessageRecord[] => {
    const before = query.before === undefined ? undefined : findMessage(context, query.before)
    if (query.before !== undefined && before?.conversation !== query.conversation) return []
    return context.database
      .all<MessageRow>(
        'SELECT * FROM message WHERE conversation = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?',
        ...[query.conversation, before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? '', limitOf(query.limit, 100)],
      )
      .reverse()
      .map((row) => toMessage(context, row))
  },
  'conversations.message': (context: Reading, id: string): MessageRecord | undefined => {
    const row = findMessage(context, id)
    return row && toMessage(context, row)
  },
}

export const conversationWrites = {
  'conversations.put': (context: Writing, conversation: ConversationRecord): void => {
    const { id, project, app, owner, name, createdAt, updatedAt } = conversation
    const known = find(context, id)
    if (known && (known.owner !== owner || known.project !== project))
      throw new Failure('conflict', 'a conversation keeps its owner and project')
    const { id: dataKey, key } = context.dataKeys.ensure(owner, createdAt)
    context.database.run(
      `INSERT INTO conversation(id, project, app, owner, created_at, updated_at, data_key, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET updated_at = excluded.updated_at, data_key = excluded.data_key, name = excluded.name`,
      ...[id, project, app, owner, createdAt, updatedAt, dataKey, seal(key, name, `conversation ${id}`)],
    )
  },
  'conversations.remove': (context: Writing, id: string): boolean => {
    context.database.run('DELETE FROM message WHERE conversation = ?', id)
    return context.database.run('DELETE FROM conversation WHERE id = ?', id) > 0
  },
  'conversations.append': (context: Writing, message: MessageRecord): void => {
    const { id, conversation, project, call, at, query, answer, feedback } = message
    const owner = find(context, conversation)?.owner
    if (owner === undefined) throw new Failure('not_found', 'no such conversation')
    const { id: dataKey, key } = context.dataKeys.ensure(owner, at)
    const body = seal(key, JSON.stringify({ query, answer } satisfies Words), `message ${id}`)
    context.database.run(
      'INSERT OR IGNORE INTO message(id, conversation, project, call, at, data_key, body, facts, feedback) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[id, conversation, project, call, at, dataKey, body, factsOf(message), feedback ?? null],
    )
    context.database.run('UPDATE conversation SET updated_at = max(updated_at, ?) WHERE id = ?', at, conversation)
  },
  'conversations.rate': (context: Writing, { message, feedback }: { message: string; feedback?: MessageRecord['feedback'] }): void => {
    if (context.database.run('UPDATE message SET feedback = ? WHERE id = ?', feedback ?? null, message) === 0)
      throw new Failure('not_found', 'no such message')
  },
}

const find = (context: Reading, id: string) => context.database.get<ConversationRow>('SELECT * FROM conversation WHERE id = ?', id)
const findMessage = (context: Reading, id: string) => context.database.get<MessageRow>('SELECT * FROM message WHERE id = ?', id)

/** A cursor of ours, or the plain id that other protocols page by. */
function placeOf(context: Reading, after: string | undefined): [at: number, id: string] {
  if (after === undefined) return [Number.MAX_SAFE_INTEGER, '']
  if (after.includes('/')) return [Number(after.split('/')[0]), after.slice(after.indexOf('/') + 1)]
  const row = find(context, after)
  return row ? [row.updated_at, row.id] : [-1, '']
}

const toConversation = (context: Reading, row: ConversationRow) => openConversation(row, context.dataKeys.get(row.data_key))
const toMessage = (context: Reading, row: MessageRow) => openMessage(row, context.dataKeys.get(row.data_key))
