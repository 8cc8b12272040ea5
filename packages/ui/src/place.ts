import type { Place } from '@gatehouse/contracts'
import { useUiText } from './i18n/language.tsx'

interface Standing {
  readonly title?: string
  readonly headings?: readonly string[]
  readonly place?: Place | undefined
}

/** Where a passage stands, outermost first, in the reader's words: headings, then "sheet Q3, rows 12–30" or "page 3". */
export function useWhere(): (standing: Standing) => string[] {
  const t = useUiText()
  return ({ title = '', headings = [], place = {} }) => {
    const { pages, sheet, rows } = place
    const parts = [
      sheet === undefined ? '' : t('ui.place.sheet', { sheet }),
      rows ? t(rows[0] === rows[1] ? 'ui.place.row' : 'ui.place.rows', { first: rows[0], last: rows[1] }) : '',
      pages ? t(pages[0] === pages[1] ? 'ui.place.page' : 'ui.place.pages', { first: pages[0], last: pages[1] }) : '',
    ].filter(Boolean)
    // a sheet's name stands above its rows as a heading too, and a document's title above everything
    const isSaid = (heading: string, at: number) => heading === sheet || (at === 0 && heading.toLowerCase() === title.toLowerCase())
    return [...headings.filter((heading, at) => !isSaid(heading, at)), ...(parts.length ? [parts.join(t('ui.place.comma'))] : [])]
  }
}
