import type { Source } from '@gatehouse/contracts'
import { contentOf, type Expected, expectedOf, holds, sentencesOf, tokensOf } from '@gatehouse/kernel'

/** One or two adjacent sentences of a source, exactly as they stand there. */
export interface Quote {
  readonly n: number
  readonly text: string
  /** 0–1: how much of the question the quote and its headings hold. */
  readonly coverage: number
}

interface Sentence {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly terms: ReadonlySet<string>
}
interface Span extends Quote {
  readonly score: number
}

const most = 600
/** What a match in title or headings counts beside one in the sentence. */
const headingShare = 0.45
const typeBonus = 0.22
const sourceBonus = 0.45
const longer = 0.03
/** A heading, or the head of a table, names what is said below it. */
const nothingSaid = 0.5
const meaning =
  /\b(means?|meaning|stands? for|signif\w+|indicates?|tells? (me|us)|definition)\b|什么意思|含义|代表什么|表示什么|是指什么|说明什么/i

/** The best place to quote, or undefined when nothing of the question stands in the sources. */
export function quoteFor(question: string, sources: readonly Source[], weights: Readonly<Record<string, number>> = {}): Quote | undefined {
  const terms = [...new Set(tokensOf(contentOf(question)))]
  const weightOf = (term: string) => weights[term] ?? 1
  const all = terms.reduce((sum, term) => sum + weightOf(term), 0)
  if (all <= 0) return undefined
  const expected = expectedOf(question)
  const set = new Set(terms)
  const isAsked = (term: string) => set.has(term)
  const isMeaning = meaning.test(question)
  const best = Math.max(...sources.map(({ score }) => score), 0.0001)
  let found: Span | undefined
  for (const source of sources)
    for (const span of spansOf(source, { terms, weightOf, all, expected, isAsked, isMeaning, standing: source.score / best }))
      if (!found || span.score > found.score) found = span
  return found && found.coverage > 0 ? { n: found.n, text: found.text, coverage: found.coverage } : undefined
}

interface Asked {
  readonly terms: readonly string[]
  readonly weightOf: (term: string) => number
  readonly all: number
  readonly expected: Expected | undefined
  readonly isAsked: (term: string) => boolean
  /** Asks what a word or code means. */
  readonly isMeaning: boolean
  /** The source's score as a share of the best one's. */
  readonly standing: number
}

function* spansOf(source: Source, asked: Asked): Generator<Span> {
  const above = new Set(tokensOf([source.title, ...source.headings].join('\n')))
  const sentences = sentencesOf(source.text).map(({ start, end }): Sentence => {
    const text = source.text.slice(start, end)
    return { start, end, text, terms: new Set(tokensOf(text)) }
  })
  let over = above
  for (const [at, sentence] of sentences.entries()) {
    const next = sentences[at + 1]
    const isHead = isTableHead(sentence, sentences[at - 1], next)
    if (isHead) over = new Set([...above, ...sentence.terms])
    else if (!isRow(sentence.text)) over = above
    if (isCommand(sentence.text)) continue
    const alone = spanOf(source, [sentence], over, asked)
    yield isHead ? { ...alone, score: alone.score - nothingSaid } : alone
    if (!next || isCommand(next.text) || next.end - sentence.start > most || isParted(source.text.slice(sentence.end, next.start))) continue
    const both = spanOf(source, [sentence, next], over, asked)
    yield { ...both, score: both.score - longer }
  }
}

function spanOf({ n, text, headings }: Source, sentences: readonly Sentence[], above: ReadonlySet<string>, asked: Asked): Span {
  const quote = trimMark(text.slice(sentences[0]!.start, sentences.at(-1)!.end))
  let inside = 0
  let overhead = 0
  for (const term of asked.terms)
    if (sentences.some(({ terms }) => terms.has(term))) inside += asked.weightOf(term)
    else if (above.has(term)) overhead += asked.weightOf(term)
  const coverage = (inside + overhead) / asked.all
  const isKeyed = sentences.length === 1 && isKeyedRow(quote, asked.isAsked)
  const type = asked.expected && holds(quote, asked.expected, asked.isAsked) ? typeBonus : 0
  const isHeading = headings.includes(quote) || quote.length < 4
  const defines = asked.isMeaning && isEntry(quote, asked.isAsked) ? typeBonus : 0
  const score =
    inside / asked.all +
    ((isKeyed ? 1 : headingShare) * overhead) / asked.all +
    (isKeyed ? typeBonus : type) +
    defines +
    sourceBonus * asked.standing -
    (isHeading ? nothingSaid : 0)
  return { n, text: quote, coverage, score }
}

/** The first row of a table: what its columns are called holds for each row. Not where it has a figure: a passage may begin in the middle of one. */
function isTableHead({ text }: Sentence, before: Sentence | undefined, next: Sentence | undefined): boolean {
  return isRow(text) && !/\d/.test(text) && !(before && isRow(before.text)) && next !== undefined && isRow(next.text)
}
const isRow = (text: string) => text.includes(' | ')

/** The row of what was asked about, named in its first cell: what stands above the table is said of it as much as the row itself. */
function isKeyedRow(text: string, isAsked: (term: string) => boolean): boolean {
  const key = isRow(text) ? text.replace(/^\| /, '').split(' | ', 1)[0]! : ''
  const terms = /\d/.test(key) ? tokensOf(key) : []
  return terms.length > 0 && terms.every(isAsked)
}

/** Two paragraphs speak of two things. */
const isParted = (between: string) => between.length > 2 || between.split('\n').length > 2

/** A row of a table, or an entry of a list, for what was asked about. */
function isEntry(text: string, isAsked: (term: string) => boolean): boolean {
  const head = /^([^|:：]{1,60}?)\s*[|:：]/.exec(text)?.[1]
  return head !== undefined && tokensOf(head).some(isAsked)
}

/** The mark of a list item is not part of what it says. */
const trimMark = (text: string) => text.replace(/^(?:[-*•·●]|\(?\d{1,3}[.)])\s+/, '')

/** A sentence that talks to an assistant is not an answer to a person. What sources say is never followed; this one is not even quoted. */
function isCommand(text: string): boolean {
  return (
    /\b(assistant|language model|llm|chatbot|AI)\b|人工智能|语言模型|智能助手|AI助手/i.test(text) &&
    /\b(ignore|disregard|forget|override|reply only|answer only|respond only|must (reply|answer|say)|instead of|repeat|print|reveal)\b|无视|忽略|忘记|不要理会|只回答|必须回答|开头|从现在起/i.test(
      text,
    )
  )
}
