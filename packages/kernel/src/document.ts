import type { Principal } from '@gatehouse/contracts'
import type { z } from 'zod'
import type { Component } from './component.ts'

/** One item a connector offers. */
export interface SourceItem {
  /** Stable within the source. */
  readonly path: string
  readonly name: string
  readonly title?: string
  readonly language?: string
  readonly mediaType: string
  readonly principals?: readonly Principal[]
  readonly metadata?: Readonly<Record<string, string>>
  /** Changes whenever the bytes do: lets unchanged items be skipped unread. */
  readonly etag: string
  read(): Promise<Uint8Array>
}
/** Where documents come from. */
export interface Connector {
  items(): AsyncIterable<SourceItem>
}
export interface ConnectorDefinition<C extends z.ZodObject = z.ZodObject> extends Component<C> {
  create(config: z.output<C>): Connector
}

/** A piece of extracted text, in reading order. Offsets are into the extracted text, the blocks' texts joined by blank lines. */
export interface Block {
  readonly kind: 'heading' | 'paragraph' | 'list' | 'table' | 'code'
  /** 1–6 for headings. */
  readonly level?: number
  readonly text: string
  /** Of tables: repeated when a table is cut. */
  readonly header?: string
  /** From a place people do not see: a comment, display:none. Kept, and judged more strictly. */
  readonly hidden?: boolean
  /** Where the block begins, counted from 1, of files that have pages. */
  readonly page?: number
  /** Of workbooks. */
  readonly sheet?: string
  /** Of sheets: which rows its lines are, one each, counted from 1. */
  readonly rows?: readonly [first: number, last: number]
}
export interface Extracted {
  readonly title?: string
  readonly blocks: readonly Block[]
}
/** File to blocks. */
export interface ExtractorDefinition<C extends z.ZodObject = z.ZodObject> extends Component<C> {
  readonly mediaTypes: readonly string[]
  extract(bytes: Uint8Array, name: string): Extracted
}
