import { describeAudit } from './audit.ts'
import { describeBlobs } from './blobs.ts'
import { describeCalls } from './calls.ts'
import type { Make } from './conformance.ts'
import { describeConversations } from './conversations.ts'
import { describeCounters } from './counters.ts'
import { describeDocuments } from './documents.ts'
import { describeJobs } from './jobs.ts'
import { describeRecords } from './records.ts'
import { describeResources } from './resources.ts'
import { describeSearch } from './search.ts'

/** Everything a store promises, whatever it is made of. An adapter is done when this is green. */
export function describeStore(name: string, make: Make): void {
  for (const suite of [
    ...[describeResources, describeRecords, describeDocuments, describeSearch, describeCalls],
    ...[describeConversations, describeJobs, describeCounters, describeAudit, describeBlobs],
  ])
    suite(name, make)
}
