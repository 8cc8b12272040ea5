import type { DocumentRecord, Principal, Status } from '@gatehouse/contracts'
import type { Clock, ComponentDescription, Datasets, Store } from '@gatehouse/kernel'
import type { AdminSessions } from './sessions/sessions.ts'

/** A file somebody hands in. */
export interface Upload {
  /** Id of the knowledge base. */
  readonly base: string
  readonly content: Uint8Array
  readonly name: string
  readonly title?: string
  /** The same path again is new content of the same document. */
  readonly path?: string
  readonly language?: string
  /** As the client said; the ending of the name counts when it is missing. */
  readonly mediaType?: string
  /** Absent: what the knowledge base says. */
  readonly principals?: readonly Principal[]
  /** user:<name> */
  readonly createdBy: string
}
/** What `knowledge` does with documents: its `Ingest` fits. Files are kept when it resolves, not yet indexed. */
export interface Library {
  add(upload: Upload): Promise<DocumentRecord>
  retry(project: string, document: string): Promise<DocumentRecord>
  /** Gone from every search at once, with its bytes and text. */
  remove(project: string, document: string): Promise<boolean>
  /** Whether the vectors of a knowledge base are all of its model; undefined when it has none. */
  embeddingOf(base: string): Promise<{ changing: boolean; dimensions?: number; problem?: string } | undefined>
  /** All documents of a knowledge base; the resource is gone by then. */
  removeBase(base: string): Promise<void>
}

/** What the server knows about itself. */
export interface ServerFacts extends Omit<Status, 'providers' | 'problem'> {
  /** Where this console is, e.g. `http://127.0.0.1:8081/console`. */
  readonly consoleUrl: string
}

export interface AdminDependencies {
  readonly store: Pick<Store, 'resources' | 'documents' | 'search' | 'calls' | 'contents' | 'audit' | 'blobs' | 'secrets' | 'check'>
  readonly sessions: AdminSessions
  readonly datasets: Datasets
  readonly library: Library
  readonly clock: Clock
  /** For `x-request-id`. */
  readonly newId: () => string
  readonly facts: () => ServerFacts
  /** Component families by name. */
  readonly catalog: Readonly<Record<string, readonly ComponentDescription[]>>
  /** `host:port` the control plane answers under; anything else in `Host` or `Origin` is refused (DNS rebinding). */
  readonly hosts: () => readonly string[]
  /** Asked with the HTTP adapter's environment. True for a request that came over TLS: its cookies get the `__Host-` prefix and `Secure`. */
  readonly isSecure: (environment: unknown) => boolean
  /** Address of the other end, for throttling. */
  readonly addressOf: (environment: unknown) => string
  /** False where a password or a session would travel unprotected. */
  readonly maySignIn: (environment: unknown) => boolean
  readonly project?: string
  /** Bytes; standard 32 MB. */
  readonly largestUpload?: number
  /** Told about failures that are not the caller's: the reply says nothing about them. */
  readonly failed?: (error: unknown, request: string) => void
}
