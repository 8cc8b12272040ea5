import type { DocumentRecord } from '@gatehouse/contracts'

/** What a document is called: title, file name, path, metadata values. A search field of its own. */
export function identityOf({ title, name, path, metadata }: DocumentRecord): string {
  const parts = [
    title,
    withoutEnding(name),
    path ? withoutEnding(path) : '',
    ...Object.entries(metadata)
      .filter(([key]) => !internal.has(key))
      .map(([, value]) => value),
  ]
  return [...new Set(parts.map((part) => part.trim()).filter(Boolean))].join('\n').slice(0, 2000)
}
const internal = new Set(['supersededBy', 'supersedes', 'status', 'archived'])
const withoutEnding = (name: string) => name.replace(/\.(md|mdx|markdown|txt|html?|text|pdf|docx|xlsx|csv|tsv)$/i, '')

/** What is indexed of a segment: the title and the heading path, then its text. */
export function bodyOf(title: string, headings: readonly string[], text: string): string {
  const path = headings[0] === title ? headings.slice(1) : headings
  return [title, ...path, text].filter(Boolean).join('\n')
}
