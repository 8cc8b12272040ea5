import type { Citation, ConversationRecord, MessageRecord, Reference } from '@gatehouse/contracts'
import {
  AppError,
  type Conversations,
  type Exchange,
  type Handler,
  type Layer,
  languageOf,
  type Notes,
  type Outcome,
  ownerOf,
  type Reply,
  toAppError,
} from '@gatehouse/kernel'
import { KeptReply } from './kept-reply.ts'
import { numbersIn } from './nodes/llm/citation-filter.ts'
import { isRefusal } from './nodes/llm/refusal.ts'

/** One question and its answer, while it is under way. */
export interface OpenTurn {
  readonly message: string
  /** Absent for a bare consumer: nobody could read its history back. */
  readonly conversation?: ConversationRecord
  /** The conversation was there before. */
  readonly continued: boolean
  readonly at: number
  /** As asked; then as the guards let it through. */
  query: string
}
export interface Turns {
  /** Stands outside the guards, so that it keeps what people saw, and refused turns too. */
  readonly layer: Layer
  of(exchange: Exchange): OpenTurn | undefined
}
export interface TurnTools {
  readonly conversations: Conversations
  now(): number
  newId(): string
}

export function createTurns(tools: TurnTools): Turns {
  // copies of an exchange share their notes
  const open = new WeakMap<Notes, OpenTurn>()
  const layer: Layer = function turn(exchange, next) {
    return exchange.request.operation === 'app' ? takeTurn(exchange, next, tools, open) : next(exchange)
  }
  return { layer, of: ({ notes }) => open.get(notes) }
}

async function takeTurn(exchange: Exchange, next: Handler, tools: TurnTools, open: WeakMap<Notes, OpenTurn>): Promise<Reply> {
  const turn = await begin(exchange, tools)
  open.set(exchange.notes, turn)
  exchange.notes.message = turn.message
  if (turn.conversation) exchange.notes.conversation = turn.conversation.id
  const keep = (answer: string, outcome: Outcome) => keepTurn(exchange, turn, answer, outcome, tools)
  try {
    const reply = await next(exchange)
    if (!reply.whole || !reply.outcome) return new KeptReply(reply, keep)
    await keep(reply.whole.text, reply.outcome)
    return reply
  } catch (thrown) {
    const error = toAppError(thrown)
    await keep('', { end: endOf(error), error })
    throw error
  }
}

/** Somebody else's conversation does not exist. */
async function begin(exchange: Exchange, { conversations, now, newId }: TurnTools): Promise<OpenTurn> {
  const { request, asker, project } = exchange
  if (request.operation !== 'app') throw new AppError('internal', 'only app exchanges have turns')
  const at = now()
  const turn = { message: newId(), at, query: request.query }
  const owner = ownerOf(asker)
  if (request.conversation !== undefined) {
    const found = await conversations.get(request.conversation)
    if (!found || found.owner !== owner || found.project !== project || found.app !== request.app)
      throw new AppError('not_found', 'there is no such conversation')
    return { ...turn, conversation: found, continued: true }
  }
  if (owner === `consumer:${asker.consumer}`) return { ...turn, continued: false }
  const conversation = { id: newId(), project, app: request.app, owner, name: nameFrom(request.query), createdAt: at, updatedAt: at }
  return { ...turn, conversation, continued: false }
}

/** At most 60 characters of the question, never half a character. */
function nameFrom(query: string): string {
  const letters = [...query.replace(/\s+/g, ' ').trim()]
  return letters.length <= 60 ? letters.join('') : `${letters.slice(0, 59).join('')}…`
}

/** Before the last byte goes out, so that what a person saw end is in their history. */
async function keepTurn(
  exchange: Exchange,
  turn: OpenTurn,
  shown: string,
  outcome: Outcome,
  { conversations, now }: TurnTools,
): Promise<void> {
  if (!turn.conversation) return
  if (!turn.continued) await conversations.put({ ...turn.conversation, updatedAt: now() })
  const notice = noticeOf(outcome, turn.query)
  const answer = outcome.end === 'blocked' ? '' : shown // the notice has taken its place
  const citations = citedIn(answer, exchange.notes.citations ?? [])
  const used = citations.length || !answer || isRefusal(answer) ? [] : retrieved(exchange.notes)
  const message: MessageRecord = {
    id: turn.message,
    conversation: turn.conversation.id,
    project: exchange.project,
    call: exchange.id,
    at: turn.at,
    query: turn.query,
    answer,
    status: outcome.end,
    citations,
    ...(used.length ? { used } : {}),
    ...(notice ? { notice } : {}),
  }
  await conversations.append(message)
}

/** Citations that stand in the text which was really shown. */
function citedIn(answer: string, citations: readonly Citation[]): Citation[] {
  const numbers = numbersIn(answer)
  return citations.filter(({ n }) => numbers.has(n))
}

const mostUsed = 50
function retrieved({ retrieval }: Notes): Reference[] {
  const bySegment = new Map(retrieval.flatMap(({ used }) => used).map(({ reference }) => [reference.segment, reference]))
  return [...bySegment.values()].slice(0, mostUsed)
}

function noticeOf({ end, error }: Outcome, query: string): string | undefined {
  if (end === 'complete') return undefined
  const language = languageOf(query)
  if (end === 'blocked') return policyMessage(error, language)
  if (end === 'cancelled') return language === 'zh' ? '回答在完成之前已停止。' : 'The answer was stopped before its end.'
  return language === 'zh' ? '出错了，回答没有完成。' : 'Something went wrong; the answer is not complete.'
}

/** The policy's own words. */
function policyMessage(error: AppError | undefined, language: 'en' | 'zh'): string {
  const words = error?.details.message as Readonly<Partial<Record<string, unknown>>> | undefined
  const own = words?.[language]
  if (typeof own === 'string' && own) return own
  return language === 'zh' ? '此请求已被安全策略拒绝。' : 'This request was refused by the security policy.'
}

const endOf = ({ code }: AppError): Outcome['end'] => (code === 'blocked' || code === 'cancelled' ? code : 'failed')
