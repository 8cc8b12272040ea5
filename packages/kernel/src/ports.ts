import type {
  Asker,
  AuditEvent,
  AuditHead,
  AuditRecord,
  AuditReport,
  CallContent,
  CallRecord,
  ChatRequest,
  ConversationRecord,
  DocumentRecord,
  EmbedRequest,
  Kind,
  ManagedBy,
  MessageRecord,
  Place,
  Principal,
  Reference,
  RerankRequest,
  Resolved,
  Resource,
  RetrievalRecord,
  Score,
  SegmentRecord,
  Source,
  Stage,
  Verdict,
} from '@gatehouse/contracts'
import type { Exchange } from './exchange.ts'
import type { Reply } from './reply.ts'

// Rooms that may not import each other meet here; `apps/server` fills the ports.

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
}

// ── between rooms ────────────────────────────────────────────────────────────────────────────────

/** Model calls, through the gateway's own pipeline: identity, guards, limits, spans. */
export interface Models {
  /** `request.model` is a route's public name. `parent` is the app exchange it works for: the call runs as its asker and is cancelled with it. */
  chat(request: ChatRequest, parent: Exchange): Promise<Reply>
  /** Throws what the call failed with; `signal` cancels it. */
  embed(request: EmbedRequest, caller: Caller, signal?: AbortSignal): Promise<readonly Float32Array[]>
  rerank(request: RerankRequest, caller: Caller, signal?: AbortSignal): Promise<readonly Score[]>
}
/** What answering needs of it, and what searching needs. */
export type ChatModels = Pick<Models, 'chat'>
export type SearchModels = Pick<Models, 'embed' | 'rerank'>
/** For whom a model is called: an exchange that it is part of, or somebody by themselves, such as the ingest of a project. */
export type Caller = Exchange | Alone
export interface Alone {
  readonly project: string
  readonly asker: Asker
  /** Its texts went through the guards already, as documents do at ingest. */
  readonly inspected?: boolean
}

export interface RetrieveQuery {
  /** Ids of knowledge bases. */
  readonly datasets: readonly string[]
  readonly text: string
  readonly topK?: number
  /** Applied to the final score. */
  readonly threshold?: number
  /** Count what was withheld, for an operator; done anyway when there is an exchange to note it on. */
  readonly countWithheld?: boolean
}
export interface Retrieval {
  /** Best first, numbered from 1. */
  readonly sources: readonly Source[]
  /** True when the match is too weak to answer from: an honest refusal is due. */
  readonly weak: boolean
  /** Titles nearest to the question that the asker may read. */
  readonly nearest: readonly string[]
  readonly record: RetrievalRecord
  /** How much each search term of the question weighs in these datasets (IDF): for the built-in answerer. */
  readonly termWeights?: Readonly<Record<string, number>>
  /** Parts of the score by segment id and name, for the retrieval test. */
  readonly scores?: Readonly<Record<string, Readonly<Record<string, number>>>>
}
export interface Datasets {
  retrieve(query: RetrieveQuery, asker: Asker, exchange?: Exchange): Promise<Retrieval>
  /** The passages behind references, as this viewer may see them now; one entry per reference, in order. */
  resolve(references: readonly Reference[], viewer: Asker): Promise<Resolved[]>
}

/** Guards for rooms that may not import them: retrieved text, ingest, tool calls and results. */
export interface Inspector {
  inspect(subject: { stage: Stage; text: string; policy: string; project: string; source?: Reference }, asker: Asker): Promise<Verdict>
}

// ── storage ──────────────────────────────────────────────────────────────────────────────────────

export interface Page<T> {
  readonly items: readonly T[]
  /** Pass as `after` for the next page; absent at the end. */
  readonly next?: string
}

/** Configuration: the store is its truth. Every change is audited with before and after in the same transaction. */
export interface Resources {
  get<K extends Kind>(kind: K, project: string, name: string): Promise<Resource<K> | undefined>
  list<K extends Kind>(kind: K, project?: string): Promise<Resource<K>[]>
  /** Makes or changes; `conflict` when `ifVersion` is not the stored one (0: must not exist). */
  put<K extends Kind>(
    change: { kind: K; project: string; name: string; spec: Resource<K>['spec']; managedBy: ManagedBy; ifVersion?: number },
    actor: string,
  ): Promise<Resource<K>>
  remove(kind: Kind, project: string, name: string, actor: string): Promise<boolean>
  /** After each committed change, in order; returns how to stop. */
  watch(changed: (kind: Kind, name: string) => void): () => void
}

