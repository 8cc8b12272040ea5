import type { ConversationRecord, MessageRecord } from '@gatehouse/contracts'
import { unseal } from '../keys/sealing.ts'

export interface ConversationRow {
  id: string
  project: string
  app: string
  owner: string
  created_at: number
  updated_at: number
  data_key: number
  name: Uint8Array
}
export interface MessageRow {
  id: string
  conversation: string
  project: string
  call: string
  at: number
  data_key: number
  body: Uint8Array
  facts: string
  feedback: NonNullable<MessageRecord['feedback']> | null
}
export type Words = Pick<MessageRecord, 'query' | 'answer'>
type Facts = Pick<MessageRecord, 'status' | 'notice' | 'citations' | 'used'>

/** Of a message: what is not encrypted and has no column. */
export const factsOf = ({ status, citations, notice, used }: MessageRecord): string =>
  JSON.stringify({ status, citations, ...(notice !== undefined && { notice }), ...(used && { used }) } satisfies Facts)

/** Words whose key was destroyed are empty: the person was erased. */
export const openConversation = (row: ConversationRow, key: Buffer | undefined): ConversationRecord => ({
  id: row.id,
  project: row.project,
  app: row.app,
  owner: row.owner,
  name: key ? unseal(key, row.name, `conversation ${row.id}`).toString() : '',
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export function openMessage(row: MessageRow, key: Buffer | undefined): MessageRecord {
  const words: Words = key ? JSON.parse(unseal(key, row.body, `message ${row.id}`).toString()) : { query: '', answer: '' }
  const facts = JSON.parse(row.facts) as Facts
  const { id, conversation, project, call, at, feedback } = row
  return { id, conversation, project, call, at, ...words, ...facts, ...(feedback && { feedback }) }
}
