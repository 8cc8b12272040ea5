import type { Block, Extracted } from '@gatehouse/kernel'
import readSheets from 'read-excel-file/universal'
import { officeXml } from './office-archive.ts'
import { unreadable } from './refusal.ts'
import { blocksOfRows, type Cell } from './rows.ts'

/** Each sheet under its name, its tables by rows. */
export async function extractXlsx(bytes: Uint8Array): Promise<Extracted> {
  const packed = officeXml(bytes)
  const sheets = await sheetsOf(packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.length) as ArrayBuffer)
  return {
    blocks: sheets.flatMap(({ sheet, data }): Block[] => {
      // without a schema a sheet holds no other values
      const blocks = blocksOfRows(data as Cell[][], { sheet })
      return blocks.length ? [{ kind: 'heading', level: 1, text: sheet, sheet }, ...blocks] : []
    }),
  }
}

async function sheetsOf(file: ArrayBuffer) {
  try {
    return await readSheets(file)
  } catch {
    throw unreadable('corrupt')
  }
}
