import type { Attempt, CallRecord } from '@gatehouse/contracts'
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

/** Integers only: they cost half of what fractions do. */
export function recordOf(exchange: Exchange, outcome: Outcome, layers: LayerNames): CallRecord {
  const { asker, notes, target, request } = exchange
  const names = layers[target.kind]
  const optional: { -readonly [field in keyof CallRecord]?: CallRecord[field] } = {}
  if (exchange.parent !== undefined) optional.parent = exchange.parent
  if (asker.user !== undefined) optional.user = asker.user
  if (asker.pseudonym !== undefined) optional.pseudonym = asker.pseudonym
  if (notes.key !== undefined) optional.key = notes.key
  if (outcome.error) optional.error = { code: outcome.error.code, message: outcome.error.message }
  if (outcome.finish !== undefined) optional.finish = outcome.finish
  if (notes.firstByte !== undefined) optional.firstByte = notes.firstByte
  const usage = notes.usage ?? outcome.usage
  if (usage) optional.usage = usage
  if (notes.cost !== undefined) optional.cost = notes.cost
  if (notes.reservation) optional.reservation = notes.reservation
  if (notes.retrieval.length) optional.retrieval = notes.retrieval
  if (notes.citations) optional.citations = notes.citations
  if (notes.run.length) optional.run = notes.run
  if (notes.conversation !== undefined) optional.conversation = notes.conversation
  if (notes.message !== undefined) optional.message = notes.message
  return {
    id: exchange.id,
    project: exchange.project,
    at: timeOf(exchange.id),
    consumer: asker.consumer,
    dialect: notes.dialect,
    operation: request.operation,
    target: target.name,
    model: modelOf(exchange),
    stream: request.stream,
    status: notes.status,
    end: outcome.end,
    layers: notes.marks.map((mark, at) => [names[at] ?? `layer ${at}`, microseconds(mark - notes.started)] as const),
    duration: microseconds(performance.now() - notes.started),
    attempts: notes.attempts as readonly Attempt[],
    verdicts: notes.verdicts,
    content: target.content,
    policy: target.policy.id,
    ...optional,
  }
}

function contentOf({ target, request, body, notes }: Exchange): JournalContent | undefined {
  if (!keepsContent(target.content)) return undefined
  const asked = body.length
    ? body
    : JSON.stringify(
        request.operation === 'app'
          ? { query: request.query, inputs: request.inputs }
          : { messages: request.operation === 'chat' ? request.messages : [] },
      )
  return { level: target.content, dialect: notes.dialect, request: asked, reply: notes.replyText ?? '' }
}
