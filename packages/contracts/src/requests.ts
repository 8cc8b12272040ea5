import type { Principal } from './asker.ts'
import type { Stage } from './policy.ts'

/**
 * Requests, one shape per operation. Known fields are lifted out by hand on the hot path;
 * `raw` is the parsed body as the caller sent it, so that fields we do not know survive within a dialect.
 */
export interface ChatRequest {
  readonly operation: 'chat'
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly stream: boolean
  readonly maxTokens?: number
  readonly raw: Readonly<Record<string, unknown>>
  /** In which `raw` and `messages` are written; absent: OpenAI's chat completions, the canonical form. `canonicalOf` in the kernel translates. */
  readonly dialect?: ChatDialect
  /** Headers of the dialect that only a vendor of the same dialect gets. */
  readonly headers?: Readonly<Record<string, string>>
  /** Nothing is to be answered: only how many tokens the request has. */
  readonly counts?: true
  /** For the built-in answerer; travels beside the prompt and is never sent to a vendor. */
  readonly sources?: readonly Source[]
  /** Beside the sources: how much each search term of the question weighs in their datasets (IDF). */
  readonly termWeights?: Readonly<Record<string, number>>
}
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  /** A string, or parts as the dialect has them; `textOf` in the kernel joins their text. */
  readonly content: unknown
  readonly [field: string]: unknown
}
/** A chat dialect that is not the canonical one, as far as layers and providers have to know it. */
export interface ChatDialect {
  readonly name: string
  /** The same call as an OpenAI chat body, made when asked for and once per body. Throws `unsupported` for what has no place there. */
  canonical(raw: Readonly<Record<string, unknown>>): CanonicalChat
  /** Shows every text of a body in a fixed order and puts what it is given in its place; the very same body when nothing was changed. */
  mapTexts(raw: Readonly<Record<string, unknown>>, visit: TextVisit): Readonly<Record<string, unknown>>
}
/** A chat body in the canonical form, which is OpenAI's: messages, tools, tool_choice, response_format, stop, temperature … */
export interface CanonicalChat extends Readonly<Record<string, unknown>> {
  readonly messages: readonly ChatMessage[]
}
/** Shows one text and takes what shall stand in its place. */
export type TextVisit = (stage: Stage, text: string, role?: ChatMessage['role']) => string
export interface AppRequest {
  readonly operation: 'app'
  readonly app: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly query: string
  readonly conversation?: string
  readonly stream: boolean
}
/** Texts to vectors, in order. */
export interface EmbedRequest {
  readonly operation: 'embed'
  readonly model: string
  readonly inputs: readonly string[]
  readonly dimensions?: number
  readonly stream: false
  readonly raw: Readonly<Record<string, unknown>>
}
/** How well each document answers the query. */
export interface RerankRequest {
  readonly operation: 'rerank'
  readonly model: string
  readonly query: string
  readonly documents: readonly string[]
  /** Only the best so many are told. */
  readonly topN?: number
  readonly stream: false
  readonly raw: Readonly<Record<string, unknown>>
}
/** Operations carried as they are; their own shapes arrive with the Model API. */
export interface PassthroughRequest {
  readonly operation: 'passthrough'
  readonly model: string
  readonly stream: boolean
  readonly raw: Readonly<Record<string, unknown>>
}
export type Request = ChatRequest | AppRequest | EmbedRequest | RerankRequest | PassthroughRequest
export type Operation = Request['operation']

/** A passage a model may quote. `n` is the number it is cited by. */
export interface Source {
  readonly n: number
  readonly reference: Reference
  readonly title: string
  readonly headings: readonly string[]
  readonly place?: Place
  readonly text: string
  /** 0–1, final. */
  readonly score: number
}

/** Where in its file a passage stands, as far as the file has such places. A sheet's name is content: it is shown with the passage and never kept in a reference. */
export interface Place {
  /** Counted from 1; of the text's beginning and its end. */
  readonly pages?: readonly [first: number, last: number] | undefined
  readonly sheet?: string | undefined
  /** As a spreadsheet counts them, from 1. */
  readonly rows?: readonly [first: number, last: number] | undefined
}

/** Points into one version of a document. Resolved for the viewer's current principals; never holds text. */
export interface Reference {
  readonly dataset: string
  readonly document: string
  readonly version: number
  readonly segment: string
  /** UTF-16 offsets into the version's extracted text. */
  readonly start: number
  readonly end: number
  /** SHA-256 of that text, hexadecimal. */
  readonly hash: string
}

export interface Citation {
  readonly n: number
  readonly reference: Reference
}

/** What a reader gets for a reference: the passage, or a mask that says nothing about the document. */
export type Resolved =
  | {
      readonly readable: true
      readonly reference: Reference
      readonly title: string
      readonly headings: readonly string[]
      readonly place?: Place
      readonly text: string
      /** False when a newer version of the document exists. */
      readonly current: boolean
    }
  | { readonly readable: false; readonly n?: number }

export type Principals = readonly Principal[]
