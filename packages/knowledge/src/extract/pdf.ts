import { fileURLToPath } from 'node:url'
import type { Extracted } from '@gatehouse/kernel'
import { AppError } from '@gatehouse/kernel'
import { getDocument, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { blocksOfPages, type Page } from './pdf-blocks.ts'
import { linesOf, type Run } from './pdf-lines.ts'
import { unreadable } from './refusal.ts'

const library = new URL('../../', import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs'))
const folder = (name: string) => fileURLToPath(new URL(`${name}/`, library))

type TextContent = Awaited<ReturnType<PDFPageProxy['getTextContent']>>
type TextItem = Extract<TextContent['items'][number], { str: string }>

const most = { pages: 5000, garbled: 0.2 }
/** Points: nobody reads smaller letters. */
const smallest = 2
/** Fewer letters on a page than this are a stamp or a page number on a picture. */
const fewest = 8

/** A PDF with a text layer: lines by their place, columns one after the other, headings by size, tables by their gaps. */
export async function extractPdf(bytes: Uint8Array): Promise<Extracted> {
  const file = await open(bytes)
  if (file.numPages > most.pages)
    throw unreadable('pages', `the file has ${file.numPages} pages, at most ${most.pages} are allowed; split it`)
  const pages: Page[] = []
  try {
    for (let number = 1; number <= file.numPages; number++) pages.push(await pageOf(file, number))
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    throw unreadable('corrupt')
  }
  check(pages)
  const { info } = await file.getMetadata().catch(() => ({ info: {} }))
  const blocks = blocksOfPages(pages)
  const title = titleOf(info) ?? blocks.find(({ kind, level }) => kind === 'heading' && level === 1)?.text
  return { ...(title && { title }), blocks }
}

async function open(bytes: Uint8Array) {
  try {
    return await getDocument({
      ...{
        data: new Uint8Array(bytes),
        isEvalSupported: false,
        useSystemFonts: false,
        disableFontFace: true,
        enableXfa: false,
        verbosity: 0,
      },
      // without them Chinese, Japanese and Korean disappear
      ...{ cMapUrl: folder('cmaps'), cMapPacked: true, standardFontDataUrl: folder('standard_fonts') },
    }).promise
  } catch (thrown) {
    if ((thrown as Error).name === 'PasswordException') throw unreadable('encrypted')
    throw unreadable('corrupt')
  }
}

async function pageOf(file: Awaited<ReturnType<typeof open>>, number: number): Promise<Page> {
  const page = await file.getPage(number).catch(() => undefined) // one broken page does not take the others with it
  if (!page) return { lines: [], hidden: '' }
  const runs = [...runsOf(await page.getTextContent()), ...filledIn(await page.getAnnotations())]
  page.cleanup()
  const isSeen = ({ size }: Run) => size >= smallest // what stands beside the page is left out already
  const unseen = runs.filter((run) => !isSeen(run))
  return { lines: linesOf(runs.filter(isSeen)), hidden: unseen.map(({ text }) => text).join(' ') }
}

function runsOf({ items, styles }: TextContent): Run[] {
  const texts = items.filter((item) => 'str' in item).filter(({ str }) => str.trim())
  const whole = usualTurn(texts)
  return texts.map((item): Run => {
    const [, , c, d, x, y] = transformOf(item)
    const isTurned = turnOf(item) !== whole
    const direction = isTurned ? 'turned' : styles[item.fontName]?.vertical ? 'down' : item.dir === 'rtl' ? 'left' : 'right'
    return { text: item.str, ...turned(x, y, whole), width: Math.abs(item.width), size: Math.hypot(c, d) || item.height, direction }
  })
}

// the six numbers of a transformation; the library's type says any
const transformOf = ({ transform }: TextItem) => transform as [number, number, number, number, number, number]
/** In which quarter a text runs: 0 across, 1 upwards, 2 upside down, 3 downwards. */
const turnOf = (item: TextItem): number => (Math.round(Math.atan2(transformOf(item)[1], transformOf(item)[0]) / (Math.PI / 2)) + 4) % 4

/** That of most letters: tables are often printed along the long side of the page. */
function usualTurn(items: readonly TextItem[]): number {
  const letters = [0, 0, 0, 0]
  for (const item of items) letters[turnOf(item)]! += item.str.length
  return letters.indexOf(Math.max(...letters))
}

function turned(x: number, y: number, quarter: number): { x: number; y: number } {
  if (quarter === 1) return { x: y, y: -x }
  if (quarter === 2) return { x: -x, y: -y }
  return quarter === 3 ? { x: -y, y: x } : { x, y }
}

/** What people have written into a form. */
function filledIn(annotations: readonly { subtype?: unknown; fieldValue?: unknown; rect?: unknown }[]): Run[] {
  return annotations.flatMap(({ subtype, fieldValue, rect }): Run[] => {
    if (subtype !== 'Widget' || typeof fieldValue !== 'string' || !fieldValue.trim() || !Array.isArray(rect)) return []
    const [left, bottom, right, top] = rect.map(Number) as [number, number, number, number]
    return [
      {
        text: fieldValue,
        x: left,
        y: bottom + (top - bottom) / 4,
        width: right - left,
        size: Math.min(12, top - bottom),
        direction: 'right',
      },
    ]
  })
}

function check(pages: readonly Page[]): void {
  let letters = 0
  let unmapped = 0
  for (const { lines } of pages)
    for (const { text } of lines) {
      letters += text.replace(/\s/g, '').length
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what fonts without a map yield
      unmapped += text.match(/[\ue000-\uf8ff\ufffd\u0000-\u0008\u000e-\u001f]/g)?.length ?? 0
    }
  if (letters < fewest * Math.min(pages.length, 3)) throw unreadable('scanned')
  if (unmapped > letters * most.garbled) throw unreadable('garbled')
}

/** Programs put file names and their own names there. */
function titleOf(info: object): string | undefined {
  const title = 'Title' in info && typeof info.Title === 'string' ? info.Title.replace(/\s+/g, ' ').trim() : ''
  return title.length > 3 &&
    !/^(untitled|\(?anonymous\)?|\(?unspecified\)?|microsoft (word|powerpoint)|.*\.(docx?|pdf|tex|dvi|indd|pptx?|xlsx?|rtf|html?)$)/i.test(
      title,
    )
    ? title
    : undefined
}
