import type { AppRequest, Asker, Spec } from '@gatehouse/contracts'
import {
  AppError,
  type ChatModels,
  type Conversations,
  type Datasets,
  type Exchange,
  type Handler,
  type Inspector,
  type NodeDefinition,
  type Problem,
  PushReply,
  type Registry,
  ReplyEvent,
  toAppError,
  viewMessages,
} from '@gatehouse/kernel'
import { type CompiledGraph, compileGraph, type Known } from './graph.ts'
import { runGraph } from './run.ts'
import type { SystemValues, Turn } from './system.ts'
import type { OpenTurn, Turns } from './turn.ts'

/** An app, checked and ready to run. */
export interface CompiledApp {
  readonly name: string
  readonly project: string
  readonly spec: Spec<'App'>
  readonly graph: CompiledGraph
  /** How many earlier turns its nodes look at. */
  readonly memory: number
}

export function compileApp(
  { name, project, spec }: { name: string; project: string; spec: Spec<'App'> },
  nodes: Registry<NodeDefinition>,
  known?: Known,
): { app: CompiledApp } | { problems: Problem[] } {
  const compiled = compileGraph(spec.graph, nodes, known)
  if ('problems' in compiled) return compiled
  const { graph } = compiled
  if (graph.answers.length === 0) return { problems: [{ path: 'graph.nodes', message: 'nothing is ever said; add a node.answer' }] }
  return { app: { name, project, spec, graph, memory: memoryOf(graph) } }
}

const memoryOf = ({ nodes }: CompiledGraph) =>
  Math.max(0, ...[...nodes.values()].map(({ config }) => (config.config as { memory?: { turns?: number } }).memory?.turns ?? 0))

export interface AppCoreTools {
  app(name: string, project: string): CompiledApp | undefined
  readonly models: ChatModels
  readonly datasets: Datasets
  readonly inspector: Inspector
  readonly conversations: Conversations
  readonly turns: Turns
  /** What templates may call the person; undefined for others than people. */
  person(asker: Asker, project: string): { readonly title: string; readonly language: 'en' | 'zh' } | undefined
  now(): number
  /** Milliseconds; ten minutes unless told otherwise. */
  readonly nodeTimeout?: number
}

/** The core of app exchanges: history, then the graph, whose story is the reply. */
export function createAppCore(tools: AppCoreTools): Handler {
  return async (exchange) => {
    const { request } = exchange
    if (request.operation !== 'app') throw new AppError('internal', 'the app core only takes app requests')
    const app = tools.app(request.app, exchange.project)
    if (!app || !mayOpen(app, exchange.asker)) throw new AppError('not_found', 'there is no such app')
    const turn = tools.turns.of(exchange)
    if (!turn) throw new AppError('internal', 'the turn layer must stand before the app core')
    turn.query = request.query
    const history = turn.continued ? await historyOf(exchange, app, tools) : []
    return begin(exchange, app, systemValues(exchange, request, app, turn, history, tools), tools)
  }
}

const mayOpen = ({ spec }: CompiledApp, { principals }: Asker) => spec.access.some((each) => each === 'public' || principals.includes(each))

/** Starts the run and returns at once; the run stops when the exchange ends, for whatever reason. */
function begin(exchange: Exchange, app: CompiledApp, system: SystemValues, tools: AppCoreTools): PushReply {
  const controller = new AbortController()
  const reply = new PushReply('gatehouse', { cancel: (reason) => controller.abort(reason) })
  exchange.onCancel((reason) => controller.abort(reason))
  exchange.defer(() => controller.abort(new AppError('cancelled', 'the exchange has ended'))) // also when nobody ever read the reply
  const { models, datasets, inspector, now, nodeTimeout = 600_000 } = tools
  runGraph({ graph: app.graph, exchange, system, reply, controller, tools: { models, datasets, inspector, now, nodeTimeout } }).then(
    () => {
      reply.pushEvents([new ReplyEvent({ kind: 'finish', finish: 'stop' })])
      reply.end({ end: 'complete', finish: 'stop' })
    },
    (thrown) => {
      const error = toAppError(thrown)
      reply.end({ end: error.code === 'blocked' || error.code === 'cancelled' ? error.code : 'failed', error })
    },
  )
  return reply
}

const mostHistory = 24_000
/** Earlier turns under today's rights: one whose source was revoked is not remembered, nor one that was refused. */
async function historyOf({ asker, notes }: Exchange, { memory }: CompiledApp, { conversations, datasets }: AppCoreTools): Promise<Turn[]> {
  if (memory === 0 || notes.conversation === undefined) return []
  const messages = (await conversations.messages(notes.conversation, { limit: memory })).slice(-memory)
  const viewed = await viewMessages(messages, datasets, asker)
  const turns = viewed
    .filter(({ readable, message }) => readable && message.status === 'complete')
    .map(({ message: { query, answer } }) => ({ query, answer }))
  let characters = 0
  const from = turns.findLastIndex(({ query, answer }) => {
    characters += query.length + answer.length
    return characters > mostHistory
  })
  return turns.slice(from + 1)
}

function systemValues(
  exchange: Exchange,
  request: AppRequest,
  app: CompiledApp,
  turn: OpenTurn,
  history: readonly Turn[],
  tools: AppCoreTools,
): SystemValues {
  const person = tools.person(exchange.asker, exchange.project)
  return {
    query: request.query,
    user_name: person?.title ?? '',
    user_id: exchange.asker.user ?? '',
    language: person?.language ?? 'en',
    conversation_id: turn.conversation?.id ?? '',
    app_name: app.spec.title || app.name,
    date: new Date(tools.now()).toISOString().slice(0, 10),
    history,
    inputs: request.inputs,
  }
}
