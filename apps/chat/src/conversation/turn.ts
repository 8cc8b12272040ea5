import type { ChatEvent, ChatSource, ChatTurn } from '@gatehouse/contracts'
import { GatehouseError } from '@gatehouse/sdk'

export interface Step {
  readonly node: string
  readonly title: string
  readonly status: Extract<ChatEvent, { type: 'node' }>['status']
  /** Milliseconds. */
  readonly duration?: number
}

/** A question with what came back, from the history or as it comes in. */
export interface Turn {
  /** The message's id; absent until the server told it. */
  readonly id?: string
  readonly query: string
  readonly answer: string
  /** Shown beside the answer while it is new; neither kept nor copied with it. */
  readonly passing?: string
  readonly sources: readonly ChatSource[]
  readonly steps: readonly Step[]
  readonly status: 'waiting' | 'streaming' | ChatTurn['status']
  readonly masked: boolean
  /** In plain words, when the policy stopped it. */
  readonly refusal?: string
  readonly error?: GatehouseError
  readonly feedback?: NonNullable<ChatTurn['feedback']>
}

export const isGoing = ({ status }: Turn): boolean => status === 'waiting' || status === 'streaming'

export const newTurn = (query: string): Turn => ({ query, answer: '', sources: [], steps: [], status: 'waiting', masked: false })

export const turnOf = ({ id, query, answer, sources, status, masked, notice, feedback }: ChatTurn): Turn => ({
  id,
  query,
  answer: status === 'blocked' ? '' : answer,
  sources,
  steps: [],
  status,
  masked,
  ...(status === 'blocked' && notice ? { refusal: notice } : {}),
  ...(feedback ? { feedback } : {}),
})

/** The turn after one more event of its stream. */
export function withEvent(turn: Turn, event: ChatEvent): Turn {
  switch (event.type) {
    case 'start':
      return { ...turn, id: event.message }
    case 'node':
      return { ...turn, steps: withStep(turn.steps, event) }
    case 'text':
      if (event.passing) return { ...turn, passing: (turn.passing ?? '') + event.text }
      return { ...turn, status: 'streaming', answer: turn.answer + event.text }
    case 'citations':
      return { ...turn, sources: event.sources }
    case 'refused':
      // what was shown so far must not stay
      return { ...turn, answer: '', passing: '', sources: [], refusal: event.message }
    case 'error':
      return { ...turn, error: new GatehouseError(event.code, event.message, { status: 200 }) }
    case 'end':
      return { ...turn, status: event.status }
  }
}

function withStep(steps: readonly Step[], { node, title, status, duration }: Extract<ChatEvent, { type: 'node' }>): readonly Step[] {
  const known = steps.find((step) => step.node === node)
  const step: Step = { node, title: title || known?.title || node, status, ...(duration === undefined ? {} : { duration }) }
  return known ? steps.map((each) => (each.node === node ? step : each)) : [...steps, step]
}

/** The stream broke off, or was left. */
export function withFailure(turn: Turn, error: unknown, stopped: boolean): Turn {
  if (stopped) return { ...turn, status: 'cancelled' }
  const known = error instanceof GatehouseError ? error : new GatehouseError('internal', String(error), { status: 0 })
  return { ...turn, status: 'failed', error: known }
}