/** Small documents that are not configuration: sessions, password hashes, one-time links, settings. `body` is encrypted at rest. */
export interface Records {
  get<T>(kind: string, id: string): Promise<T | undefined>
  list<T>(kind: string): Promise<{ id: string; body: T }[]>
  put<T>(kind: string, id: string, body: T, options?: { expiresAt?: number }): Promise<void>
  /** Takes it out, atomically: only one caller gets it. */
  take<T>(kind: string, id: string): Promise<T | undefined>
  remove(kind: string, id: string): Promise<boolean>
}

export interface Documents {
  get(project: string, id: string): Promise<DocumentRecord | undefined>
  byPath(dataset: string, path: string): Promise<DocumentRecord | undefined>
  list(
    dataset: string,
    query?: { after?: string; limit?: number; keyword?: string; batch?: string; readableBy?: readonly Principal[] },
  ): Promise<Page<DocumentRecord> & { total: number }>
  put(document: DocumentRecord): Promise<void>
  /** Changes a few fields of the newest state. */
  update(id: string, change: Partial<Omit<DocumentRecord, 'id' | 'project' | 'dataset'>>): Promise<DocumentRecord>
  /** Labels, in record and index at once: effective with the next query. */
  setAccess(id: string, principals: readonly Principal[]): Promise<void>
  /** Record, segments, index and statistics in one transaction. */
  remove(id: string): Promise<boolean>
  segments(document: string, query?: { after?: number; limit?: number }): Promise<Page<SegmentRecord>>
  segmentsById(ids: readonly string[]): Promise<SegmentRecord[]>
  setQuarantine(segment: string, quarantine: SegmentRecord['quarantine'] | undefined): Promise<void>
}

export interface IndexedDocument {
  readonly id: string
  readonly project: string
  readonly dataset: string
  readonly version: number
  /** Title, file name, path and metadata values: what the document is called. */
  readonly identity: string
  readonly principals: readonly Principal[]
  readonly segments: readonly (Omit<SegmentRecord, 'project' | 'dataset' | 'document' | 'version'> & {
    /** What is indexed: heading path and text. */
    readonly body: string
    readonly vector?: Float32Array
  })[]
}
export interface SearchQuery {
  readonly project: string
  readonly datasets: readonly string[]
  /** Access control inside the search, in every leg; an empty list finds nothing. */
  readonly principals: readonly Principal[]
  readonly text: string
  readonly vector?: Float32Array
  /** How many candidates by words (at least 300 is usual) and by vectors. */
  readonly words: number
  readonly vectors: number
  /** Also count how many documents among the ten best unrestricted matches the principals may not read. For operators. */
  readonly countWithheld?: boolean
}
/** Raw scores of both legs, absent where a leg did not find it. Fusing and thresholds are one function in `knowledge`. */
export interface Candidate {
  readonly segment: string
  readonly document: string
  readonly dataset: string
  readonly version: number
  readonly position: number
  readonly title: string
  readonly headings: readonly string[]
  readonly place?: Place
  readonly start: number
  readonly end: number
  readonly hash: string
  readonly text: string
  /** How many segments the document has. */
  readonly segments: number
  readonly words?: {
    /** BM25 of the body and of the document's identity, with proximity; each dataset's own statistics. */
    readonly body: number
    readonly identity: number
    /** 0–1: share of the query's IDF mass found in this body. */
    readonly coverage: number
    /** 0–1: share of the identity's IDF mass that the query names; 0 for documents of fewer than 20 segments, where it is not used. */
    readonly identityCoverage: number
    /** The largest score these terms could reach: Σ idf·(k1 + 1), the ten highest only for long queries. */
    readonly ceiling: number
  }
  readonly distance?: number
}
export interface SearchIndex {
  /** Old or new, never both: one transaction over segments, index, labels and statistics. */
  replace(document: IndexedDocument): Promise<void>
  search(query: SearchQuery): Promise<{ candidates: Candidate[]; withheld: number }>
  /** IDF of terms over the datasets, for choosing sentences; unseen terms at ln(1 + N). */
  weights(datasets: readonly string[], terms: readonly string[]): Promise<Map<string, number>>
  createDataset(dataset: { id: string; project: string }): Promise<void>
  /** With all documents, in batches; returns how many there were. */
  removeDataset(id: string): Promise<number>
  counts(dataset: string): Promise<{ documents: number; segments: number; characters: number }>
}

