import type { Finding, Stage } from '@gatehouse/contracts'
import { defineGuard } from '@gatehouse/kernel'
import { z } from 'zod'
import { anyGate, type Hit, hitsIn, windowsOf } from '../recogniser.ts'
import { maskOf, type Scan, scan, scanOf } from '../scan.ts'
import { candidatesOf } from './decode.ts'
import { isReported } from './reported.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'

const id = 'guard.injection'
const dataStages: readonly Stage[] = ['context', 'ingest', 'tool-result']
/** Messages of whoever wrote the instructions, and of the assistant itself: both may speak about instructions ("if asked to ignore them …"). */
const ownRoles: readonly string[] = ['system', 'developer', 'assistant']
const aboutInstructions: readonly string[] = ['override', 'leak', 'addressed']
interface Setting {
  readonly isData: boolean
  readonly isOwn: boolean
}

/** Hints this close together count together. */
const reach = 512
const deepest = 2
const mostFindings = 64
/** Of one rule in one text, hints and what stops counted apart, so that nothing is crowded out. Bounds the work on texts made to be slow. */
const mostHits = 200
/** What a weight alone is worth; only 3 passes the usual threshold of 0.8. */
const scoreOf: Readonly<Record<number, number>> = { 1: 0.3, 2: 0.6, 3: 0.95 }
const together = 0.85
/** Weights of different rules within reach of each other that stop together. */
const enough = 4

const concerns = anyGate(rules.map(({ gate }) => gate))
/** The gate of each rule as bits: most rules are passed over, so that must cost nothing. */
const masks = rules.map(({ gate }) => maskOf(gate))
const lowMasks = Int32Array.from(masks, ({ low }) => low)
const highMasks = Int32Array.from(masks, ({ high }) => high)

/** Attempts to override, extract or replace the instructions, in any wrapping. */
export const injection = defineGuard({
  id,
  title: 'Instruction override',
  summary:
    'Attempts to override, extract or replace the instructions of the assistant: by rule, in about twenty languages, also disguised.',
  config: z.strictObject({
    decode: z
      .boolean()
      .default(true)
      .meta({ title: 'Look through disguises', description: 'base64, hexadecimal, rot13, reversed and spelled-out text.' }),
  }),
  stages: ['input', 'context', 'ingest', 'tool-call', 'tool-result', 'output'],
  create: ({ decode }) => ({
    inspect(subject) {
      const scanned = scanOf(subject)
      const setting: Setting = {
        isData: dataStages.includes(subject.stage),
        isOwn: subject.role !== undefined && ownRoles.includes(subject.role),
      }
      const found = judged(scanned, setting)
      if (decode) found.push(...disguised(subject.text, scanned, setting, 1))
      if (scanned.tags >= 3) found.push({ guard: id, rule: 'injection.hidden-text', score: 0.6, start: 0, end: subject.text.length })
      if (scanned.overrides > 0) found.push({ guard: id, rule: 'injection.turned-text', score: 0.3, start: 0, end: subject.text.length })
      return found.length <= mostFindings ? found : found.sort((a, b) => b.score - a.score).slice(0, mostFindings)
    },
  }),
})

interface Weighed extends Hit {
  readonly rule: Rule
  readonly weight: number
}

/** Findings in the text itself, with ranges of the original. */
function judged(scanned: Scan, setting: Setting): Finding[] {
  if (!concerns(scanned)) return []
  const { view, offsets, low, high } = scanned
  const hits: Weighed[] = []
  for (let at = 0; at < rules.length; at++) {
    if ((low & lowMasks[at]!) === 0 && (high & highMasks[at]!) === 0) continue
    const rule = rules[at]!
    let hints = 0
    let stops = 0
    for (const window of windowsOf(scanned, rule.gate, rule.before, rule.after, view.length))
      for (const hit of hitsIn(view, window, rule.pattern)) {
        const weight = weightOf(rule, hit, view, setting)
        if ((weight === 3 ? ++stops : ++hints) <= mostHits) hits.push({ ...hit, rule, weight })
      }
  }
  if (hits.length === 0) return []
  const original = ({ start, end }: Hit) => (offsets ? { start: offsets[start]!, end: offsets[end]! } : { start, end })
  const findings = strongest(hits).map((hit) => ({
    guard: id,
    rule: `injection.${hit.rule.id}`,
    score: scoreOf[hit.weight]!,
    ...original(hit),
  }))
  const sum = hits.some(({ weight }) => weight === 3) ? undefined : combined(hits)
  return sum ? [{ guard: id, rule: 'injection.combined', score: together, ...original(sum) }, ...findings] : findings
}

/** Orders that are only told about ("a request to ignore earlier rules") are a hint at most. */
function weightOf(rule: Rule, { start }: Hit, view: string, { isData, isOwn }: Setting): number {
  const weight = isData ? (rule.inData ?? rule.weight) : rule.weight
  if (weight === 1) return 1
  if (isReported(view.slice(Math.max(0, start - 90), start))) return 1
  return isOwn && aboutInstructions.includes(rule.id) ? Math.min(2, weight) : weight
}

/** Of overlapping hits of one family the heaviest. */
function strongest(hits: readonly Weighed[]): Weighed[] {
  const kept: Weighed[] = []
  for (const hit of [...hits].sort((a, b) => b.weight - a.weight || a.start - b.start))
    if (!kept.some((other) => other.rule.id === hit.rule.id && other.start < hit.end && hit.start < other.end)) kept.push(hit)
  return kept.sort((a, b) => a.start - b.start)
}

/** The stretch in which enough different rules hit; each counts once. */
function combined(hits: readonly Weighed[]): Hit | undefined {
  const sorted = [...hits].sort((a, b) => a.start - b.start)
  for (const [index, first] of sorted.entries()) {
    const seen = new Map<string, number>()
    let sum = 0
    for (let at = index; at < sorted.length && sorted[at]!.start - first.start <= reach; at++) {
      const { rule, weight } = sorted[at]!
      const before = seen.get(rule.id) ?? 0
      if (weight > before) {
        sum += weight - before
        seen.set(rule.id, weight)
      }
      if (sum >= enough) return { start: first.start, end: sorted[at]!.end }
    }
  }
  return undefined
}

/** The same in what is hidden in the text, at most two disguises deep; the finding is the disguise. */
function disguised(text: string, scanned: Scan, setting: Setting, depth: number): Finding[] {
  const findings: Finding[] = []
  for (const candidate of candidatesOf(text, scanned)) {
    const inner = scan(candidate.text)
    const found = judged(inner, setting)
    if (depth < deepest) found.push(...disguised(candidate.text, inner, setting, depth + 1))
    const worst = found.reduce<Finding | undefined>((best, each) => (each.score > (best?.score ?? 0.5) ? each : best), undefined)
    if (worst) findings.push({ ...worst, start: candidate.start, end: candidate.end })
  }
  return findings
}
