import { newStemmer } from 'snowball-stemmers'

/** A word as it stands in a text, lower case, and the tokens it is found by. */
export interface Word {
  readonly raw: string
  readonly tokens: readonly string[]
}

/** Says almost nothing about what a text is about. Part of the tokeniser: measured with it. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its ' +
    'may of on or our she should so such than that the their them then there these they this to was we were what when where which who will with would you your'
  ).split(' '),
)

const mostCharacters = 64
const mostWords = 40_000
const stemmer = newStemmer('english')

// Two generations: when the young one is full the old one goes, so that frequent words stay.
let young = new Map<string, Word>()
let old = new Map<string, Word>()

export function wordOf(raw: string): Word {
  const known = young.get(raw)
  if (known) return known
  const word = old.get(raw) ?? makeWord(raw)
  if (young.size >= mostWords) [old, young] = [young, new Map()]
  young.set(word.raw, word) // not `raw`: it may be a slice that keeps a whole document alive
  return word
}

function makeWord(slice: string): Word {
  const raw = Buffer.from(slice, 'utf16le').toString('utf16le')
  const tokens: string[] = []
  const add = (token: string) => {
    if (token && !tokens.includes(token)) tokens.push(token)
  }
  const parts = raw.split(/[-_.+#@:/]+/).filter(Boolean)
  const joined = parts.length > 1 || parts[0] !== raw
  if (joined) add(raw.slice(0, mostCharacters))
  for (const part of parts) {
    if (stopWords.has(part) && !(joined && raw.length < 6)) continue // the `a` of `a-1` names something
    add(stemOf(part))
    for (const piece of piecesOf(part)) add(stemOf(piece))
  }
  if (parts.length === 2 && raw.includes('-') && worthJoining(parts)) add(stemOf(parts.join('')))
  return { raw, tokens }
}

/** `10-K` is also written 10k, `e-mail` email. */
const worthJoining = (parts: readonly string[]) =>
  parts.some((part) => part.length <= 2 || /\d/.test(part)) && parts[0]!.length + parts[1]!.length <= 16

/** FY2018 → fy, 2018. */
function piecesOf(part: string): readonly string[] {
  const found = part.length <= 24 && (/^(\p{L}+)(\p{N}+)$/u.exec(part) ?? /^(\p{N}+)(\p{L}+)$/u.exec(part))
  return found ? found.slice(1).filter((piece) => piece.length > 1 && !stopWords.has(piece)) : []
}

function stemOf(word: string): string {
  if (word.length < 3 || word.length > 40 || !/^[a-z]+$/.test(word)) return word.slice(0, mostCharacters)
  return stemmer.stem(word)
}
