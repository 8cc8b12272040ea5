import type { Documents, Journal } from '@gatehouse/kernel'
import type { Logger } from '../log.ts'
import type { CallMetrics } from './call-metrics.ts'
import { Counts, Dimension, type Family } from './tables.ts'

/** Every record of a call passes here, whoever made it: it is counted, and written as a line where somebody reads those. */
export function meteredJournal(journal: Journal, metrics: CallMetrics, log: Logger): Journal {
  const inWords = log.writes('info')
  return {
    write(record, content, written) {
      metrics.observe(record)
      if (inWords) {
        const { id: call, parent, project, consumer, operation, target, stream, status, end, duration, firstByte, usage, error } = record
        const { inputTokens, outputTokens } = usage ?? {}
        const facts = {
          call,
          parent,
          project,
          consumer,
          operation,
          target,
          stream,
          status,
          end,
          duration,
          firstByte,
          inputTokens,
          outputTokens,
        }
        log.info({ ...facts, code: error?.code }, 'call')
      }
      journal.write(record, content, written)
    },
    check: () => journal.check(),
    flush: () => journal.flush(),
    state: () => journal.state?.() ?? { waitingBytes: 0, behindBytes: 0, behindFor: 0, failing: false },
  }
}

const results = new Dimension('result', ['completed', 'error'])

/** What became of documents, counted where their status is written. */
export function meteredDocuments(documents: Documents): { documents: Documents; family: Family } {
  const counts = new Counts(results)
  const update: Documents['update'] = async (id, change) => {
    const updated = await documents.update(id, change)
    if (change.status === 'completed' || change.status === 'error') counts.add(results.of(change.status))
    return updated
  }
  return {
    documents: overriding(documents, { update }),
    family: counts.family('gatehouse_documents_total', 'Documents that this process indexed, or gave up.'),
  }
}

/** The same object with other methods in some places; the rest keep their own `this`. */
export function overriding<T extends object>(whole: T, other: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(other, name)) return other[name as keyof T]
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
