import { z } from 'zod'
import { AddressRules, KeySpec, Name } from '../resources.ts'
import { resourceFields } from './apps.ts'
import { SigningKeyView, TokenIssuerView } from './credentials.ts'
import { administrators, endpoints, Instant, operators, Reason } from './endpoint.ts'
import { CreatedKey, KeyKind, KeyView } from './keys.ts'

export const ConsumerLimits = z.strictObject({
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
  concurrency: z.int().min(1).optional(),
})
export const ConsumerView = z
  .object({
    ...resourceFields,
    title: z.string(),
    groups: z.array(z.string()),
    maySpeakFor: z.array(z.string()),
    limits: z.object(ConsumerLimits.shape),
    /** Of each signed-in person by himself. */
    userLimits: z.object(ConsumerLimits.shape),
    keys: z.array(KeyView),
    signingKeys: z.array(SigningKeyView),
    tokenIssuers: z.array(TokenIssuerView),
    addresses: z.object(AddressRules.shape),
  })
  .meta({ id: 'ConsumerView' })
export type ConsumerView = z.infer<typeof ConsumerView>
export const ConsumerList = z.object({ items: z.array(ConsumerView) }).meta({ id: 'ConsumerList' })
export type ConsumerList = z.infer<typeof ConsumerList>

/** Of the newest calls within 24 hours; `partial` when there were more than were counted. */
export const ConsumerUsage = z
  .object({
    from: Instant,
    calls: z.number(),
    blocked: z.number(),
    failed: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    lastAt: Instant.optional(),
    partial: z.boolean(),
  })
  .meta({ id: 'ConsumerUsage' })
export type ConsumerUsage = z.infer<typeof ConsumerUsage>

/** Needed when documents open to the consumer that the operator may not read: whoever makes its keys could. Kept in the audit. */
const wideningReason = Reason.optional()
export const CreateConsumer = z.strictObject({
  name: Name,
  title: z.string().max(200).default(''),
  groups: z.array(Name).max(100).default([]),
  limits: ConsumerLimits.default({}),
  userLimits: ConsumerLimits.default({}),
  reason: wideningReason,
})
export const ChangeConsumer = z.strictObject({
  title: z.string().max(200).optional(),
  groups: z.array(Name).max(100).optional(),
  maySpeakFor: z.array(z.string().max(128)).max(1000).optional(),
  limits: ConsumerLimits.optional(),
  userLimits: ConsumerLimits.optional(),
  addresses: AddressRules.optional(),
  reason: wideningReason,
  /** The version that was seen; another one in the store is a conflict. */
  version: z.int().optional(),
})
export const CreateKey = z.strictObject({
  kind: KeyKind.default('model'),
  title: z.string().max(200).default(''),
  /** Names of apps an app key opens. */
  apps: z.array(Name).max(100).default([]),
  /** Ids or names of knowledge bases a dataset key reaches besides those its consumer made. */
  datasets: z.array(z.string().max(64)).max(100).default([]),
  /** What a dataset key may do; nothing said: both. */
  verbs: KeySpec.shape.verbs,
  expiresAt: z.iso.datetime().optional(),
  reason: wideningReason,
})
export const consumerEndpoints = endpoints({
  listConsumers: {
    method: 'GET',
    path: '/consumers',
    access: operators,
    summary: 'Calling systems and their keys',
    response: ConsumerList,
  },
  createConsumer: {
    method: 'POST',
    path: '/consumers',
    access: administrators,
    summary: 'Add a calling system',
    body: CreateConsumer,
    response: ConsumerView,
    status: 201,
  },
  getConsumer: { method: 'GET', path: '/consumers/{consumer}', access: operators, summary: 'One calling system', response: ConsumerView },
  changeConsumer: {
    method: 'PATCH',
    path: '/consumers/{consumer}',
    access: administrators,
    summary: 'Change title, groups or limits',
    body: ChangeConsumer,
    response: ConsumerView,
  },
  removeConsumer: { method: 'DELETE', path: '/consumers/{consumer}', access: administrators, summary: 'Remove it with its keys' },
  consumerUsage: {
    method: 'GET',
    path: '/consumers/{consumer}/usage',
    access: operators,
    summary: 'Usage of the last 24 hours',
    response: ConsumerUsage,
  },
  createKey: {
    method: 'POST',
    path: '/consumers/{consumer}/keys',
    access: administrators,
    summary: 'Make a key; shown once',
    body: CreateKey,
    response: CreatedKey,
    status: 201,
  },
  revokeKey: { method: 'DELETE', path: '/consumers/{consumer}/keys/{key}', access: administrators, summary: 'Revoke a key' },
})
