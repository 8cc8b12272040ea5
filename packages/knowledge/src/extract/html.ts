import type { Block, Extracted } from '@gatehouse/kernel'
import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { hasNoContrast, hidesText, tidyStyle } from './hidden-style.ts'
import { markHidden } from './style-sheet.ts'

/** The part of the DOM that is used; the DOM library of the browser is not loaded on a server. */
interface Element {
  readonly nodeType: number
  readonly tagName: string
  readonly textContent: string | null
  readonly childNodes: Iterable<Element>
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  querySelectorAll(selector: string): Iterable<Element>
}

const skipped = new Set([
  'SCRIPT',
  'STYLE',
  'NOSCRIPT',
  'TEMPLATE',
  'SVG',
  'MATH',
  'IFRAME',
  'OBJECT',
  'HEAD',
  'SELECT',
  'TEXTAREA',
  'CANVAS',
])
const chrome = new Set(['NAV', 'FOOTER', 'ASIDE', 'FORM', 'BUTTON'])
const blockLevel =
  /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|BODY|DD|DETAILS|DIV|DL|DT|FIELDSET|FIGCAPTION|FIGURE|FOOTER|FORM|H[1-6]|HEADER|HR|HTML|LI|MAIN|NAV|OL|P|PRE|SECTION|SUMMARY|TABLE|UL)$/
const mostDepth = 200