export interface Calls {
  get(project: string, id: string): Promise<CallRecord | undefined>
  /** Newest first. */
  list(query: CallQuery): Promise<Page<CallRecord>>
  children(id: string): Promise<CallRecord[]>
  /** Sums for the overview, per bucket of `step` milliseconds. */
  summary(query: { project: string; from: number; to: number; step: number }): Promise<CallSummary[]>
}
export interface CallQuery {
  readonly project: string
  readonly after?: string
  readonly limit?: number
  readonly from?: number
  readonly to?: number
  readonly end?: CallRecord['end']
  readonly consumer?: string
  readonly user?: string
  readonly target?: string
  readonly operation?: string
  /** Only what callers asked: no call that another call made, nor one of the ingest. */
  readonly roots?: boolean
}
export interface CallSummary {
  readonly at: number
  readonly calls: number
  readonly failed: number
  readonly blocked: number
  /** Answered that nothing was found: the match was too weak. */
  readonly refused: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly p50: number
  readonly p95: number
}

/** Prompts and answers, encrypted under data keys per person and month. */
export interface Contents {
  get(call: string): Promise<CallContent | undefined>
  /** Destroys the person's data keys; their content cannot be read again. */
  erase(person: string): Promise<number>
}

export interface Conversations {
  get(id: string): Promise<ConversationRecord | undefined>
  /** Newest first. */
  list(query: { project: string; owner: string; app?: string; after?: string; limit?: number }): Promise<Page<ConversationRecord>>
  put(conversation: ConversationRecord): Promise<void>
  remove(id: string): Promise<boolean>
  /** Oldest first. */
  messages(conversation: string, query?: { before?: string; limit?: number }): Promise<MessageRecord[]>
  message(id: string): Promise<MessageRecord | undefined>
  /** Also touches the conversation. */
  append(message: MessageRecord): Promise<void>
  rate(message: string, feedback: MessageRecord['feedback'] | undefined): Promise<void>
}

export interface Audit {
  /** Committed before it resolves. */
  append(event: AuditEvent): Promise<AuditRecord>
  /** Newest first. */
  list(query: {
    project?: string
    after?: string
    limit?: number
    action?: string
    actor?: string
    /** Only records that name this call, and the one that binds its journal batch. */
    trace?: string
  }): Promise<Page<AuditRecord>>
  /** Signs and exports the heads of this writer's chain. */
  sign(): Promise<AuditHead | undefined>
  /** Walks all chains against the exported heads and the bound batches of call records. */
  verify(): Promise<AuditReport>
}

export interface Job<T = unknown> {
  readonly id: string
  readonly queue: string
  readonly payload: T
  readonly attempts: number
}
export interface Jobs {
  add(queue: string, payload: unknown, options?: { id?: string; runAt?: number }): Promise<string>
  lease(queue: string, options: { owner: string; milliseconds: number; limit: number }): Promise<Job[]>
  renew(job: Job, owner: string, milliseconds: number): Promise<boolean>
  /** False when the lease was lost: the result is dropped. */
  complete(job: Job, owner: string): Promise<boolean>
  /** Back to the queue at `runAt`. */
  retry(job: Job, owner: string, runAt: number): Promise<boolean>
  count(queue: string): Promise<number>
}

export interface Blobs {
  put(key: string, bytes: Uint8Array): Promise<void>
  get(key: string): Promise<Uint8Array | undefined>
  remove(key: string): Promise<void>
  /** Of everything below the prefix. */
  removeAll(prefix: string): Promise<void>
  /** Every key below the prefix, in no order; '' lists all. */
  list(prefix: string): AsyncIterable<string>
  /** For /readyz and doctor, where a network lies between: throws what is wrong. Cheap. */
  check?(): Promise<void>
}

