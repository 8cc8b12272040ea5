import type { Finding, PolicyRule, TextPart } from '@gatehouse/contracts'
import { PolicySpec } from '@gatehouse/contracts'
import { z } from 'zod'
import { Registry } from '../component.ts'
import { Exchange, emptyNotes, type Outcome } from '../exchange.ts'
import { compose, drive } from '../pipeline.ts'
import { PushReply } from '../push-reply.ts'
import { ReplyEvent } from '../reply.ts'
import { bindPolicy } from './bind-policy.ts'
import { defineGuard, type GuardDefinition } from './guard.ts'
import { createGuardLayer } from './guard-layer.ts'

// Guards and a caller for the tests of this folder.

const stages = ['input', 'context', 'ingest', 'tool-result', 'output'] as const
const find = (guard: string, text: string, pattern: RegExp, score = 1, replacement = `[${guard}]`): Finding[] =>
  [...text.matchAll(pattern)].map((match) => ({
    guard,
    rule: `${guard}.found`,
    score,
    start: match.index,
    end: match.index + match[0].length,
    replacement,
  }))

/** Runs of 4 to 12 digits that stand alone; a run may still grow while it is at the end. */
const digits = defineGuard({
  id: 'digits',
  title: 'Digits',
  summary: 'Runs of 4 to 12 digits.',
  config: z.strictObject({ least: z.int().min(1).default(4) }),
  stages,
  create: ({ least }) => ({
    inspect: ({ text }) => find('digits', text, new RegExp(`(?<!\\d)\\d{${least},12}(?!\\d)`, 'g')),
    openFrom: (text) => Math.max(text.length - /\d*$/.exec(text)![0].length, text.length - 13),
  }),
})
/** The word after `key=`, with look-behind, and astral characters: what is cut in two most easily. */
const keys = defineGuard({
  id: 'keys',
  title: 'Keys',
  summary: 'What follows key=.',
  config: z.strictObject({}),
  stages,
  create: () => ({
    inspect: ({ text }) => find('keys', text, /(?<=(?<!\w)key=)[\w😀]{2,20}(?![\w😀])/gu),
    openFrom: (text) => Math.max(0, text.length - (/(?:\w|😀|\ud83d)*$/.exec(text)?.[0].length ?? 0)),
  }),
})
/** A phrase that blocks. */
const phrase = defineGuard({
  id: 'phrase',
  title: 'Phrase',
  summary: 'The words open sesame.',
  config: z.strictObject({}),
  stages,
  create: () => ({
    inspect: ({ text }) => find('phrase', text, /open sesame/g),
    openFrom: (text) => {
      for (let length = Math.min(10, text.length); length > 0; length--)
        if ('open sesame'.startsWith(text.slice(-length))) return text.length - length
      return text.length
    },
  }),
})
/** The same, but only over the whole text. */
const wholePhrase = defineGuard({
  ...phrase,
  id: 'whole-phrase',
  create: () => ({ inspect: ({ text }) => find('whole-phrase', text, /open sesame/g) }),
})
const slowDigits = defineGuard({
  ...digits,
  id: 'slow-digits',
  create: (config) => {
    const { inspect, openFrom } = digits.create(config)
    return {
      inspect: async (subject, asker) => {
        await new Promise(setImmediate)
        return (await inspect(subject, asker)).map((finding) => ({ ...finding, guard: 'slow-digits' }))
      },
      openFrom: openFrom!,
    }
  },
})
const broken = defineGuard({
  ...phrase,
  id: 'broken',
  create: () => ({
    inspect: () => {
      throw new Error('the secret prompt')
    },
    openFrom: (text) => text.length,
  }),
})

export const registry = new Registry<GuardDefinition>([
  digits,
  keys,
  phrase,
  wholePhrase,
  slowDigits,
  broken,
] as unknown as GuardDefinition[])

export const policy = (stagesOf: Partial<Record<PolicyRule extends never ? never : string, unknown>>, rest: Record<string, unknown> = {}) =>
  bindPolicy('tests@1', PolicySpec.parse({ stages: stagesOf, ...rest }), registry)

export const exchangeWith = (bound: ReturnType<typeof policy>, request?: Exchange['request'], parent?: string) =>
  new Exchange({
    id: 'call',
    ...(parent && { parent }),
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'assistant', content: 'off', policy: bound },
    request: request ?? { operation: 'chat', model: 'assistant', messages: [], stream: true, raw: {} },
    body: new TextEncoder().encode('{"as":"received"}'),
    limits: [],
    notes: emptyNotes('test'),
  })

/** Events as a vendor sends them: with bytes. */
export const vendorEvent = (parts: readonly TextPart[], rest: Partial<ReplyEvent['payload']> = {}) =>
  new ReplyEvent(new TextEncoder().encode('frame'), () => ({
    kind: parts[0]?.lane ?? 'usage',
    ...(parts.length > 0 && { parts }),
    ...rest,
  }))

export interface Heard {
  readonly events: ReplyEvent[]
  readonly outcome: Outcome
  readonly exchange: Exchange
  /** How many events had come out after each one that went in. */
  readonly progress: number[]
  readonly cancelled: string[]
}

/** Sends events through the guard layer, in the batches given, and returns what came out. */
export async function stream(
  bound: ReturnType<typeof policy>,
  batches: readonly (readonly ReplyEvent[])[],
  outcome: Outcome = { end: 'complete' },
): Promise<Heard> {
  const cancelled: string[] = []
  const exchange = exchangeWith(bound)
  const events: ReplyEvent[] = []
  const progress: number[] = []
  const reply = new PushReply('test', { cancel: (reason) => cancelled.push(reason.code) })
  const ended = Promise.withResolvers<Outcome>()
  drive(
    compose([createGuardLayer()], () => reply),
    exchange,
    { start() {}, events: (batch) => events.push(...batch) > 0, end: ended.resolve },
    (_exchange, _outcome, written) => written(),
    'events',
  )
  for (const batch of batches) {
    if (!reply.pushEvents(batch)) await reply.ready()
    progress.push(events.length)
  }
  reply.end(outcome)
  return { events, outcome: await ended.promise, exchange, progress, cancelled }
}

/** The text of one lane in what came out. */
export const textIn = (events: readonly ReplyEvent[], lane: TextPart['lane'] = 'text', index = 0) =>
  events.flatMap((event) => event.parts.filter((part) => part.lane === lane && part.index === index).map((part) => part.text)).join('')
