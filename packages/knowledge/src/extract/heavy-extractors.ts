import type { Extracted } from '@gatehouse/kernel'
import { clean } from './decode-text.ts'
import { withText } from './extractors.ts'
import { docx, pdf, xlsx } from './media-types.ts'
import { checkContent } from './sniff.ts'

type Extract = (bytes: Uint8Array) => Promise<Extracted>

/** Each loaded with the first file of its kind. Only for the process made for it: they are large. */
const extractors: Readonly<Record<string, () => Promise<Extract>>> = {
  [pdf]: async () => (await import('./pdf.ts')).extractPdf,
  [docx]: async () => (await import('./docx.ts')).extractDocx,
  [xlsx]: async () => (await import('./xlsx.ts')).extractXlsx,
}

/** A file that is no text to blocks. An error names the reason and what to do. */
export async function extractHeavy(bytes: Uint8Array, mediaType: string): Promise<Extracted> {
  checkContent(bytes, mediaType)
  const extractOne = await extractors[mediaType]!()
  const { title, blocks } = withText(await extractOne(bytes))
  return {
    ...(title && { title: clean(title) }),
    blocks: blocks.map((block) => ({
      ...block,
      text: clean(block.text),
      ...(block.header !== undefined && { header: clean(block.header) }),
    })),
  }
}