export type Unit = 'requests' | 'concurrency' | 'tokens' | 'money'
export type Amounts = Partial<Record<Unit, number>>
/** One account of the ledger. A window of 0 means: at once (concurrency). */
export interface Limit {
  readonly id: string
  readonly unit: Unit
  readonly most: number
  /** Milliseconds. */
  readonly window: number
}
/** Two-phase. All limits of a hold or none; `id` makes every call idempotent; an expired hold is released. */
export interface Counters {
  reserve(hold: { id: string; limits: readonly Limit[]; estimate: Amounts; expiresAt: number }): Reserved | Promise<Reserved>
  settle(id: string, actual: Amounts): void | Promise<void>
  release(id: string): void | Promise<void>
  /** Open holds; 0 when nothing is under way. */
  open(): number
}
export type Reserved = { readonly granted: true } | { readonly granted: false; readonly limit: Limit; readonly retryAt: number }

/** What may be used once only: nonces of signed requests, ids of assertions. Written for verified callers only, so that strangers cannot fill it. */
export interface Nonces {
  /** Milliseconds since 1970. What was signed before may have been used before this memory began; 0 for one that outlives the process. */
  readonly since: number
  /** Marks it as used until then. `full`: it cannot be remembered, so it must be refused; nothing is forgotten to make room. */
  use(scope: string, nonce: string, until: number, now: number): NonceUse | Promise<NonceUse>
}
export type NonceUse = 'fresh' | 'used' | 'full'

/** One file per process: a line is written before the reply's last byte is sent, then inserted into the store by id, exactly once. */
export interface Journal {
  /**
   * `content` is encrypted off the event loop. `written` is called when the line is in the file (group commit), with an error when
   * it is not: the journal then refuses further calls (`check`) until a write succeeds.
   */
  write(record: CallRecord, content: JournalContent | undefined, written: (failure?: Error) => void): void
  /** Throws `overloaded` when the last write failed or the queue is full. Called before a call is let in. */
  check(): void
  /** Everything written so far is in the store. */
  flush(): Promise<void>
  /** For metrics and health. */
  state?(): JournalState
}
export interface JournalState {
  /** Lines that are not in the file yet. */
  readonly waitingBytes: number
  /** Lines in the file that the store has not taken yet, and for how many milliseconds the oldest has been there. */
  readonly behindBytes: number
  readonly behindFor: number
  /** The last write, or the store's last take, failed. */
  readonly failing: boolean
}
/** As received and as sent; decoded and redacted in a worker. */
export interface JournalContent {
  readonly level: 'redacted' | 'full'
  readonly dialect: string
  readonly request: Uint8Array | string
  readonly reply: string | readonly Uint8Array[]
}

/** Secrets of `store:ID` references; encrypted at rest. */
export interface Secrets {
  get(id: string): Promise<string | undefined>
  put(id: string, value: string): Promise<void>
  remove(id: string): Promise<boolean>
}

/** Everything a server keeps. */
export interface Store extends AsyncDisposable {
  readonly resources: Resources
  readonly records: Records
  readonly secrets: Secrets
  readonly documents: Documents
  readonly search: SearchIndex
  readonly calls: Calls
  readonly contents: Contents
  readonly conversations: Conversations
  readonly audit: Audit
  readonly jobs: Jobs
  readonly blobs: Blobs
  readonly counters: Counters
  readonly journal: Journal
  /** For /readyz and doctor: throws what is wrong. */
  check(): Promise<void>
}

// ── people ───────────────────────────────────────────────────────────────────────────────────────

export type Audience = 'console' | 'chat'
export interface Session {
  /** SHA-256 of the cookie's value: safe to keep and to log. */
  readonly id: string
  readonly audience: Audience
  readonly user: string
  /** Double-submit token for requests that change something. */
  readonly csrf: string
  /** Set for "chat as …": the operator who opened it. */
  readonly openedBy?: string
  /** Opened by a set-up or invitation link: only a password may be set. */
  readonly mustSetPassword?: boolean
  readonly expiresAt: number
}
/** Signing in and out; made by `admin`, used by both listeners. Each audience has cookies of its own. */
export interface Sessions {
  /** The cookie's value → its session; undefined when unknown, expired, of another audience, or its person is disabled. */
  verify(token: string, audience: Audience): Promise<Session | undefined>
  /** Throws `unauthorized` (never saying which part was wrong) or `quota_exceeded` when throttled. `token` goes into the cookie. */
  signIn(credentials: { user: string; password: string; audience: Audience; from: string }): Promise<{ token: string; session: Session }>
  /** A one-time link's token (ten minutes) → a session. */
  redeem(link: string, audience: Audience): Promise<{ token: string; session: Session }>
  signOut(token: string, audience: Audience): Promise<void>
}
