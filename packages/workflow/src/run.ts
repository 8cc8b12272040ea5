import type { AppEvent, Citation, NodeStatus, Source } from '@gatehouse/contracts'
import {
  AppError,
  type ChatModels,
  type Datasets,
  type Emit,
  type Exchange,
  type Inspector,
  type NodeContext,
  type PushReply,
  ReplyEvent,
  toAppError,
} from '@gatehouse/kernel'
import { expandConfig } from './config-template.ts'
import type { CompiledGraph, CompiledNode } from './graph.ts'
import { type NodeState, plan } from './scheduler.ts'
import { type Piece, Speech } from './speech.ts'
import type { SystemValues } from './system.ts'

interface RunTools {
  readonly models: ChatModels
  readonly datasets: Datasets
  readonly inspector: Inspector
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds one node may take. */
  readonly nodeTimeout: number
}
interface RunStart {
  readonly graph: CompiledGraph
  readonly exchange: Exchange
  readonly system: SystemValues
  readonly tools: RunTools
  /** Gets text, citations and the run's story. The caller ends it. */
  readonly reply: PushReply
  /** Stops the run. */
  readonly controller: AbortController
}

/** Runs a graph to its end; throws the reason of the first node that failed. */
export const runGraph = (start: RunStart): Promise<void> => new Run(start).toEnd()

class Run {
  readonly #start: RunStart
  readonly #state = new Map<string, NodeState>()
  readonly #outputs = new Map<string, Readonly<Record<string, unknown>>>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #speech: Speech
  #citations: readonly Citation[] = []
  readonly #titles = new Map<number, Pick<Source, 'title' | 'place'>>()
  /** Running nodes, and since when. */
  readonly #began = new Map<string, number>()
  readonly #at: number
  #closed = false

  constructor(start: RunStart) {
    this.#start = start
    this.#at = start.tools.now()
    this.#speech = new Speech(start.graph, this.#state, this.#value, (piece) => this.#say(piece))
  }

  async toEnd(): Promise<void> {
    const { exchange, controller } = this.#start
    const { conversation, message } = exchange.notes
    this.#tell({ type: 'run-start', run: exchange.id, ...(conversation ? { conversation } : {}), ...(message ? { message } : {}) })
    const close = () => this.#close(toAppError(controller.signal.reason))
    controller.signal.addEventListener('abort', close, { once: true })
    try {
      controller.signal.throwIfAborted()
      await this.#loop()
      this.#close()
    } catch (thrown) {
      const error = toAppError(thrown)
      controller.abort(error) // the other nodes stop too
      this.#close(error)
      await Promise.allSettled(this.#running.values())
      throw error
    } finally {
      controller.signal.removeEventListener('abort', close)
    }
  }

  /** At once when the run is stopped, because the record is written then; whatever its nodes tell later is not heard. */
  #close(error?: AppError): void {
    if (this.#closed) return
    const status = error === undefined ? 'succeeded' : statusOf(error)
    for (const [node, began] of this.#began)
      this.#tell({ type: 'node-end', node, status: 'stopped', duration: this.#start.tools.now() - began })
    this.#tell({ type: 'run-end', status, duration: this.#start.tools.now() - this.#at })
    this.#closed = true
  }

  async #loop(): Promise<void> {
    for (;;) {
      const { ready, skipped, finished } = plan(this.#start.graph, this.#state)
      for (const node of skipped) this.#skip(node)
      this.#speech.advance()
      await this.#room()
      if (finished) return
      for (const node of ready) this.#begin(this.#start.graph.nodes.get(node)!)
      await Promise.race(this.#running.values())
    }
  }

  #skip(node: string): void {
    this.#state.set(node, { status: 'skipped' })
    this.#tell({ type: 'node-end', node, status: 'skipped', duration: 0 })
  }

  #begin(node: CompiledNode): void {
    this.#state.set(node.id, { status: 'running' })
    this.#began.set(node.id, this.#start.tools.now())
    this.#tell({ type: 'node-start', node: node.id, use: node.definition.id, title: node.title })
    // a failed one stays in the map, so that the race sees it
    this.#running.set(
      node.id,
      this.#step(node).then(() => void this.#running.delete(node.id)),
    )
  }

