import type { CallRecord, Request } from '@gatehouse/contracts'
import { type Exchange, type Journal, type JournalContent, type Outcome, type Recorder, timeOf } from '@gatehouse/kernel'
import { keepsContent } from './snapshot.ts'

/** Names of the layers, outermost first, as traces show them. */
export interface LayerNames {
  readonly route: readonly string[]
  readonly app: readonly string[]
}

/** The facts of an ended call go into the journal; what was said goes beside it, as far as the target's level asks for it. */
export function createRecorder({ journal, layers }: { journal: Journal; layers: LayerNames }): Recorder {
  return (exchange, outcome, written) => journal.write(recordOf(exchange, outcome, layers), contentOf(exchange), written)
}

const microseconds = (milliseconds: number) => Math.round(milliseconds * 1000)
const modelOf = ({ request }: Exchange) => (request.operation === 'app' ? `app/${request.app}` : request.model)

/**
 * Integers only: they cost half of what fractions do. One shape for every call, what the store has columns for first (its thread reads no
 * further than `layers`); fields that are undefined do not reach the journal's line.
 */
export function recordOf(exchange: Exchange, outcome: Outcome, layers: LayerNames): CallRecord {
  const { asker, notes, target, request } = exchange
  const { error } = outcome
  const record: { readonly [field in keyof CallRecord]: CallRecord[field] | undefined } = {
    id: exchange.id,
    parent: exchange.parent,
    project: exchange.project,
    at: timeOf(exchange.id),
    consumer: asker.consumer,
    user: asker.user,
    dialect: notes.dialect,
    operation: request.operation,
    target: target.name,
    model: modelOf(exchange),
    stream: request.stream,
    status: notes.status,
    end: outcome.end,
    error: error && { code: error.code, message: error.message },
    duration: microseconds(performance.now() - notes.started),
    usage: notes.usage ?? outcome.usage,
    layers: layersOf(notes.marks, notes.started, layers[target.kind]),
    pseudonym: asker.pseudonym,
    key: notes.key,
    finish: outcome.finish,
    firstByte: notes.firstByte,
    cost: notes.cost,
    reservation: notes.reservation,
    attempts: notes.attempts,
    verdicts: notes.verdicts,
    retrieval: notes.retrieval.length > 0 ? notes.retrieval : undefined,
    citations: notes.citations,
    run: notes.run.length > 0 ? notes.run : undefined,
    conversation: notes.conversation,
    message: notes.message,
    content: target.content,
    policy: target.policy.id,
  }
  return record as CallRecord // undefined where the record has no such field
}

function layersOf(marks: readonly number[], started: number, names: readonly string[]): [name: string, at: number][] {
  const layers: [string, number][] = []
  for (let at = 0; at < marks.length; at++) layers.push([names[at] ?? `layer ${at}`, microseconds(marks[at]! - started)])
  return layers
}

function contentOf({ target, request, body, notes }: Exchange): JournalContent | undefined {
  if (!keepsContent(target.content)) return undefined
  const asked = body.length ? body : JSON.stringify(saidIn(request))
  return { level: target.content, dialect: notes.dialect, request: asked, reply: notes.replyText ?? '' }
}

function saidIn(request: Request): object {
  if (request.operation === 'app') return { query: request.query, inputs: request.inputs }
  if (request.operation === 'embed') return { input: request.inputs }
  if (request.operation === 'rerank') return { query: request.query, documents: request.documents }
  return { messages: request.operation === 'chat' ? request.messages : [] }
}
