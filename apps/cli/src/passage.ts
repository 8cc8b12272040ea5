import type { PassageView, Place } from '@gatehouse/contracts'

/** Where a passage stands, for people; the first heading of a document is often its title, and a sheet's name its last. */
export function placeOf(passage: PassageView): string {
  if (!passage.readable) return 'a document you may not read'
  const { title, headings, place } = passage
  const path = headings.filter((heading, at) => heading !== place?.sheet && (at > 0 || heading.toLowerCase() !== title.toLowerCase()))
  return [title, ...path, placeText(place)].filter(Boolean).join(' › ')
}

/** "page 3", "sheet Q3, rows 12–30"; nothing where the file has no such places. */
export function placeText({ pages, sheet, rows }: Place = {}): string {
  const parts = [sheet === undefined ? '' : `sheet ${sheet}`, rows ? spanText('row', rows) : '', pages ? spanText('page', pages) : '']
  return parts.filter(Boolean).join(', ')
}

const spanText = (what: string, [first, last]: readonly [number, number]) =>
  first === last ? `${what} ${first}` : `${what}s ${first}–${last}`
