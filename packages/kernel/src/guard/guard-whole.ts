import type { TextPart } from '@gatehouse/contracts'
import type { Exchange } from '../exchange.ts'
import { type Reply, type ReplyEvent, WholeReply } from '../reply.ts'
import { type Cut, cutPiece, cutsOf } from './cuts.ts'
import { allowed, decide, merge } from './decide.ts'
import { type Found, inspectText } from './inspect-text.ts'
import { recordOf, refusalOf } from './refusal.ts'

/** A complete answer: inspected at once. The very same reply when nothing was found. */
export function guardWhole(exchange: Exchange, reply: Reply, whole: ReplyEvent): Reply | Promise<Reply> {
  const started = performance.now()
  const { stages, spec } = exchange.target.policy
  const texts = textsOf(whole.parts)
  let room = spec.maxCharacters
  let waits = false
  const found = texts.map(({ text }) => {
    room -= text.length
    const one = room < 0 ? { findings: [], failed: true } : inspectText(stages.output ?? [], { stage: 'output', text }, exchange.asker)
    waits ||= one instanceof Promise
    return one
  })
  if (!waits) return conclude(exchange, reply, whole, texts, found as Found[], started)
  return Promise.all(found).then((all) => conclude(exchange, reply, whole, texts, all, started))
}

/** Parts of one lane and index are one text, however many there are. */
interface Text {
  readonly lane: TextPart['lane']
  readonly index: number
  text: string
}

function textsOf(parts: readonly TextPart[]): Text[] {
  const texts: Text[] = []
  for (const { lane, index, text } of parts) {
    const same = texts.find((each) => each.lane === lane && each.index === index)
    if (same) same.text += text
    else texts.push({ lane, index, text })
  }
  return texts
}

function conclude(
  exchange: Exchange,
  reply: Reply,
  whole: ReplyEvent,
  texts: readonly Text[],
  found: readonly Found[],
  started: number,
): Reply {
  const { spec } = exchange.target.policy
  const rules = spec.stages.output ?? []
  let verdict = allowed
  for (const { findings, failed } of found) verdict = merge(verdict, decide(findings, rules, { mode: spec.mode, failed }))
  const cuts = found.map(({ findings }) => cutsOf(findings, rules, spec.mode))
  exchange.notes.verdicts.push(recordOf('output', verdict, performance.now() - started))
  const refusal = refusalOf(verdict, spec, 'output')
  if (refusal) {
    if (reply.outcome?.usage) exchange.notes.usage ??= reply.outcome.usage // the vendor did the work: it is settled and recorded
    throw refusal
  }
  if (cuts.every((each) => each.length === 0)) return reply
  return new WholeReply(reply.dialect, redacted(whole, texts, cuts), reply.outcome ?? { end: 'complete' }, reply.status)
}

function redacted(whole: ReplyEvent, texts: readonly Text[], cuts: readonly (readonly Cut[])[]): ReplyEvent {
  const passed = texts.map(() => 0)
  return whole.withParts(
    whole.parts.map((part) => {
      const at = texts.findIndex(({ lane, index }) => lane === part.lane && index === part.index)
      const start = passed[at]!
      passed[at] = start + part.text.length
      const text = cutPiece(part.text, start, cuts[at]!)
      return text === part.text ? part : { ...part, text }
    }),
  )
}
