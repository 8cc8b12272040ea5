import type { Stage, Verdict } from '@gatehouse/contracts'
import type { Exchange } from '../exchange.ts'
import { type Cut, cutPiece, cutsOf } from './cuts.ts'
import { allowed, decide, merge } from './decide.ts'
import type { BoundGuard } from './guard.ts'
import { type Found, inspectText } from './inspect-text.ts'
import { acrossSeams, joinedTurns } from './joined-turns.ts'
import { recordOf, refusalOf } from './refusal.ts'
import { mapTexts } from './request-texts.ts'

const unseen: Found = { findings: [], failed: true }
const noGuards: readonly BoundGuard[] = []
const empty = new Uint8Array()

interface Text {
  readonly stage: Stage
  readonly text: string
  found: Found | Promise<Found>
}

/**
 * Inspects everything the caller sent. Throws the refusal, or gives the exchange to go on with: itself, or a copy with redacted
 * texts and no body, so that it is encoded anew. A promise only when a guard waits.
 */
export function guardRequest(exchange: Exchange): Exchange | Promise<Exchange> {
  const policy = exchange.target.policy
  if (!policy.stages.input && !policy.stages['tool-result'] && !policy.stages['tool-call']) return exchange
  const started = performance.now()
  const texts: Text[] = []
  let room = policy.spec.maxCharacters
  let waits = false
  mapTexts(exchange.request, (stage, text, role) => {
    const guards = policy.stages[stage] ?? noGuards
    if (guards.length > 0 && text !== '') {
      room -= text.length
      const found = room < 0 ? unseen : inspectText(guards, role ? { stage, text, role } : { stage, text }, exchange.asker)
      waits ||= found instanceof Promise
      texts.push({ stage, text, found })
    }
    return text
  })
  const joined = policy.stages.input && joinedTurns(exchange.request)
  if (joined) {
    const rules = policy.spec.stages.input ?? []
    const found = inspectText(policy.stages.input ?? noGuards, { stage: 'input', text: joined.text }, exchange.asker)
    const across = (each: Found) => acrossSeams(each, joined, rules)
    waits ||= found instanceof Promise
    texts.push({ stage: 'input', text: joined.text, found: found instanceof Promise ? found.then(across) : across(found) })
  }
  return waits ? settle(exchange, texts, started) : conclude(exchange, texts, started)
}

async function settle(exchange: Exchange, texts: readonly Text[], started: number): Promise<Exchange> {
  for (const text of texts) text.found = await text.found
  return conclude(exchange, texts, started)
}

function conclude(exchange: Exchange, texts: readonly Text[], started: number): Exchange {
  const { spec, stages: bound } = exchange.target.policy
  const judged: Judged[] = []
  let cuts: Map<Text, Cut[]> | undefined
  for (const text of texts) {
    const found = text.found as Found // every promise was awaited
    const own = judgedAt(judged, text.stage)
    if (found.findings.length === 0 && !found.failed) continue
    const rules = spec.stages[text.stage] ?? []
    own.verdict = merge(own.verdict, decide(found.findings, rules, { mode: spec.mode, failed: found.failed }))
    const cut = cutsOf(found.findings, rules, spec.mode)
    if (cut.length === 0) continue
    cuts ??= new Map()
    cuts.set(text, cut)
  }
  const share = (performance.now() - started) / Math.max(1, judged.length)
  if (bound.input) judgedAt(judged, 'input')
  for (const { stage, verdict } of judged) exchange.notes.verdicts.push(recordOf(stage, verdict, share))
  for (const { stage, verdict } of judged) {
    const refusal = refusalOf(verdict, spec, stage)
    if (refusal) throw refusal
  }
  return cuts ? redacted(exchange, texts, cuts) : exchange
}

interface Judged {
  readonly stage: Stage
  verdict: Verdict
}

/** What was decided for a stage so far; there are three at most. */
function judgedAt(judged: Judged[], stage: Stage): Judged {
  for (const each of judged) if (each.stage === stage) return each
  const fresh = { stage, verdict: allowed }
  judged.push(fresh)
  return fresh
}

/** The second walk meets the texts in the order of the first; joined turns stand behind them all and are never cut. */
function redacted(exchange: Exchange, texts: readonly Text[], cuts: ReadonlyMap<Text, Cut[]>): Exchange {
  let at = 0
  const { policy } = exchange.target
  const request = mapTexts(exchange.request, (stage, text) => {
    if (!policy.stages[stage] || text === '') return text
    const cut = cuts.get(texts[at++]!)
    return cut ? cutPiece(text, 0, cut) : text
  })
  return exchange.with({ request, body: empty })
}
