import { crc32 } from 'node:zlib'
import { type Entry, readArchive } from './archive.ts'
import { unreadable } from './refusal.ts'

/**
 * The XML of an Office file packed anew, so that its parser sees exactly what was checked here: no media, no entities, no compression.
 * `change` may rewrite a part.
 */
export function officeXml(bytes: Uint8Array, change: (name: string, xml: string) => string = (_, xml) => xml): Buffer {
  const parts = readArchive(bytes, (name) => /\.(xml|rels)$/i.test(name)).map(({ name, bytes }) => {
    const xml = xmlOf(bytes)
    // Office never writes one; entities in it can grow without end or read other files
    if (/<!(DOCTYPE|ENTITY)/i.test(xml))
      throw unreadable('hostile', 'the file is refused: its XML declares entities; open it, save it again and upload that')
    return { name, bytes: Buffer.from(change(name, xml)) }
  })
  return stored(parts)
}

function xmlOf(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

/** A ZIP archive without compression. */
export function stored(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, bytes } of entries) {
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2) // names are UTF-8
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, title, bytes])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), common, rest, title]))
    files.push(local)
    at += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, list, end])
}
