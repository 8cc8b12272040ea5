import type { Cleaning } from '../extract/prepare.ts'
import type { Splitting } from '../split/piece.ts'

/** The payload of a job in the queue `ingest`: all that is needed after a restart. */
export interface IngestWork {
  readonly project: string
  readonly document: string
  /** The content to index: a job whose blob is no longer the document's newest is dropped. */
  readonly blob: string
  readonly splitting: Splitting
  readonly cleaning?: Cleaning
}
export const ingestQueue = 'ingest'
/** Of knowledge bases whose vectors are to be made anew; apart, because a model that is away must not look like documents under way. */
export const embedQueue = 'embed'

export const originalKey = (document: string, version: number) => `documents/${document}/${version}/original`
export const textKey = (document: string, version: number) => `documents/${document}/${version}/text`
/** The version a blob key names: counts every content handed in, indexed or not. */
export const versionOf = (blob: string): number => Number(blob.split('/')[2] ?? 0)
