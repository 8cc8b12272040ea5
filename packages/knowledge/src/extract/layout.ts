import type { Block } from '@gatehouse/kernel'

/** A block and where it stands in the extracted text. */
export interface PlacedBlock extends Block {
  readonly start: number
  readonly end: number
}

/** The extracted text: the blocks' texts joined by blank lines. */
export function layOut(blocks: readonly Block[]): { text: string; blocks: PlacedBlock[] } {
  const placed: PlacedBlock[] = []
  let text = ''
  for (const block of blocks) {
    if (text) text += '\n\n'
    placed.push({ ...block, start: text.length, end: text.length + block.text.length })
    text += block.text
  }
  return { text, blocks: placed }
}
