import type { ErrorCode } from './errors.ts'
import type { NodeStatus } from './events.ts'
import type { CallRecord, MessageRecord } from './records.ts'
import type { Place } from './requests.ts'

// What the chat web app and the data plane say to each other under /chat/api. Types only: the app trusts its own server.

/** One `data:` line of a streamed answer. `start` is first; `end` is always last, whatever happened. */
export type ChatEvent =
  | { readonly type: 'start'; readonly message: string; readonly conversation?: string; readonly trace: string }
  | {
      readonly type: 'node'
      readonly node: string
      readonly title: string
      readonly status: 'running' | NodeStatus
      readonly duration?: number
    }
  /** `passing`: shown with the answer now and not kept, such as titles of documents that may be closed tomorrow. */
  | { readonly type: 'text'; readonly text: string; readonly passing?: true }
  /** All citations of the answer so far; replaces what came before. */
  | { readonly type: 'citations'; readonly sources: readonly ChatSource[] }
  /** Stopped by policy; text shown so far is to be replaced by the message. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'end'; readonly status: CallRecord['end'] }

/** A citation as the answer shows it; the passage is fetched by message and number. */
export interface ChatSource {
  readonly n: number
  readonly title: string
  readonly place?: Place
}

/** POST /chat/api/apps/<app>/messages */
export interface ChatQuestion {
  readonly query: string
  readonly conversation?: string
  readonly inputs?: Readonly<Record<string, unknown>>
}

/** POST /chat/api/session: a one-time link's token, or name and password. */
export type ChatSignIn = { readonly link: string } | { readonly user: string; readonly password: string }

/** GET /chat/api/me; also the answer to a sign-in. */
export interface ChatMe {
  readonly user: string
  readonly title: string
  readonly language: 'en' | 'zh'
  /** Sent back as `x-csrf-token` with everything that changes something. */
  readonly csrf: string
  /** The operator who opened this session as somebody else. */
  readonly openedBy?: string
  readonly apps: readonly { readonly name: string; readonly title: string; readonly description: string }[]
}

/** GET /chat/api/apps/<app> */
export interface ChatAppView {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly opening: string
  readonly suggestions: readonly string[]
  /** No vendor's model writes its answers: the built-in answerer quotes the documents. */
  readonly builtIn?: true
}

/** GET /chat/api/conversations?app=&after= */
export interface ChatConversations {
  readonly items: readonly ChatConversation[]
  readonly next?: string
}
export interface ChatConversation {
  readonly id: string
  readonly app: string
  readonly name: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** GET /chat/api/conversations/<id>/messages?before=: oldest first. */
export interface ChatTurns {
  readonly items: readonly ChatTurn[]
}
export interface ChatTurn {
  readonly id: string
  readonly at: number
  readonly query: string
  /** Empty when masked. */
  readonly answer: string
  /** True when a document behind the answer may no longer be read: nothing of the answer is sent. */
  readonly masked: boolean
  readonly status: CallRecord['end']
  readonly notice?: string
  readonly sources: readonly ChatSource[]
  readonly feedback?: NonNullable<MessageRecord['feedback']>
}

/** GET /chat/api/passages?message=&n= */
export type ChatPassage =
  | {
      readonly readable: true
      readonly n: number
      readonly title: string
      readonly headings: readonly string[]
      readonly place?: Place
      /** The document's text around the passage. */
      readonly before: string
      readonly text: string
      readonly after: string
      /** False when the document has changed since. */
      readonly current: boolean
      /** The cited version. */
      readonly version: number
      /** When the newest version was taken in. */
      readonly changedAt: number
      /** What the file is called that GET /chat/api/originals?message=&n= gives; absent when it is not given out. */
      readonly original?: string
    }
  | { readonly readable: false; readonly n: number }

/** Body of every refusal that is not a stream. */
export interface ChatError {
  readonly error: { readonly code: ErrorCode; readonly message: string }
}