  async #step(node: CompiledNode): Promise<void> {
    try {
      const { output, branch } = await this.#attempt(node)
      const { definition } = node
      if (definition.branches && !definition.branches.includes(branch ?? ''))
        throw new AppError('internal', `${definition.id} chose no branch of its own`)
      this.#outputs.set(node.id, definition.output.parse(output))
      const chosen = branch === undefined ? {} : { branch }
      this.#state.set(node.id, { status: 'done', ...chosen })
      this.#end(node, { status: 'succeeded', ...chosen })
    } catch (thrown) {
      const error = toAppError(thrown)
      this.#end(node, { status: statusOf(error), error: `${error.code}: ${error.message}` })
      throw error
    }
  }

  #end({ id }: CompiledNode, how: { status: NodeStatus; branch?: string; error?: string }): void {
    const duration = this.#start.tools.now() - this.#began.get(id)!
    this.#began.delete(id)
    this.#tell({ type: 'node-end', node: id, duration, ...how })
  }

  /** With its own signal: the run's, or its time is up. A node that ignores the signal does not hold the run. */
  async #attempt(node: CompiledNode): ReturnType<CompiledNode['definition']['run']> {
    const { controller, tools } = this.#start
    const own = new AbortController()
    const stop = () => own.abort(controller.signal.reason)
    if (controller.signal.aborted) stop()
    controller.signal.addEventListener('abort', stop)
    const timer = setTimeout(
      () => own.abort(new AppError('timeout', `the node ${node.id} took longer than ${tools.nodeTimeout} ms`)),
      tools.nodeTimeout,
    )
    try {
      own.signal.throwIfAborted()
      const config = expandConfig(node.config, this.#value) as never // the schema checked it at load; only texts inside were replaced
      return await untilAborted(node.definition.run({ config, context: this.#contextOf(node, own.signal) }), own.signal)
    } finally {
      clearTimeout(timer)
      controller.signal.removeEventListener('abort', stop)
    }
  }

  #contextOf(node: CompiledNode, signal: AbortSignal): NodeContext {
    const { exchange, tools } = this.#start
    return {
      signal,
      exchange,
      // bound here: whatever asker a node passes, this one counts
      models: { chat: (request) => tools.models.chat(request, exchange) },
      datasets: {
        retrieve: (query) => tools.datasets.retrieve(query, exchange.asker, exchange),
        resolve: (references) => tools.datasets.resolve(references, exchange.asker),
      },
      inspector: { inspect: (subject) => tools.inspector.inspect(subject, exchange.asker) },
      value: this.#value,
      emit: this.#emitOf(node, signal),
    }
  }

  #emitOf(node: CompiledNode, signal: AbortSignal): Emit {
    return {
      text: async (delta, { transient = false } = {}) => {
        signal.throwIfAborted()
        if (delta) this.#speech.tell(node.id, { text: delta, transient })
        if (this.#speech.isHeard(node.id)) await untilAborted(this.#start.reply.ready(), signal)
      },
      citations: (citations, sources) => {
        if (signal.aborted || !this.#speech.isHeard(node.id)) return
        for (const { n, title, place } of sources) this.#titles.set(n, { title, ...(place && { place }) })
        this.#cite(citations)
      },
      event: (event) => this.#tell(event),
    }
  }

  /** In order of appearance; a number keeps its first meaning. */
  #cite(citations: readonly Citation[]): void {
    const fresh = citations.filter(({ n }) => !this.#citations.some((known) => known.n === n))
    if (fresh.length === 0) return
    this.#citations = [...this.#citations, ...fresh]
    this.#start.exchange.notes.citations = this.#citations
    const titles = this.#citations.map(({ n }) => ({ n, title: '', ...this.#titles.get(n) }))
    this.#start.reply.pushEvents([new ReplyEvent({ kind: 'citation', citations: this.#citations, titles })])
  }

  readonly #value = (node: string, field: string): unknown => {
    const values = node === 'sys' ? (this.#start.system as unknown as Readonly<Record<string, unknown>>) : this.#outputs.get(node)
    return values && Object.hasOwn(values, field) ? values[field] : undefined
  }

  #say({ text, transient }: Piece): void {
    if (!text) return
    const parts = [{ lane: 'text', index: 0, text }] as const
    this.#start.reply.pushEvents([new ReplyEvent({ kind: 'text', parts, ...(transient ? { transient } : {}) })])
  }

  #room(): Promise<void> {
    return untilAborted(this.#start.reply.ready(), this.#start.controller.signal)
  }

  #tell(event: AppEvent): void {
    if (this.#closed) return
    this.#start.exchange.notes.run.push({ ...event, at: this.#start.tools.now() })
    this.#start.reply.pushEvents([new ReplyEvent({ kind: 'app', app: event })])
  }
}

const statusOf = ({ code }: AppError): NodeStatus => (code === 'cancelled' ? 'stopped' : 'failed')

/** The work's result, or the signal's reason as soon as it is aborted. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
