import type { Finding, PolicyRule, PolicySpec } from '@gatehouse/contracts'
import { actionFor } from './decide.ts'

/** A run of the original text and what stands there instead. */
export interface Cut {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

/** What the policy takes out, in order of the text. Overlapping findings are one cut, named by the one that starts first. */
export function cutsOf(findings: readonly Finding[], rules: readonly PolicyRule[], mode: PolicySpec['mode'], shift = 0): Cut[] {
  if (mode === 'monitor' || findings.length === 0) return []
  const taken = findings.filter((finding) => finding.end > finding.start && isTakenOut(finding, rules))
  if (taken.length === 0) return []
  taken.sort((a, b) => a.start - b.start || b.end - a.end || (a.rule < b.rule ? -1 : 1))
  const cuts: Cut[] = []
  for (const { start, end, replacement = '[redacted]' } of taken) {
    const last = cuts.at(-1)
    if (last && start + shift < last.end) cuts[cuts.length - 1] = { ...last, end: Math.max(last.end, end + shift) }
    else cuts.push({ start: start + shift, end: end + shift, replacement })
  }
  return cuts
}

function isTakenOut(finding: Finding, rules: readonly PolicyRule[]): boolean {
  const rule = rules.find(({ guard }) => guard === finding.guard)
  const action = rule && actionFor(finding, rule)
  return action === 'redact' || action === 'rewrite'
}

/** The piece of a text from `start` on, with the cuts made; a replacement stands where its cut starts. The same string when none touches it. */
export function cutPiece(piece: string, start: number, cuts: readonly Cut[]): string {
  const end = start + piece.length
  let text = ''
  let at = start
  for (const cut of cuts) {
    if (cut.end <= at) continue
    if (cut.start >= end) break
    if (cut.start > at) text += piece.slice(at - start, cut.start - start)
    if (cut.start >= start) text += cut.replacement
    at = Math.min(cut.end, end)
  }
  return at === start ? piece : text + piece.slice(at - start)
}
