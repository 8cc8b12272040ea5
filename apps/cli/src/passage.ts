import type { PassageView } from '@gatehouse/contracts'

/** Where a passage stands, for people; the first heading of a document is often its title. */
export function placeOf(passage: PassageView): string {
  if (!passage.readable) return 'a document you may not read'
  const { title, headings } = passage
  return [title, ...(headings[0]?.toLowerCase() === title.toLowerCase() ? headings.slice(1) : headings)].join(' › ')
}
