import type { Block, Extracted } from '@gatehouse/kernel'

const most = { headingLength: 100 }
const bullet = /^\s*([-*•·●‣]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)]|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*\S/
const numberedHeading =
  /^(第[一二三四五六七八九十百0-9]{1,5}[章节節条條部分]|[一二三四五六七八九十]{1,3}、|[0-9]{1,2}(\.[0-9]{1,2}){0,3}[.)、]?\s)\s*\S/
const sentenceEnd = /[.!?;:,。！？；：，…]["'”’)）]?$/

/** Plain text: paragraphs between blank lines, headings by their look, lists by their marks. */
export function extractText(text: string, name = ''): Extracted {
  const blocks: Block[] = []
  const paragraphs = text.split(/\n[ \t]*(?:\n[ \t]*)+/)
  for (const [index, paragraph] of paragraphs.entries()) {
    const lines = paragraph.split('\n').map((line) => line.trimEnd())
    while (lines.length && !lines[0]!.trim()) lines.shift()
    while (lines.length && !lines.at(-1)!.trim()) lines.pop()
    if (!lines.length) continue
    const rest = takeHeadings(lines, index === 0, name, blocks)
    if (rest.length) blocks.push({ kind: kindOf(rest), text: rest.join('\n').trim() })
  }
  const first = blocks[0]
  return { ...(first?.kind === 'heading' && first.level === 1 && { title: first.text }), blocks }
}

const kindOf = (lines: readonly string[]): Block['kind'] =>
  lines.length > 1 && lines.filter((line) => bullet.test(line)).length > lines.length / 2
    ? 'list'
    : lines.length > 1 && lines.every((line) => line.includes('\t'))
      ? 'table'
      : 'paragraph'

/** Headings at the start of a paragraph are pushed; what is left is returned. */
function takeHeadings(lines: readonly string[], isFirst: boolean, name: string, blocks: Block[]): readonly string[] {
  const line = lines[0]!.trim()
  const underline = lines[1]?.trim() ?? ''
  if (line.length <= most.headingLength && /^(={3,}|-{3,}|~{3,})$/.test(underline)) {
    blocks.push({ kind: 'heading', level: underline.startsWith('=') ? 1 : 2, text: line })
    return lines.slice(2)
  }
  if (lines.length > 1 || line.length > most.headingLength) return lines
  if (isFirst && (line === name.trim() || line === stem(name) || isTitle(line))) {
    blocks.push({ kind: 'heading', level: 1, text: line })
    return []
  }
  const level = headingLevel(line)
  if (level === undefined) return lines
  blocks.push({ kind: 'heading', level, text: line })
  return []
}

const stem = (name: string) => name.replace(/\.[a-z0-9]{1,5}$/i, '').trim()
const isTitle = (line: string) => !sentenceEnd.test(line) && !bullet.test(line) && line.length <= 80 && /\p{L}/u.test(line)

function headingLevel(line: string): number | undefined {
  if (sentenceEnd.test(line) || !/\p{L}{2}|\p{Script=Han}/u.test(line)) return undefined
  const numbered = numberedHeading.exec(line)
  if (numbered && line.length <= 60) return 2 + (numbered[1]!.match(/\.[0-9]/g)?.length ?? 0)
  const letters = line.replace(/[^\p{Lu}\p{Ll}]/gu, '')
  return letters.length >= 4 && letters === letters.toUpperCase() ? 2 : undefined
}
