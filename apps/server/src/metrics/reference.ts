import type { Documents } from '@gatehouse/kernel'
import { embedQueue, ingestQueue } from '@gatehouse/knowledge'
import { CallMetrics } from './call-metrics.ts'
import { type HouseParts, houseFamilies } from './house-metrics.ts'
import { meteredDocuments } from './metered.ts'
import { processFamilies } from './process-metrics.ts'
import { createRefusals } from './refusals.ts'
import type { Family } from './tables.ts'

/** The page docs/reference/metrics.md: every family a server registers, described by itself. */
export function renderMetricsReference(): string {
  const families = [
    ...new CallMetrics().families(),
    meteredDocuments(nobody as Documents).family,
    ...houseFamilies({ ...(nobody as HouseParts), queues: [ingestQueue, embedQueue] }),
    createRefusals().family,
    ...processFamilies(),
  ]
  return [...opening, ...families.map(rowOf), ''].join('\n')
}

// read by nobody: a family is described before it has a value
const nobody: unknown = {}

const opening = [
  '# Metrics',
  '',
  '<!-- Written by `npm run generate` from the families themselves; change them there. -->',
  '',
  '`GET /metrics` on the control plane, in Prometheus’ text format. Who may read it: [Operations](../guide/operations.md#metrics).',
  '',
  'Labels are closed lists or names of the configuration, so nobody outside can make a new series; what is in no list is counted as `other`.',
  'Histograms have `_bucket`, `_sum` and `_count`. A series appears with its first observation. No metric holds a prompt, a name of a person or a secret.',
  '',
  '| metric | type | labels | what |',
  '|---|---|---|---|',
]

const rowOf = ({ name, type, labels, help }: Family) => `| \`${name}\` | ${type} | ${labelsOf(labels)} | ${help} |`

const labelsOf = (labels: Family['labels']) =>
  Object.entries(labels)
    .map(([label, may]) => `\`${label}\`: ${typeof may === 'string' ? may : may.join(', ')}`)
    .join('; ')
