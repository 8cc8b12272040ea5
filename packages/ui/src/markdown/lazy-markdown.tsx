import { lazy, Suspense } from 'react'
import type { MarkdownProps } from './markdown.tsx'

// the parser is as large as the rest of a page: it comes when the first text does
const MarkdownText = lazy(async () => ({ default: (await import('./markdown.tsx')).MarkdownText }))
const Plain = ({ text }: { text: string }) => <div className="prose whitespace-pre-wrap">{text}</div>

/** Untrusted Markdown: no images, no HTML, links ask before they leave, `[n]` open sources. */
export const Markdown = (props: MarkdownProps) => (
  <Suspense fallback={<Plain text={props.text} />}>
    <MarkdownText {...props} />
  </Suspense>
)

/** The same while it still grows. */
export const StreamingText = (props: MarkdownProps) => (
  <Suspense fallback={<Plain text={props.text} />}>
    <MarkdownText {...props} growing />
  </Suspense>
)
