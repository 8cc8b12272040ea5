import { inflateRawSync } from 'node:zlib'
import type { AppError } from '@gatehouse/kernel'
import { unreadable } from './refusal.ts'

/** What the directory of an archive says about a file in it; believed only where it is checked. */
interface Listed {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly header: number
}
export interface Entry {
  readonly name: string
  readonly bytes: Uint8Array
}

const most = { entries: 2000, inflated: 200_000_000, ratio: 100, free: 1_000_000, comment: 65_557 }
const hostile = (what: string): AppError =>
  unreadable('hostile', `the file is refused: ${what}; if you trust it, open it, save it again and upload that`)

/** The directory of a ZIP archive, within limits. Nothing is inflated yet. */
export function listArchive(bytes: Uint8Array): Listed[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  if (count > most.entries) throw hostile(`it holds ${count} files, at most ${most.entries} are allowed`)
  const listed: Listed[] = []
  let at = view.getUint32(end + 16, true)
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw unreadable('corrupt')
    const next = at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + view.getUint16(at + 28, true)))
    if (isOutside(name) || isLink(view.getUint32(at + 38, true))) throw hostile('a file in it points outside the archive')
    if (view.getUint16(at + 8, true) & 1) throw unreadable('encrypted')
    const packed = view.getUint32(at + 20, true)
    const size = view.getUint32(at + 24, true)
    listed.push({ name, method: view.getUint16(at + 10, true), packed, size, header: view.getUint32(at + 42, true) })
    at = next
  }
  checkSizes(listed, bytes.length)
  return listed
}

/** The files whose names are wanted, each inflated no further than the limits allow. Archives inside are never opened. */
export function readArchive(bytes: Uint8Array, isWanted: (name: string) => boolean): Entry[] {
  let inflated = 0
  const seen = new Set<string>()
  return listArchive(bytes)
    .filter(({ name }) => isWanted(name))
    .map((listed) => {
      if (seen.has(listed.name)) throw hostile('it holds two files of the same name')
      seen.add(listed.name)
      const content = inflate(bytes, listed, most.inflated - inflated)
      inflated += content.length
      return { name: listed.name, bytes: content }
    })
}

function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - most.comment); at--)
    if (view.getUint32(at, true) === 0x06054b50) return at
  throw unreadable('corrupt')
}

const isOutside = (name: string) =>
  /^[/\\]|^[a-z]:|\\|\0/i.test(name) || name.split('/').some((part) => part === '..') || name.length > 1000
const isLink = (attributes: number) => ((attributes >>> 16) & 0o170000) === 0o120000

function checkSizes(listed: readonly Listed[], length: number): void {
  const total = listed.reduce((sum, { size }) => sum + size, 0)
  if (total > most.inflated) throw tooMuch()
  for (const { size, packed } of listed) if (size > most.free && size > packed * most.ratio) throw tooMuch()
  // files that share their bytes would each be small and together not
  const packed = listed.reduce((sum, each) => sum + each.packed, 0)
  if (packed > length) throw hostile('files in it overlap')
}
const tooMuch = () =>
  hostile(`it would grow beyond ${most.inflated / 1_000_000} MB or to more than ${most.ratio} times its size when it is unpacked`)

function inflate(bytes: Uint8Array, { method, packed, header }: Listed, room: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (header + 30 > bytes.length || view.getUint32(header, true) !== 0x04034b50) throw unreadable('corrupt')
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
  if (start + packed > bytes.length) throw unreadable('corrupt')
  const data = bytes.subarray(start, start + packed)
  if (method === 0) return data
  if (method !== 8) throw unreadable('corrupt')
  try {
    const limit = Math.max(1, Math.min(room, Math.max(most.free, packed * most.ratio)))
    return inflateRawSync(data, { maxOutputLength: limit })
  } catch (thrown) {
    throw (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooMuch() : unreadable('corrupt')
  }
}
