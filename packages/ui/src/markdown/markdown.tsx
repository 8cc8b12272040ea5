import { createContext, memo, useContext, useMemo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { useUiText } from '../i18n/language.tsx'
import { closeUnfinished, splitBlocks } from './blocks.ts'
import { remarkCitations } from './citations.ts'
import { SafeLink } from './safe-link.tsx'

export interface Citation {
  readonly n: number
  readonly title: string
}
export interface MarkdownProps {
  text: string
  /** Numbers that can be opened; others stay plain text. */
  citations?: readonly Citation[] | undefined
  onCite?: ((n: number) => void) | undefined
}

interface Citing {
  readonly citations: readonly Citation[]
  readonly onCite: ((n: number) => void) | undefined
}
const Cited = createContext<Citing>({ citations: [], onCite: undefined })

function CitationMark({ n }: { n: number }) {
  const t = useUiText()
  const { citations, onCite } = useContext(Cited)
  const citation = citations.find((each) => each.n === n)
  if (!citation || !onCite) return <>[{n}]</>
  const label = t('ui.citation', { n, title: citation.title })
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      onClick={() => onCite(n)}
      className="mx-0.5 inline-flex h-6 min-w-6 items-center justify-center rounded-full bg-accent-soft px-1.5 align-[0.05em] text-xs font-semibold text-accent tabular transition-colors hover:bg-accent-solid hover:text-on-accent"
    >
      {n}
    </button>
  )
}

function ImageText({ alt }: { alt: string }) {
  const t = useUiText()
  return <span className="text-muted">[{t('ui.image', { alt })}]</span>
}

// what a model wrote is untrusted: no raw HTML, no image, no link that is followed without asking
const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ alt }) => <ImageText alt={alt ?? ''} />,
  sup: ({ node, children }) => {
    const n = node?.properties.dataCitation
    return typeof n === 'number' ? <CitationMark n={n} /> : <sup>{children}</sup>
  },
  input: ({ checked, type }) => (type === 'checkbox' ? <input type="checkbox" checked={checked === true} disabled /> : null),
}
const plugins = [remarkGfm, remarkCitations]

const Block = memo(({ text }: { text: string }) => (
  <ReactMarkdown skipHtml remarkPlugins={plugins} components={components}>
    {text}
  </ReactMarkdown>
))

/** A finished text, or with `growing` one that still comes: of that only the last block is parsed again. */
export function MarkdownText({ text, citations = [], onCite, growing }: MarkdownProps & { growing?: boolean }) {
  const cited = useMemo(() => ({ citations, onCite }), [citations, onCite])
  const blocks = growing ? splitBlocks(text) : [text]
  const last = blocks.length - 1
  return (
    <Cited value={cited}>
      <div className="prose">
        {blocks.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
          <Block key={index} text={growing && index === last ? closeUnfinished(block) : block} />
        ))}
      </div>
    </Cited>
  )
}
