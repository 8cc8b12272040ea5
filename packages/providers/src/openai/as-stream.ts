import { PushReply, type Reply, ReplyEvent, type WholeReply } from '@gatehouse/kernel'
import { dialect } from './handling.ts'
import { payloadOf } from './reply.ts'

type Json = Readonly<Record<string, unknown>>

/** A complete answer to a call that asked for a stream, as the chunks it would have been: one thing said in each, tool calls with their names. */
export function asStream({ whole, outcome }: WholeReply): Reply {
  const reply = new PushReply(dialect)
  reply.pushEvents(chunksOf(whole.payload.source as Json).map((chunk) => new ReplyEvent(payloadOf(chunk))))
  reply.end(outcome)
  return reply
}

function chunksOf({ choices, usage, ...rest }: Json): Json[] {
  const head = { ...rest, object: 'chat.completion.chunk' }
  const chunks = (choices as (Json | null)[]).flatMap((choice, at) =>
    choice ? saidIn(choice, at).map((said) => ({ ...head, choices: [said] })) : [],
  )
  return usage ? [...chunks, { ...head, choices: [], usage }] : chunks
}

function saidIn({ message, finish_reason: finish, ...choice }: Json, at: number): Json[] {
  const { role = 'assistant', reasoning_content, reasoning, tool_calls, ...said } = (message ?? {}) as Json
  const chunk = (delta: Json, finish_reason: unknown = null) => ({ index: at, ...choice, delta, finish_reason })
  const deltas: Json[] = []
  if (reasoning_content) deltas.push({ reasoning_content })
  else if (reasoning) deltas.push({ reasoning })
  if (said.content || said.refusal) deltas.push(said)
  if (Array.isArray(tool_calls)) deltas.push({ tool_calls: tool_calls.map((call: Json, index) => ({ index, ...call })) })
  if (deltas.length === 0) deltas.push(said)
  return [...deltas.map((delta, first) => chunk(first === 0 ? { role, ...delta } : delta)), chunk({}, finish)]
}
