import type { Asker, ChatMessage, Finding, PolicySpec, Stage } from '@gatehouse/contracts'
import type { z } from 'zod'
import type { Component } from '../component.ts'

/** One text to look at. The text is the original; a guard makes its own canonical copy and maps ranges back. */
export interface Subject {
  readonly stage: Stage
  readonly text: string
  /** Whose message it is, where it is one: the author of a system message may speak about instructions. */
  readonly role?: ChatMessage['role']
}

/** How far before its start a finding of a guard with `openFrom` may look; in UTF-16 units. */
export const lookBehind = 64

/** A guard only finds; the policy bound to the route or app decides. Holds no state between calls. */
export interface Guard {
  /** A promise only when it really waits (a judge, a remote service). */
  inspect(subject: Subject, asker: Asker): readonly Finding[] | Promise<readonly Finding[]>
  /**
   * For streams: where the longest tail of `text` starts that may still become, or extend, a finding (an offset, `text.length`
   * when nothing is open). Absent: the guard needs the whole text, and a stream is held until its end.
   * A guard that has it promises that a finding depends on nothing but itself, `lookBehind` characters before its start, and what
   * follows it while its start is still open: it is then shown a window of the text, never the whole.
   */
  openFrom?(text: string): number
}

export interface GuardDefinition<C extends z.ZodObject = z.ZodObject> extends Component<C> {
  readonly stages: readonly Stage[]
  create(config: z.output<C>): Guard
}
export const defineGuard = <C extends z.ZodObject>(definition: GuardDefinition<C>): GuardDefinition<C> => definition

/** A guard of a policy at one stage, made and ready. */
export interface BoundGuard {
  readonly id: string
  readonly guard: Guard
  /** Index into `spec.stages[stage]`. */
  readonly rule: number
}
/** A policy with its guards made: compiled once per configuration, off the hot path. */
export interface BoundPolicy {
  /** name@version, as it stands in records. */
  readonly id: string
  readonly spec: PolicySpec
  readonly stages: Readonly<Partial<Record<Stage, readonly BoundGuard[]>>>
}
