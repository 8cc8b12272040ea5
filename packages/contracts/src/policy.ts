import { z } from 'zod'

/** Where a text stands when a guard looks at it. `context` = retrieved segments, at query. */
export const Stage = z.enum(['input', 'context', 'ingest', 'tool-call', 'tool-result', 'output'])
export type Stage = z.infer<typeof Stage>

/** What the policy may do about a finding, from mild to strict. */
export const Action = z.enum(['allow', 'flag', 'redact', 'tokenise', 'rewrite', 'judge', 'block'])
export type Action = z.infer<typeof Action>

/** What a guard found. `start` and `end` are UTF-16 offsets into the inspected text. Never holds the text itself. */
export interface Finding {
  readonly guard: string
  /** For example `injection.override` or `pii.cn-resident-id`. */
  readonly rule: string
  /** 0–1. */
  readonly score: number
  readonly start: number
  readonly end: number
  /** What stands there after `redact`, for example `[e-mail]`. */
  readonly replacement?: string
}

/** The decision on one text. `not-inspected` is a verdict of its own and is recorded. */
export interface Verdict {
  readonly action: Action | 'not-inspected'
  readonly findings: readonly Finding[]
  /** The finding which decided, for the plain-word reason. */
  readonly because?: Finding
  /** True when the policy only monitors: `action` is what would have been done. */
  readonly monitored?: boolean
}

/** One guard at one stage, and what to do about its findings. Rules are matched by exact id or by a prefix ending in `.`. */
export const PolicyRule = z.strictObject({
  guard: z.string().meta({ title: 'Guard', widget: 'guard' }),
  config: z.record(z.string(), z.unknown()).default({}),
  action: Action.default('block'),
  /** Findings below it are recorded as flags only. */
  threshold: z.number().min(0).max(1).default(0.8),
  /** Exceptions for single rules of the guard. */
  rules: z.record(z.string(), Action).default({}),
})
export type PolicyRule = z.infer<typeof PolicyRule>

export const PolicySpec = z.strictObject({
  title: z.string().default(''),
  mode: z.enum(['enforce', 'monitor']).default('enforce'),
  /** What happens when a guard fails or could not inspect. */
  onFailure: z.enum(['closed', 'open']).default('closed'),
  /** Text beyond this many characters is not inspected. */
  maxCharacters: z.int().min(1000).max(4_000_000).default(1_000_000),
  stages: z.partialRecord(Stage, z.array(PolicyRule)).default({}),
  /** The refusal in plain words. */
  message: z
    .strictObject({ en: z.string(), zh: z.string() })
    .default({ en: 'This request was refused by the security policy.', zh: '此请求已被安全策略拒绝。' }),
})
export type PolicySpec = z.infer<typeof PolicySpec>