/** A web page as its reader sees it; what it hides from people is kept apart and marked. Runs no script and fetches nothing. */
export function extractHtml(html: string, { article = true }: { article?: boolean } = {}): Extracted {
  // linkedom puts a fragment without these beside the document
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`)
  markHidden(document.documentElement as unknown as Parameters<typeof markHidden>[0])
  const title = tidy(document.querySelector('title')?.textContent ?? '')
  const all = new Walk(false)
  all.visit(document.documentElement as unknown as Element, false, 0)
  all.flush(false)
  const main = article ? withoutChrome(document, all.blocks) : all.blocks
  const heading = main.find(({ kind, level }) => kind === 'heading' && level === 1)?.text
  const found = heading ?? title
  return { ...(found && { title: found }), blocks: main }
}

/** The page without navigation: by its landmarks, else by readability when the page has much that is not the article. */
function withoutChrome(document: unknown, blocks: readonly Block[]): readonly Block[] {
  const root = (document as { documentElement: Element }).documentElement
  const walk = new Walk(true)
  walk.visit(root, false, 0)
  walk.flush(false)
  const hasChrome = characters(walk.blocks) < characters(blocks)
  if (hasChrome && characters(walk.blocks) > 200) return walk.blocks
  const links = [...root.querySelectorAll('a')].reduce((sum, link) => sum + (link.textContent?.length ?? 0), 0)
  if (links < characters(blocks) * 0.4) return hasChrome ? walk.blocks : blocks
  return readable(document) ?? blocks
}

function readable(document: unknown): Block[] | undefined {
  try {
    // Readability wants a DOM document; linkedom's is near enough for it
    const found = new Readability(document as never, { charThreshold: 200 }).parse()
    return found?.content && (found.textContent?.length ?? 0) > 200 ? [...extractHtml(found.content, { article: false }).blocks] : undefined
  } catch {
    return undefined
  }
}

const characters = (blocks: readonly Block[]) => blocks.reduce((sum, { text }) => sum + text.length, 0)
const tidy = (text: string) => text.replace(/[\s\u00a0]+/g, ' ').trim()

class Walk {
  readonly blocks: Block[] = []
  readonly #withoutChrome: boolean
  #line = ''

  constructor(withoutChrome: boolean) {
    this.#withoutChrome = withoutChrome
  }

  visit(node: Element, hidden: boolean, depth: number): void {
    if (depth > mostDepth) return
    if (node.nodeType === 3) {
      this.#line += node.textContent ?? ''
      return
    }
    if (node.nodeType === 8) this.#comment(node.textContent ?? '')
    if (node.nodeType !== 1) return
    const tag = node.tagName.toUpperCase()
    if (skipped.has(tag) || (this.#withoutChrome && chrome.has(tag))) return
    if (tag === 'BR') {
      this.#line += '\n'
      return
    }
    const inside = hidden || isHidden(node)
    if (inside !== hidden || blockLevel.test(tag)) {
      this.flush(hidden)
      this.#block(node, tag, inside, depth)
      this.flush(inside)
      return
    }
    for (const child of node.childNodes) this.visit(child, inside, depth + 1)
  }

  #block(node: Element, tag: string, hidden: boolean, depth: number): void {
    const heading = /^H([1-6])$/.exec(tag)
    if (heading) this.#push({ kind: 'heading', level: Number(heading[1]), text: tidy(node.textContent ?? '') }, hidden)
    else if (tag === 'PRE') this.#push({ kind: 'code', text: node.textContent ?? '' }, hidden)
    else if (tag === 'TABLE' && !hidden && [...node.querySelectorAll('table')].length === 0) this.#table(node, hidden)
    else if ((tag === 'UL' || tag === 'OL') && !hasHidden(node)) this.#push({ kind: 'list', text: listText(node, '') }, hidden)
    else for (const child of node.childNodes) this.visit(child, hidden, depth + 1)
  }

  #table(table: Element, hidden: boolean): void {
    const rows: string[] = []
    let header: string | undefined
    for (const row of table.querySelectorAll('tr')) {
      const cells = [...row.childNodes].filter(({ nodeType, tagName }) => nodeType === 1 && /^T[HD]$/i.test(tagName))
      const text = cells.map((cell) => tidy(visibleText(cell))).join(' | ')
      if (!text.replace(/[ |]/g, '')) continue
      if (rows.length === 0) header = text
      rows.push(text)
    }
    if (rows.length) this.#push({ kind: 'table', text: rows.join('\n'), ...(rows.length > 1 && header && { header }) }, hidden)
    for (const one of hiddenWithin(table)) this.#push({ kind: 'paragraph', text: tidy(one.textContent ?? '') }, true)
  }

  #comment(text: string): void {
    // short ones are marks of tools; a sentence in a comment is for somebody
    if (!/^\[if|^\s*#|endif\]/.test(text) && text.trim().split(/\s+/).length >= 4) this.#push({ kind: 'paragraph', text: tidy(text) }, true)
  }

  flush(hidden: boolean): void {
    const text = this.#line
      .split('\n\n')
      .map((line) => line.replace(/[ \t\u00a0\n]+/g, ' ').trim())
      .filter(Boolean)
      .join('\n')
    this.#line = ''
    this.#push({ kind: 'paragraph', text }, hidden)
  }

  #push(made: Block, hidden: boolean): void {
    const text = made.text.trim()
    if (text) this.blocks.push({ ...made, text, ...(hidden && { hidden: true }) })
  }
}

function isHidden(node: Element): boolean {
  if (node.hasAttribute('hidden') || node.getAttribute('aria-hidden') === 'true') return true
  const style = tidyStyle(node.getAttribute('style') ?? '')
  return style !== '' && (hidesText(style) || hasNoContrast(style, true))
}

const hiddenWithin = (node: Element) => [...node.querySelectorAll('[hidden],[style],[aria-hidden]')].filter(isHidden)
const hasHidden = (node: Element) => hiddenWithin(node).length > 0

function visibleText(node: Element): string {
  if (node.nodeType === 3) return node.textContent ?? ''
  if (node.nodeType !== 1 || skipped.has(node.tagName.toUpperCase()) || isHidden(node)) return ''
  let text = ''
  for (const child of node.childNodes) text += visibleText(child)
  return blockLevel.test(node.tagName.toUpperCase()) || node.tagName.toUpperCase() === 'BR' ? ` ${text} ` : text
}

function listText(list: Element, indent: string): string {
  const lines: string[] = []
  let number = 1
  for (const item of list.childNodes) {
    if (item.nodeType !== 1 || item.tagName.toUpperCase() !== 'LI') continue
    const nested = [...item.childNodes].filter(({ nodeType, tagName }) => nodeType === 1 && /^[UO]L$/i.test(tagName))
    const own = [...item.childNodes]
      .filter((child) => !nested.includes(child))
      .map(visibleText)
      .join('')
    const mark = list.tagName.toUpperCase() === 'OL' ? `${number++}. ` : '- '
    lines.push(`${indent}${mark}${tidy(own)}`)
    for (const each of nested) lines.push(listText(each, `${indent}  `))
  }
  return lines.join('\n')
}
