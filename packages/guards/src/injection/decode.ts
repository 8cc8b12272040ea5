import { isOpen, type Scan } from '../scan.ts'

/** A text hidden in another: what it says, and where its disguise stands in the view. */
export interface Candidate {
  readonly text: string
  readonly start: number
  readonly end: number
}

const mostCandidates = 8
/** Of all candidates of one text together. */
const mostDecoded = 16 * 1024
const leastRun = 24

/** Cheap tests decide whether a candidate is made at all. */
export function candidatesOf(text: string, scan: Scan): Candidate[] {
  const made: Candidate[] = []
  let room = mostDecoded
  const add = (candidate: Candidate | undefined) => {
    if (!candidate || made.length >= mostCandidates || candidate.text.length > room || candidate.text === '') return
    room -= candidate.text.length
    made.push(candidate)
  }
  for (const run of longRuns(text)) add(decodedRun(text, run))
  for (const candidate of groupedRuns(text)) add(candidate)
  if (scan.low === 0 && scan.high === 0) return made
  const whole = (decoded: string) => ({ text: decoded, start: 0, end: text.length })
  if (isOpen(scan, 'rotated')) add(whole(rotated(text.slice(0, mostDecoded))))
  if (isOpen(scan, 'reversed')) add(whole([...text.slice(-mostDecoded)].reverse().join('')))
  if (isOpen(scan, 'spaced')) for (const run of spacedRuns(text)) add(run)
  if (isOpen(scan, 'spacedWide')) add(whole(closedUp(text.slice(0, mostDecoded))))
  if (isOpen(scan, 'escaped')) add(whole(unescaped(text.slice(0, mostDecoded))))
  if (isOpen(scan, 'leet')) add(whole(unleet(text.slice(0, mostDecoded))))
  return made
}

// base64, base64url and hex ──────────────────────────────────────────────────────────────────────

const isRun = new Uint8Array(0x10000)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-') isRun[character.charCodeAt(0)] = 1

/** Runs of 24 or more: looks at every 24th character and walks back only where it may be inside one. */
function longRuns(text: string): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = []
  const length = text.length
  for (let from = 0; from + leastRun <= length; ) {
    let at = from + leastRun - 1
    while (at >= from && isRun[text.charCodeAt(at)]) at--
    if (at >= from) {
      from = at + 1
      continue
    }
    let end = from + leastRun
    while (end < length && isRun[text.charCodeAt(end)]) end++
    runs.push({ start: from, end })
    if (runs.length >= 64) break
    from = end + 1
  }
  return runs
}

function decodedRun(text: string, { start, end }: { start: number; end: number }): Candidate | undefined {
  const run = text.slice(start, Math.min(end, start + mostDecoded))
  const bytes = /^[0-9a-f]+$/i.test(run) && run.length % 2 === 0 ? Buffer.from(run, 'hex') : Buffer.from(run, 'base64')
  const decoded = bytes.toString('utf8')
  return isReadable(decoded) ? { text: decoded, start, end } : undefined
}

const isBlank = (code: number) => code === 32 || code === 10 || code === 9
/** The next blank within a group's length; -1 when there is none. */
function blankAfter(text: string, from: number): number {
  for (let at = from; at < from + widestGroup; at++) if (isBlank(text.charCodeAt(at))) return at
  return -1
}
const widestGroup = 20
const stride = 40

/** Base64 or hexadecimal in groups of one length (`aWdu b3Jl IGFs …`): looks whether the words around every 40th character are equally long. */
function* groupedRuns(text: string): Generator<Candidate> {
  for (let at = 0; at + stride <= text.length; ) {
    const first = blankAfter(text, at)
    const second = first < 0 ? -1 : blankAfter(text, first + 1)
    const step = second - first
    if (second < 0 || step < 3 || !isBlank(text.charCodeAt(second + step)) || !isBlank(text.charCodeAt(second + 2 * step))) {
      at += stride
      continue
    }
    const { start, end } = groupsAround(text, first, step)
    const joined = text.slice(start, Math.min(end, start + mostDecoded)).replace(/\s/g, '')
    const candidate = joined.length >= leastRun ? decodedRun(joined, { start: 0, end: joined.length }) : undefined
    if (candidate) yield { text: candidate.text, start, end }
    at = Math.max(end, at + stride)
  }
}

