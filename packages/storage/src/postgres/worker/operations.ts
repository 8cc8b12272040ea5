import { auditReads, auditWrites } from './audit.ts'
import { callReads } from './calls.ts'
import { contentReads, contentWrites } from './contents.ts'
import type { ReadsLater, WritesLater } from './context.ts'
import { conversationReads, conversationWrites } from './conversations.ts'
import { documentReads, documentWrites } from './documents.ts'
import { indexWrites } from './index-documents.ts'
import { jobReads, jobWrites } from './jobs.ts'
import { recordReads, recordWrites } from './records.ts'
import { resourceReads, resourceWrites } from './resources.ts'
import { searchReads } from './search.ts'
import { verifyReads } from './verify.ts'

export const reads: ReadsLater = {
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
export const writes: WritesLater = {
  ...auditWrites,
  ...contentWrites,
  ...conversationWrites,
  ...documentWrites,
  ...indexWrites,
  ...jobWrites,
  ...recordWrites,
  ...resourceWrites,
}
