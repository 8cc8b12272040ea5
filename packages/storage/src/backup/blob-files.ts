import type { Blobs } from '@gatehouse/kernel'
import { type ArchiveReader, Damage } from './archive-reader.ts'
import type { ArchiveWriter } from './archive-writer.ts'
import type { ArchivedFile, Manifest } from './manifest.ts'

const listName = 'blobs.ndjson.gz'
const folder = 'blobs/'
const ofDocument = /^documents\/([^/]+)\//

export interface ReferencedBlobs {
  /** Public ids of documents: what lies below another one's is left. */
  readonly documents: ReadonlySet<string>
  /** Keys that documents name. */
  readonly originals: ReadonlySet<string>
}

/** Copies what the documents of this moment need, each with its sum. Missing is what was removed since, or was not there. */
export async function writeBlobs(
  archive: ArchiveWriter,
  blobs: Blobs,
  { documents, originals }: ReferencedBlobs,
): Promise<Manifest['blobs']> {
  let count = 0
  let bytes = 0
  const waiting = new Set(originals)
  const lines = async function* () {
    for await (const key of blobs.list('')) {
      const document = ofDocument.exec(key)?.[1]
      if (document !== undefined && !documents.has(document)) continue
      const content = await blobs.get(key)
      if (!content) continue // removed meanwhile
      waiting.delete(key)
      const file = await archive.blob(folder + key, content)
      count++
      bytes += file.bytes
      yield JSON.stringify({ ...file, path: key })
    }
  }
  await archive.lines(listName, lines())
  return { count, bytes, missing: waiting.size }
}

/** The blobs of a backup, by key. */
export async function* blobsIn(archive: ArchiveReader): AsyncGenerator<ArchivedFile> {
  for await (const line of archive.lines(listName)) {
    const file = parse(line)
    if (!file) throw new Damage(`${listName} has a line that cannot be read`)
    yield file
  }
}

export const fileOfBlob = (blob: ArchivedFile): ArchivedFile => ({ ...blob, path: folder + blob.path })

function parse(line: string): ArchivedFile | undefined {
  try {
    const { path, bytes, sha256 } = JSON.parse(line) as Partial<ArchivedFile>
    return typeof path === 'string' && typeof bytes === 'number' && typeof sha256 === 'string' ? { path, bytes, sha256 } : undefined
  } catch {
    return undefined
  }
}
