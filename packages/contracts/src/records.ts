import type { Principal } from './asker.ts'
import type { AppEvent, Usage } from './events.ts'
import type { Finding, Stage, Verdict } from './policy.ts'
import type { Citation, Place, Reference } from './requests.ts'

/** The facts of one call, to a model or an app. No prompt and no answer: those are content and kept apart. */
export interface CallRecord {
  /** UUIDv7: sortable by start. */
  readonly id: string
  /** A model call made by an app names its app call. */
  readonly parent?: string
  readonly project: string
  /** Milliseconds since 1970, UTC. */
  readonly at: number
  readonly consumer: string
  readonly user?: string
  readonly pseudonym?: string
  readonly key?: string
  readonly dialect: string
  readonly operation: string
  /** The route's or app's name. */
  readonly target: string
  /** The model the caller named. */
  readonly model: string
  readonly stream: boolean
  /** HTTP status the caller got. */
  readonly status: number
  readonly end: 'complete' | 'cancelled' | 'failed' | 'blocked'
  readonly error?: { readonly code: string; readonly message: string }
  readonly finish?: string
  /** Microseconds from the first byte of the request, by layer, outermost first. */
  readonly layers: readonly (readonly [name: string, at: number])[]
  /** Microseconds. */
  readonly duration: number
  readonly firstByte?: number
  readonly attempts: readonly Attempt[]
  readonly usage?: Usage
  /** Millionths of the currency unit of the price table. */
  readonly cost?: number
  readonly reservation?: { readonly id: string; readonly reserved: number; readonly settled: number }
  readonly verdicts: readonly StageVerdict[]
  readonly retrieval?: readonly RetrievalRecord[]
  readonly citations?: readonly Citation[]
  readonly run?: readonly TimedAppEvent[]
  readonly conversation?: string
  readonly message?: string
  readonly content: ContentLevel
  readonly policy?: string
}
export interface Attempt {
  readonly provider: string
  readonly model: string
  readonly at: number
  readonly duration: number
  readonly status?: number
  readonly error?: string
  /** Fields of the request that the vendor does not take; left out. */
  readonly dropped?: readonly string[]
}
export interface StageVerdict {
  readonly stage: Stage
  readonly action: Verdict['action']
  readonly findings: readonly Finding[]
  readonly monitored?: boolean
  /** Microseconds. */
  readonly took: number
  /** For `context` and `ingest`: which source. */
  readonly source?: Reference
}
export type TimedAppEvent = AppEvent & { readonly at: number }

/** What one retrieval used and withheld. `withheld` is for operators only: it never travels to the asker. */
export interface RetrievalRecord {
  readonly datasets: readonly string[]
  readonly used: readonly { readonly n: number; readonly reference: Reference; readonly score: number }[]
  /** Found but not used, with the reason: score, quarantined at query, duplicate … */
  readonly left: readonly { readonly reference: Reference; readonly score: number; readonly reason: string }[]
  /** How many documents among the best matches the asker may not read. */
  readonly withheld: number
  readonly weak: boolean
  /** What found and ordered them beside the words; absent when only words were asked for. */
  readonly vectors?: RetrievalStep
  readonly rerank?: RetrievalStep
  /** Microseconds. */
  readonly took: number
}
/** A step that needs a model. It may fail without the search failing: then `skipped` says why. */
export interface RetrievalStep {
  readonly model: string
  readonly skipped?: string
  /** Microseconds. */
  readonly took: number
}

export type ContentLevel = 'off' | 'metadata' | 'redacted' | 'full'
/** What was said in one call; encrypted at rest under the person's key of the month. */
export interface CallContent {
  readonly request: string
  readonly reply: string
}

/** Something an auditor must be able to prove. Personal data only as salted commitments. */
export interface AuditEvent {
  readonly at: number
  readonly project: string
  /** user:<id>, consumer:<id> or system. */
  readonly actor: string
  /** noun.verb: `sign-in.succeed`, `document.create`, `policy.block`, `content.read` … */
  readonly action: string
  /** kind/id of what it was done to. */
  readonly object?: string
  readonly trace?: string
  readonly details?: Readonly<Record<string, unknown>>
}
export interface AuditRecord extends AuditEvent {
  readonly writer: string
  readonly sequence: number
  /** Hexadecimal SHA-256 of the one before, then of this. */
  readonly previous: string
  readonly hash: string
}
export interface AuditHead {
  readonly writer: string
  readonly sequence: number
  readonly hash: string
  readonly at: number
  /** Ed25519 over writer, sequence, hash and at; base64. */
  readonly signature: string
  readonly key: string
}
export interface AuditReport {
  readonly intact: boolean
  readonly chains: readonly { readonly writer: string; readonly records: number; readonly heads: number; readonly intact: boolean }[]
  readonly batches: number
  readonly problems: readonly {
    readonly writer: string
    readonly sequence: number
    readonly kind: 'edit' | 'gap' | 'fork' | 'truncation' | 'head' | 'batch'
    readonly message: string
  }[]
}

export type DocumentStatus = 'waiting' | 'extracting' | 'splitting' | 'indexing' | 'completed' | 'error' | 'disabled'
/** A source file in a dataset. */
export interface DocumentRecord {
  readonly id: string
  readonly project: string
  readonly dataset: string
  readonly name: string
  readonly title: string
  /** Connector path or upload name; unique in the dataset where present. */
  readonly path?: string
  readonly mediaType: string
  readonly language?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly principals: readonly Principal[]
  readonly status: DocumentStatus
  readonly enabled: boolean
  /** Says why and what to do. */
  readonly error?: { readonly code: string; readonly message: string }
  /** Counts up with each change of content; 0 until the first is indexed. */
  readonly version: number
  /** Of the original bytes, hexadecimal SHA-256; and where they lie. */
  readonly contentHash: string
  readonly blob: string
  /** Of the text of `version`, as it was put beside the original; absent where an older program put it. */
  readonly textHash?: string
  readonly bytes: number
  readonly characters: number
  readonly segments: number
  readonly quarantined: number
  readonly batch: string
  readonly createdBy: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly times: Readonly<Partial<Record<'extracted' | 'split' | 'indexed' | 'completed', number>>>
}
export interface SegmentRecord {
  readonly id: string
  readonly project: string
  readonly dataset: string
  readonly document: string
  readonly version: number
  /** From 1. */
  readonly position: number
  readonly headings: readonly string[]
  readonly place?: Place
  readonly start: number
  readonly end: number
  readonly text: string
  readonly hash: string
  /** Set when a guard found something at ingest: visible, not retrievable. */
  readonly quarantine?: { readonly rule: string; readonly score: number }
}

export interface ConversationRecord {
  readonly id: string
  readonly project: string
  readonly app: string
  /** user:<id>, or pseudonym:<consumer>:<name>. */
  readonly owner: string
  readonly name: string
  readonly createdAt: number
  readonly updatedAt: number
}
/** A turn. Query and answer are encrypted at rest; citations are references. */
export interface MessageRecord {
  readonly id: string
  readonly conversation: string
  readonly project: string
  readonly call: string
  readonly at: number
  readonly query: string
  readonly answer: string
  readonly status: CallRecord['end']
  /** Why it was refused, in plain words; never the finding's text. */
  readonly notice?: string
  readonly citations: readonly Citation[]
  /** Of an answer that cites nothing: what was retrieved for it. It is masked when one of these is revoked. */
  readonly used?: readonly Reference[]
  readonly feedback?: 'like' | 'dislike'
}
