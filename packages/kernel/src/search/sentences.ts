/** Where a piece of text stands in a longer one. */
export interface Range {
  readonly start: number
  readonly end: number
}

const closing = /["'”’»)\]）」』】]/
const chineseEnd = /[。！？；…]/
const listMark = /^[ \t]*(?:[-*•·●]|\(?\d{1,3}[.)、]|[（(][\d一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*\S/
const abbreviation =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|no|nos|vs|etc|e\.g|i\.e|cf|al|fig|inc|ltd|co|corp|jr|sr|dept|approx|art|sec|pp?|vol|ed|[a-z])\.$/i

/** Sentences of English and Chinese text, list items and table rows, as ranges without the white space around them. */
export function sentencesOf(text: string): Range[] {
  const ranges: Range[] = []
  let start = 0
  const cut = (end: number) => {
    let from = start
    let to = end
    while (from < to && isSpace(text, from)) from++
    while (to > from && isSpace(text, to - 1)) to--
    if (to > from) ranges.push({ start: from, end: to })
    start = end
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '\n') {
      if (breaksAt(text, at)) cut(at + 1)
    } else if (chineseEnd.test(character)) {
      let end = at + 1
      while (end < text.length && (closing.test(text[end]!) || chineseEnd.test(text[end]!))) end++
      cut(end)
      at = end - 1
    } else if (character === '.' || character === '!' || character === '?') {
      let end = at + 1
      while (end < text.length && (closing.test(text[end]!) || /[.!?]/.test(text[end]!))) end++
      if (endsSentence(text, start, at, end)) cut(end)
      at = end - 1
    }
  }
  cut(text.length)
  return ranges
}

const isSpace = (text: string, at: number) => /\s/.test(text[at]!)

/** A line end parts list items, table rows and paragraphs; within a paragraph it is only a fold. */
function breaksAt(text: string, at: number): boolean {
  const next = lineFrom(text, at + 1)
  if (!next.trim() || listMark.test(next)) return true
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return line.includes(' | ') || next.includes(' | ') || line.includes('\t') || !line.trim()
}
function lineFrom(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return text.slice(at, end < 0 ? Math.min(text.length, at + 2000) : Math.min(end, at + 2000))
}

function endsSentence(text: string, start: number, at: number, end: number): boolean {
  if (end >= text.length) return true
  if (!isSpace(text, end)) return /[\p{Script=Han}]/u.test(text[end]!) && text[at] !== '.'
  if (text[at] !== '.') return true
  const before = text.slice(Math.max(start, at - 12), at + 1)
  if (abbreviation.test(before)) return false
  if (/^\s*\(?\d{1,3}\.$/.test(text.slice(start, at + 1))) return false // the number of a list item
  const next = /^\s*["'“‘([]?(.)/su.exec(text.slice(end, end + 12))?.[1]
  return next === undefined || !/\p{Ll}/u.test(next)
}
