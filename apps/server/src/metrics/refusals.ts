import { Counts, Dimension, type Family } from './tables.ts'

/** Why callers of model routes are not known; a cause that is in no list counts as other. */
const causes = new Dimension('cause', [
  'unauthorized',
  'forbidden',
  'InvalidKey',
  'EmptySignature',
  'InvalidSignedHeaders',
  'InvalidSignatureMethod',
  'InvalidDate',
  'InvalidSignature',
  'UnauthorizedConsumer',
  'NonceReused',
  'NonceMemoryFull',
  'ContentMD5Required',
  'overloaded',
  'other',
])

export interface Refusals {
  count(cause: string): void
  readonly family: Family
}

/** Calls that got no further than the question who calls: they reach no vendor, take no quota and have no record. */
export function createRefusals(): Refusals {
  const counts = new Counts(causes)
  return {
    count: (cause) => counts.add(causes.of(cause)),
    family: counts.family('gatehouse_caller_refusals_total', 'Calls to model routes by nobody we know, by cause; they have no record.'),
  }
}
