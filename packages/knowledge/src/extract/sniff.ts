import type { AppError } from '@gatehouse/kernel'
import { listArchive } from './archive.ts'
import { docx, isHeavy, pdf, supported, xlsx } from './media-types.ts'
import { unreadable } from './refusal.ts'

const signatures: readonly (readonly [signature: string, kind: string])[] = [
  ['%PDF-', 'a PDF'],
  ['PK\u0003\u0004', 'a ZIP archive'],
  ['PK\u0005\u0006', 'a ZIP archive'],
  ['\u00d0\u00cf\u0011\u00e0', 'an older Office file'],
  ['{\\rtf', 'an RTF document'],
  ['\u0089PNG', 'a picture'],
  ['GIF8', 'a picture'],
  ['\u00ff\u00d8\u00ff', 'a picture'],
  ['II*\u0000', 'a picture'],
  ['MM\u0000*', 'a picture'],
  ['RIFF', 'a picture or a recording'],
  ['\u007fELF', 'a program'],
  ['MZ\u0090', 'a program'],
  ['\u001f\u008b', 'a gzip archive'],
  ['7z\u00bc\u00af', 'a 7z archive'],
  ['Rar!', 'a RAR archive'],
]
const named: Readonly<Record<string, string>> = { [pdf]: 'a PDF', [docx]: 'a Word document', [xlsx]: 'an Excel workbook' }
const headLength = 1024

/** Refuses content that is not what its name or sender says, naming both. */
export function checkContent(bytes: Uint8Array, mediaType: string): void {
  if (bytes.length === 0) throw unreadable('empty', 'the file is empty; upload one that has content')
  const declared = named[mediaType] ?? 'text'
  const found = kindOf(bytes, mediaType)
  if (found === declared) return
  if (found === 'an older Office file' && isHeavy(mediaType)) throw olderOffice(bytes)
  throw unreadable(
    'mistyped',
    `the file says it is ${declared}, but its content is ${found}; upload it under its own name, if it is one of ${supported}`,
  )
}

function kindOf(bytes: Uint8Array, mediaType: string): string {
  const head = String.fromCharCode(...bytes.subarray(0, headLength))
  // readers of PDF allow for some bytes before it
  if (mediaType === pdf && head.includes('%PDF-')) return 'a PDF'
  const kind = signatures.find(([signature]) => head.startsWith(signature))?.[1]
  if (kind === 'a ZIP archive') return kindOfArchive(bytes, isHeavy(mediaType))
  if (kind) return kind
  return !isHeavy(mediaType) || /^[\t\n\r\x20-\x7e]*$/.test(head) ? 'text' : 'something else'
}

function kindOfArchive(bytes: Uint8Array, mustOpen: boolean): string {
  try {
    const names = new Set(listArchive(bytes).map(({ name }) => name))
    if (names.has('word/document.xml')) return 'a Word document'
    if (names.has('xl/workbook.xml')) return 'an Excel workbook'
    if (names.has('ppt/presentation.xml')) return 'a PowerPoint presentation'
    return 'a ZIP archive'
  } catch (thrown) {
    if (mustOpen) throw thrown
    return 'a ZIP archive'
  }
}

/** Office puts an encrypted document into the container its older formats had. */
function olderOffice(bytes: Uint8Array): AppError {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(Buffer.from('EncryptedPackage', 'utf16le')))
    return unreadable('encrypted')
  if (bytes.length < 512) return unreadable('corrupt')
  return unreadable('unsupported', 'the file is of an older Office format; save it as .docx or .xlsx and upload that')
}
