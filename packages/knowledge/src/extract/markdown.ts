import type { Block, Extracted } from '@gatehouse/kernel'
import type { Nodes, RootContent, Table, TableRow } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { extractHtml } from './html.ts'

/** Markdown as the reader sees it: no marks in the text, tables by rows, headings with their level. */
export function extractMarkdown(source: string): Extracted {
  const { body, title } = withoutFrontMatter(source)
  const tree = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const blocks = tree.children.flatMap((node) => blocksOf(node))
  const first = blocks.find(({ kind }) => kind === 'heading')
  const found = title ?? (first?.level === 1 ? first.text : undefined)
  return { ...(found && { title: found }), blocks }
}

function withoutFrontMatter(source: string): { body: string; title?: string } {
  const matter = /^---\n([\s\S]{0,20000}?)\n---[ \t]*(?:\n|$)/.exec(source)
  if (!matter || !/^[\w-]+\s*:/m.test(matter[1]!)) return { body: source }
  const title = /^title\s*:\s*["']?(.+?)["']?\s*$/m.exec(matter[1]!)?.[1]
  return { body: source.slice(matter[0].length), ...(title && { title }) }
}

function blocksOf(node: RootContent): Block[] {
  switch (node.type) {
    case 'heading':
      return block({ kind: 'heading', level: node.depth, text: textOf(node) })
    case 'paragraph':
      return block({ kind: 'paragraph', text: textOf(node) })
    case 'code':
      return block({ kind: 'code', text: node.value })
    case 'table':
      return tableBlock(node)
    case 'list':
      return block({ kind: 'list', text: listText(node, '') })
    case 'blockquote':
    case 'footnoteDefinition':
      return node.children.flatMap(blocksOf)
    case 'html':
      return extractHtml(`<body>${node.value}</body>`, { article: false }).blocks.slice()
    default:
      return []
  }
}

const block = (made: Block): Block[] => (made.text.trim() ? [{ ...made, text: made.text.trim() }] : [])

function listText(list: Extract<RootContent, { type: 'list' }>, indent: string): string {
  let number = list.start ?? 1
  return list.children
    .map((item) => {
      const mark = list.ordered ? `${number++}. ` : '- '
      const parts = item.children.map((child) => (child.type === 'list' ? listText(child, `${indent}  `) : indent + textOf(child)))
      return `${indent}${mark}${(parts[0] ?? '').trimStart()}${parts
        .slice(1)
        .map((part) => `\n${part}`)
        .join('')}`
    })
    .join('\n')
}

function tableBlock(table: Table): Block[] {
  const rows = table.children.map(rowText)
  const header = rows[0] ?? ''
  return block({ kind: 'table', text: rows.join('\n'), header })
}
const rowText = (row: TableRow) => row.children.map((cell) => textOf(cell).replace(/\s+/g, ' ').trim()).join(' | ')

/** What a reader sees of a node. */
function textOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value
  if (node.type === 'break') return '\n'
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? ''
  if (node.type === 'html') return ''
  return 'children' in node
    ? node.children.map((child) => textOf(child)).join(node.type === 'listItem' || node.type === 'blockquote' ? '\n' : '')
    : ''
}
