import type { Citation, Place } from './requests.ts'

/** Tokens as the provider reported them, or estimated from the text. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly source: 'provider' | 'estimated'
}

/** A run of text inside an event. Each lane and index is a text of its own: a choice's answer, its reasoning, a tool call's arguments. */
export interface TextPart {
  readonly lane: 'text' | 'reasoning' | 'tool-call'
  readonly index: number
  readonly text: string
}

export type EventKind =
  | 'text'
  | 'reasoning'
  | 'tool-call'
  | 'image'
  | 'vectors'
  | 'scores'
  | 'citation'
  | 'app'
  | 'usage'
  | 'finish'
  | 'error'
  | 'raw'

/** What an event says, decoded. One vendor frame may say several things: `kind` is the first that applies in the order of `EventKind`. */
export interface EventPayload {
  readonly kind: EventKind
  readonly parts?: readonly TextPart[]
  /** Citations of an answer so far. */
  readonly citations?: readonly Citation[]
  /** What they are called and where they stand, for people; beside `citations`. */
  readonly titles?: readonly { readonly n: number; readonly title: string; readonly place?: Place }[]
  /** Shown once and never kept: names that may be revoked tomorrow. */
  readonly transient?: boolean
  readonly app?: AppEvent
  /** One per input, in order, all of one length. */
  readonly vectors?: readonly Float32Array[]
  /** Best first. */
  readonly scores?: readonly Score[]
  readonly usage?: Usage
  /** The dialect's own word: stop, length, tool_calls, content_filter … */
  readonly finish?: string
  readonly error?: { readonly code: string; readonly message: string }
  /** The frame as parsed, for re-encoding within its dialect. */
  readonly source?: unknown
}

/** What a reranker says about the document at `index` of the request; higher is better, usually 0–1. */
export interface Score {
  readonly index: number
  readonly score: number
}

/** What a run tells while it goes. */
export type AppEvent =
  | { readonly type: 'run-start'; readonly run: string; readonly conversation?: string; readonly message?: string }
  | { readonly type: 'node-start'; readonly node: string; readonly use: string; readonly title: string }
  | {
      readonly type: 'node-end'
      readonly node: string
      readonly status: NodeStatus
      /** Milliseconds. */
      readonly duration: number
      readonly branch?: string
      readonly error?: string
    }
  | { readonly type: 'run-end'; readonly status: NodeStatus; readonly duration: number }
export type NodeStatus = 'succeeded' | 'failed' | 'stopped' | 'skipped'
