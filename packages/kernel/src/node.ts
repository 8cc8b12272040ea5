import type { AppEvent, Citation, Source } from '@gatehouse/contracts'
import type { z } from 'zod'
import type { Component } from './component.ts'
import type { Exchange } from './exchange.ts'
import type { ChatModels, Datasets, Inspector } from './ports.ts'

/** A step of a graph. */
export interface NodeDefinition<C extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> extends Component<C> {
  readonly version: number
  readonly category: 'flow' | 'model' | 'knowledge' | 'logic' | 'io'
  readonly output: O
  /** Named ways out; none means one unnamed. */
  readonly branches?: readonly string[]
  /** The config field whose template people hear, part by part, while the nodes it names still run. */
  readonly speaks?: string
  /** Output fields that depend on the config, beside those of `output`. */
  fields?(config: z.output<C>): readonly string[]
  /** Lifts a config saved by version n to n + 1, so the engine only knows the newest. */
  readonly migrate?: Readonly<Record<number, (config: unknown) => unknown>>
  run(work: { config: z.output<C>; context: NodeContext }): Promise<{ output: z.input<O>; branch?: string }>
}
export const defineNode = <C extends z.ZodObject, O extends z.ZodObject>(definition: NodeDefinition<C, O>): NodeDefinition<C, O> =>
  definition

/**
 * All a node gets. The asker is bound inside `models`, `datasets` and `inspector`: a node cannot pass another.
 * Templates in its config are expanded by the engine before `run`, once; values are never scanned again.
 */
export interface NodeContext {
  readonly signal: AbortSignal
  readonly exchange: Exchange
  readonly models: ChatModels
  readonly datasets: Datasets
  readonly inspector: Inspector
  /** The value of another node's output, by node id and field. */
  value(node: string, field: string): unknown
  emit: Emit
}
/** What a node tells while it runs. */
export interface Emit {
  /** A piece of the answer people see; waits when the reader is slow. */
  text(
    delta: string,
    options?: { /** Shown once and never kept: titles that may be revoked tomorrow. */ readonly transient?: boolean },
  ): Promise<void>
  citations(citations: readonly Citation[], sources: readonly Source[]): void
  event(event: AppEvent): void
}