/** As far as groups of that length reach before and behind a blank; the last one may be shorter. */
function groupsAround(text: string, blank: number, step: number): { start: number; end: number } {
  const isGroup = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (!isRun[text.charCodeAt(at)]) return false
    return to > from
  }
  let start = blank + 1
  while (start - step >= 0 && isBlank(text.charCodeAt(start - 1)) && isGroup(start - step, start - 1)) start -= step
  let end = blank
  while (isBlank(text.charCodeAt(end)) && isGroup(end + 1, Math.min(text.length, end + step))) end = Math.min(text.length, end + step)
  if (isBlank(text.charCodeAt(end))) while (end + 1 < text.length && isRun[text.charCodeAt(end + 1)]) end++
  return { start, end }
}

/** At least 95 % printable, and with letters in it: an image, a hash, a UUID is not. */
function isReadable(text: string): boolean {
  let odd = 0
  let letters = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd || (code < 32 && code !== 10 && code !== 13 && code !== 9) || code === 127) odd++
    else if ((code | 32) >= 97 && (code | 32) <= 122) letters++
    else if (code > 0x2e80) letters++
  }
  return text.length > 5 && odd * 20 <= text.length && letters * 2 >= text.length
}

// whole-text disguises ──────────────────────────────────────────────────────────────────────────

const rotated = (text: string) =>
  text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    return String.fromCharCode((((code & 31) - 1 + 13) % 26) + (code & 96) + 1)
  })

const spelledOut = /(?<![\p{L}\p{N}])\S(?:([ ._\-*|])\1{0,3}\S(?![\p{L}\p{N}])|[\s/|]{1,4}\S(?=[ ._\-*|]{1,4}\S(?![\p{L}\p{N}]))){7,600}/gu

/** Words spelled with a sign between the letters. A blank ends a word where the sign is another; two blanks where it is a blank. */
function* spacedRuns(text: string): Generator<Candidate> {
  for (const match of text.matchAll(spelledOut)) {
    const spelled = match[0]
    const byBlank = (spelled.match(/(?<=\S) (?=\S)/g)?.length ?? 0) * 3 > spelled.length
    const words = spelled.split(byBlank ? /\s{2,}|\n| ?[/|] ?/ : /[\s/|]+/).map((word) => word.replace(byBlank ? / /g : /[._\-*|]/g, ''))
    const place = { start: match.index, end: match.index + spelled.length }
    yield { text: words.length > 1 ? words.join(' ') : worded(words[0]!), ...place }
    const decoded =
      words.length === 1 && words[0]!.length >= leastRun ? decodedRun(words[0]!, { start: 0, end: words[0]!.length }) : undefined
    if (decoded) yield { text: decoded.text, ...place }
  }
}

/** Chinese written with blanks or signs between the characters. */
const closedUp = (text: string) => text.replace(/(?<=\p{sc=Han})[\s._\-*|·]{1,3}(?=\p{sc=Han})/gu, '')

const knownWords =
  /ignore|disregard|forget|all|any|every|the|previous|prior|above|earlier|your|my|system|developer|initial|original|instructions?|directives?|prompts?|rules|guidelines|commands|directions|constraints|messages?|existing|context|everything|text|attention|following|discard|pay|stop|set|aside|from|then|instead|and|reveal|print|show|tell|repeat|output|me|of|do|not|follow|bypass|override|safety|content|restrictions|secret|password|act|as|you|are|now|without/g
/** Letters without blanks between words: the words that matter are found and set apart. */
const worded = (letters: string) => letters.toLowerCase().replace(knownWords, ' $& ').replace(/ {2,}/g, ' ')

const unescaped = (text: string) =>
  text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    .replace(/&#(?:x([0-9a-f]{1,5})|(\d{1,6}));?/gi, (_, hex: string | undefined, decimal: string | undefined) =>
      point(Number.parseInt(hex ?? decimal ?? '32', hex ? 16 : 10)),
    )
    .replace(/\\u\{?([0-9a-f]{4,5})\}?|\\x([0-9a-f]{2})/gi, (_, four: string | undefined, two: string | undefined) =>
      point(Number.parseInt(four ?? two ?? '20', 16)),
    )

const point = (code: number) => (code > 0 && code < 0x110000 ? String.fromCodePoint(code) : ' ')

const letterOf: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  9: 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Digits in the middle of words only: numbers stay numbers. */
const unleet = (text: string) =>
  text.replace(/[\w@$!]*[a-z][\w@$!]*/gi, (word) => word.replace(/[013457890@$!]/g, (sign) => letterOf[sign] ?? sign))
