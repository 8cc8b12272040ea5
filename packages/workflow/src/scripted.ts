import type { Asker, ChatRequest, ConversationRecord, GraphEdge, GraphNode, MessageRecord, Reference, Source } from '@gatehouse/contracts'
import { AppSpec } from '@gatehouse/contracts'
import {
  type AppError,
  type BoundPolicy,
  type ChatModels,
  type Conversations,
  type Datasets,
  Exchange,
  emptyNotes,
  type Inspector,
  type Outcome,
  PushReply,
  type Receiver,
  type Reply,
  ReplyEvent,
  type Retrieval,
} from '@gatehouse/kernel'

// What the tests of this package run against instead of a gateway, a knowledge base and a store.

export const mara: Asker = { consumer: 'chat', user: 'mara', principals: ['user:mara', 'group:people', 'everyone'] }

const textEvent = (text: string) => new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text }] })

/** A model that says its pieces, waiting for room; `held` never ends until cancelled. */
export class ScriptedModels implements ChatModels {
  readonly requests: ChatRequest[] = []
  readonly cancelled: string[] = []
  said = 0
  readonly #pieces: readonly string[]
  readonly #outcome: Outcome | 'held'

  constructor(pieces: readonly string[], outcome: Outcome | 'held' = { end: 'complete', finish: 'stop' }) {
    this.#pieces = pieces
    this.#outcome = outcome
  }

  async chat(request: ChatRequest, parent: Exchange): Promise<Reply> {
    this.requests.push(request)
    const reply = new PushReply('scripted', { cancel: (reason) => this.cancelled.push(reason.code) })
    parent.onCancel((reason) => reply.cancel(reason))
    void this.#speak(reply)
    return reply
  }

  async #speak(reply: PushReply): Promise<void> {
    for (const piece of this.#pieces) {
      await Promise.resolve()
      this.said++
      if (!reply.pushEvents([textEvent(piece)])) await reply.ready()
    }
    if (this.#outcome !== 'held') reply.end(this.#outcome)
  }
}

export const referenceTo = (document: string): Reference => ({
  dataset: 'id-of-handbook',
  document,
  version: 1,
  segment: `${document}-1`,
  start: 0,
  end: 10,
  hash: 'hash',
})
export const sourceOf = (n: number, document: string, text: string): Source => ({
  n,
  reference: referenceTo(document),
  title: `Title of ${document}`,
  headings: ['Part'],
  text,
  score: 0.9,
})

/** Documents by name; `revoked` ones cannot be read any more. */
export class ScriptedDatasets implements Datasets {
  readonly revoked = new Set<string>()
  readonly queries: { datasets: readonly string[]; text: string; asker: Asker }[] = []
  readonly #retrieval: Pick<Retrieval, 'sources' | 'weak' | 'nearest'>

  constructor(sources: readonly Source[], more: { weak?: boolean; nearest?: readonly string[] } = {}) {
    this.#retrieval = { sources, weak: more.weak ?? false, nearest: more.nearest ?? [] }
  }

  async retrieve(query: { datasets: readonly string[]; text: string }, asker: Asker): Promise<Retrieval> {
    this.queries.push({ datasets: query.datasets, text: query.text, asker })
    const used = this.#retrieval.sources.map(({ n, reference, score }) => ({ n, reference, score }))
    const record = { datasets: query.datasets, used, left: [], withheld: 2, weak: this.#retrieval.weak, took: 1 }
    return { ...this.#retrieval, record, termWeights: { leave: 2.5 } }
  }

  async resolve(references: readonly Reference[]) {
    return references.map((reference) =>
      this.revoked.has(reference.document)
        ? { readable: false as const }
        : { readable: true as const, reference, title: reference.document, headings: [], text: 'text', current: true },
    )
  }
}

export const openInspector: Inspector = { inspect: async () => ({ action: 'allow', findings: [] }) }

export class MemoryConversations implements Conversations {
  readonly kept = new Map<string, ConversationRecord>()
  readonly turns: MessageRecord[] = []
  failing = false

  async get(id: string) {
    return this.kept.get(id)
  }
  async list() {
    return { items: [...this.kept.values()] }
  }
  async put(conversation: ConversationRecord) {
    this.kept.set(conversation.id, conversation)
  }
  async remove(id: string) {
    return this.kept.delete(id)
  }
  async messages(conversation: string, { limit = 100 }: { limit?: number } = {}) {
    return this.turns.filter((turn) => turn.conversation === conversation).slice(-limit)
  }
  async message(id: string) {
    return this.turns.find((turn) => turn.id === id)
  }
  async append(message: MessageRecord) {
    if (this.failing) throw new Error('the disk is full')
    this.turns.push(message)
  }
  async rate() {}
}

export const node = (id: string, use: string, config: Record<string, unknown> = {}): GraphNode => ({
  id,
  use,
  version: 1,
  title: '',
  config,
  position: { x: 0, y: 0 },
})
export const chain = (...ids: readonly string[]): GraphEdge[] => ids.slice(1).map((to, index) => ({ from: ids[index]!, to }))

export const handbookGraph = (llm: Record<string, unknown> = {}) => ({
  nodes: [
    node('start', 'node.start'),
    node('retrieve', 'node.knowledge-retrieval', { datasets: ['handbook'] }),
    node('llm', 'node.llm', {
      model: 'assistant',
      messages: [
        { role: 'system', text: 'You help {{#sys.user_name#}}.' },
        { role: 'user', text: '{{#start.query#}}' },
      ],
      sources: 'retrieve',
      memory: { turns: 3 },
      ...llm,
    }),
    node('answer', 'node.answer', { answer: '{{#llm.text#}}' }),
  ],
  edges: chain('start', 'retrieve', 'llm', 'answer'),
})
export const appSpec = (graph: unknown) => AppSpec.parse({ title: 'Handbook', graph })

let made = 0
export const appExchange = (
  query: string,
  more: { conversation?: string; asker?: Asker; inputs?: Record<string, unknown>; policy?: BoundPolicy } = {},
) =>
  new Exchange({
    id: `call-${++made}`,
    project: 'default',
    asker: more.asker ?? mara,
    // most of these tests have no guards
    target: { kind: 'app', name: 'handbook', content: 'off', policy: more.policy ?? { id: 'none@0', spec: {} as never, stages: {} } },
    request: {
      operation: 'app',
      app: 'handbook',
      inputs: more.inputs ?? {},
      query,
      stream: true,
      ...(more.conversation ? { conversation: more.conversation } : {}),
    },
    body: new Uint8Array(),
    limits: [],
    notes: emptyNotes('chat'),
  })

/** Collects a reply; `open` false makes it a slow reader. */
export class Listener implements Receiver {
  readonly events_: ReplyEvent[] = []
  open = true
  reply: Reply | undefined
  outcome: Outcome | undefined
  readonly ended: Promise<Outcome>
  #end: (outcome: Outcome) => void = () => {}

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }
  start(reply: Reply) {
    this.reply = reply
  }
  events(batch: readonly ReplyEvent[]) {
    this.events_.push(...batch)
    return this.open
  }
  end(outcome: Outcome) {
    this.outcome = outcome
    this.#end(outcome)
  }
  get text() {
    return this.events_.map(({ text }) => text).join('')
  }
  get error(): AppError | undefined {
    return this.outcome?.error
  }
}
