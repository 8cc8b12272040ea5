import { auditReads, auditWrites } from './audit.ts'
import { callReads } from './calls.ts'
import { contentReads, contentWrites } from './contents.ts'
import type { Reading, Writing } from './context.ts'
import { conversationReads, conversationWrites } from './conversations.ts'
import { documentReads, documentWrites } from './documents.ts'
import { indexWrites } from './index-documents.ts'
import { jobReads, jobWrites } from './jobs.ts'
import { recordReads, recordWrites } from './records.ts'
import { resourceReads, resourceWrites } from './resources.ts'
import { searchReads } from './search.ts'
import { verifyReads } from './verify.ts'

/** What the readers answer. */
export const reads = {
  ...auditReads,
  ...callReads,
  ...contentReads,
  ...conversationReads,
  ...documentReads,
  ...jobReads,
  ...recordReads,
  ...resourceReads,
  ...searchReads,
  ...verifyReads,
}
/** What the writer does, several in one transaction. */
export const writes = {
  ...auditWrites,
  ...contentWrites,
  ...conversationWrites,
  ...documentWrites,
  ...indexWrites,
  ...jobWrites,
  ...recordWrites,
  ...resourceWrites,
}

export type Reads = typeof reads
export type Writes = typeof writes
export type AnyRead = (context: Reading, args: unknown) => unknown
export type AnyWrite = (context: Writing, args: unknown) => unknown
