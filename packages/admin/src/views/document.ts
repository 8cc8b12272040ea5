import type { DocumentRecord, DocumentView, SegmentRecord, SegmentView } from '@gatehouse/contracts'
import { type Language, problemOf } from '../words.ts'
import { present } from './call.ts'

/** Without name, title, path, metadata and error text when it is not readable. */
export function documentView(document: DocumentRecord, readable: boolean, words: Language): DocumentView {
  const { id, dataset, mediaType, principals, status, enabled, version, bytes, characters, segments, quarantined } = document
  const { createdBy, createdAt, updatedAt, error } = document
  return {
    ...{
      id,
      base: dataset,
      readable,
      mediaType,
      access: [...principals],
      status,
      enabled,
      version,
      bytes,
      characters,
      segments,
      quarantined,
    },
    ...{ createdBy, createdAt, updatedAt },
    ...(readable ? namesOf(document) : {}),
    ...present({ language: document.language, error: error && problemOf(error, readable, words) }),
  }
}

const namesOf = ({ name, title, path, metadata }: DocumentRecord) => ({ name, title, metadata: { ...metadata }, ...present({ path }) })

export const segmentView = ({
  id,
  document,
  version,
  position,
  headings,
  place,
  start,
  end,
  text,
  quarantine,
}: SegmentRecord): SegmentView => ({
  ...{ id, document, version, position, headings: [...headings], ...(place && { place }), start, end, text },
  ...(quarantine ? { quarantine: { ...quarantine } } : {}),
})
