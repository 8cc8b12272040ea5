import type { PlacedBlock } from '../extract/layout.ts'

/** What stands under one heading, in reading order. Hidden text is a section of its own. */
export interface Section {
  readonly headings: readonly string[]
  readonly hidden: boolean
  readonly blocks: readonly PlacedBlock[]
}

export function sectionsOf(blocks: readonly PlacedBlock[]): Section[] {
  const sections: { headings: readonly string[]; hidden: boolean; blocks: PlacedBlock[] }[] = []
  let path: { level: number; text: string }[] = []
  let bare: PlacedBlock | undefined // a heading nothing has followed yet
  for (const block of blocks) {
    if (block.kind === 'heading' && !block.hidden) {
      const level = block.level ?? 1
      if (bare && (bare.level ?? 1) >= level)
        sections.push({ headings: path.slice(0, -1).map(({ text }) => text), hidden: false, blocks: [bare] })
      path = [...path.filter((above) => above.level < level), { level, text: block.text }]
      bare = block
      continue
    }
    const hidden = block.hidden === true
    bare = undefined
    const headings = path.map(({ text }) => text)
    const last = sections.at(-1)
    if (last && last.hidden === hidden && same(last.headings, headings) && last.blocks.at(-1)!.kind !== 'heading') last.blocks.push(block)
    else sections.push({ headings, hidden, blocks: [block] })
  }
  // a heading at the end, or a document of nothing else, is found by its own words
  if (bare) sections.push({ headings: path.slice(0, -1).map(({ text }) => text), hidden: false, blocks: [bare] })
  return sections
}

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((text, at) => text === b[at])
