import type { Block, Extracted } from '@gatehouse/kernel'
import mammoth from 'mammoth'
import { extractHtml } from './html.ts'
import { officeXml } from './office-archive.ts'
import { unreadable } from './refusal.ts'

/** Stands where Word began a new page when it last showed the document; taken out again with the page counted. */
const pageMark = '\ue000'
const hiddenStyle = 'HiddenFromReaders'

/** A Word document: headings, lists, tables and notes as blocks, with the pages Word last showed. */
export async function extractDocx(bytes: Uint8Array): Promise<Extracted> {
  const buffer = officeXml(bytes, (name, xml) => (name === 'word/document.xml' ? prepared(xml) : xml))
  const html = await htmlOf(buffer)
  const found = extractHtml(html, { article: false }).blocks
  const blocks = html.includes(pageMark) ? paged(found) : found
  const first = blocks[0]
  // a later heading is that of a chapter
  return { ...(first?.kind === 'heading' && first.level === 1 && { title: first.text }), blocks }
}

async function htmlOf(buffer: Buffer): Promise<string> {
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer },
      {
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })),
        styleMap: [`r.${hiddenStyle} => span.${hiddenStyle}`],
      },
    )
    return value.replaceAll(`<span class="${hiddenStyle}">`, '<span hidden>')
  } catch {
    throw unreadable('corrupt')
  }
}

/** What the converter does not know: formulas become their letters, hidden runs get a style, page breaks a mark. */
function prepared(xml: string): string {
  let changed = xml.replaceAll(pageMark, '')
  for (const name of ['m:oMathPara', 'm:oMath']) changed = changeElements(changed, name, formula)
  changed = changeElements(changed, 'w:r', (run) => (isHidden(run) ? markedHidden(run) : run))
  return changed.replace(/<w:lastRenderedPageBreak\s*\/>/g, `<w:t>${pageMark}</w:t>`)
}

/** By searching, not by a pattern: an element that is never closed must not cost a look at the rest for each one. */
function changeElements(xml: string, name: string, change: (element: string) => string): string {
  const opening = new RegExp(`<${name}(?: [^>]*)?>`, 'g')
  const closing = `</${name}>`
  const parts: string[] = []
  let done = 0
  for (let found = opening.exec(xml); found; found = opening.exec(xml)) {
    if (found[0].endsWith('/>')) continue
    const end = xml.indexOf(closing, opening.lastIndex)
    if (end < 0) break
    opening.lastIndex = end + closing.length
    parts.push(xml.slice(done, found.index), change(xml.slice(found.index, opening.lastIndex)))
    done = opening.lastIndex
  }
  return parts.join('') + xml.slice(done)
}

const formula = (math: string) => {
  const letters = [...math.matchAll(/<m:t(?: [^>]*)?>([^<]*)<\/m:t>/g)].map(([, text]) => text).join('')
  return letters ? `<w:r><w:t xml:space="preserve">${letters}</w:t></w:r>` : ''
}

const isHidden = (run: string) =>
  /<w:(?:vanish|webHidden)(?:\s*\/>| w:val="(?:1|true|on)")/.test(run) ||
  (/<w:color [^>]*w:val="(?:FFFFFF|FEFEFE)"/i.test(run) && !/<w:(?:shd|highlight) /.test(run)) ||
  /<w:sz w:val="[1-4]"/.test(run)
const markedHidden = (run: string) =>
  run.replace(/<w:rStyle [^>]*\/>/g, '').replace(/<w:rPr(?: [^>]*)?>/, (properties) => `${properties}<w:rStyle w:val="${hiddenStyle}"/>`)

function paged(blocks: readonly Block[]): Block[] {
  let page = 1
  return blocks.flatMap((block) => {
    // a mark at the very start belongs to the page it begins
    if (block.text.startsWith(pageMark)) page++
    const started = page
    page += block.text.split(pageMark).length - 1 - (block.text.startsWith(pageMark) ? 1 : 0)
    const text = block.text.replaceAll(pageMark, '').trim()
    const header = block.header?.replaceAll(pageMark, '')
    return text ? [{ ...block, text, ...(header !== undefined && { header }), page: started }] : []
  })
}
