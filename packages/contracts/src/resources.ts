import { z } from 'zod'
import { Principal, Role } from './asker.ts'
import { PolicySpec } from './policy.ts'

/** `env:NAME`, `file:PATH` or `store:ID`: where a secret lies, never the secret. */
export const SecretReference = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[\w-]+)$/, 'expected env:NAME, file:PATH or store:ID')
  .meta({ secret: true })
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'expected lower-case letters, digits, dots, dashes and underscores, at most 63')

const milliseconds = (standard: number) => z.int().min(1).max(3_600_000).default(standard)
export const Timeouts = z.strictObject({
  connect: milliseconds(5_000).meta({ title: 'Connect (ms)' }),
  firstByte: milliseconds(30_000).meta({ title: 'First byte (ms)' }),
  idle: milliseconds(30_000).meta({ title: 'Between bytes (ms)' }),
  total: milliseconds(600_000).meta({ title: 'Total (ms)' }),
})
export type Timeouts = z.infer<typeof Timeouts>

export const ProviderSpec = z.strictObject({
  /** The component: provider.openai, provider.builtin … */
  use: z.string().meta({ title: 'Vendor', widget: 'provider' }),
  config: z.record(z.string(), z.unknown()).default({}),
  credentials: z.array(SecretReference).default([]),
  /** Models offered, with prices per million tokens in the project's currency. Empty: whatever the vendor knows. */
  models: z
    .array(z.strictObject({ name: z.string(), inputPrice: z.number().min(0).optional(), outputPrice: z.number().min(0).optional() }))
    .default([]),
})
export const RouteSpec = z.strictObject({
  /** The model names callers use; `*` at the end matches a prefix. */
  models: z.array(z.string().min(1)).min(1),
  /** Path prefix in front of `/v1/…`; empty for the root. */
  prefix: z
    .string()
    .regex(/^(\/[\p{L}\p{N}_.-]+)*$/u)
    .default(''),
  targets: z
    .array(
      z.strictObject({
        provider: Name,
        /** Sent instead of the caller's model. */
        model: z.string().optional(),
        /** Which model is sent for which name, before `model`: exact names, `prefix*`, `*`. A `*` in the name sent keeps the rest. */
        models: z.record(z.string().min(1), z.string().min(1)).default({}),
        /** Parameters of requests: `defaults` where the caller says nothing, `overrides` always, `remove` never sent. */
        defaults: z.record(z.string().min(1), z.unknown()).default({}),
        overrides: z.record(z.string().min(1), z.unknown()).default({}),
        remove: z.array(z.string().min(1)).max(100).default([]),
        weight: z.number().min(0).default(1),
        priority: z.int().min(0).default(0),
      }),
    )
    .min(1),
  /** Consumers and groups that may call; empty: every known consumer. */
  consumers: z.array(z.string()).default([]),
  /** Anybody who reaches the listener may call, without a credential, as the consumer `anonymous`. */
  anonymous: z.boolean().default(false),
  policy: Name.default('default'),
  timeouts: Timeouts.prefault({}),
  content: z.enum(['off', 'metadata', 'redacted', 'full']).default('redacted'),
  /** Where a model's reasoning goes: its own field, in front of the answer between <think> and </think>, or nowhere. */
  reasoning: z.enum(['separate', 'inline', 'none']).default('separate'),
  /** Reserved, and sent, for calls that name no limit of their own. */
  maxTokens: z.int().min(1).default(4096),
})
/** What a dataset key may do with the knowledge bases it reaches. */
export const KeyVerb = z.enum(['read', 'write'])
export type KeyVerb = z.infer<typeof KeyVerb>
const keyVerbs = z.array(KeyVerb).min(1).max(2)
export const KeySpec = z.strictObject({
  kind: z.enum(['model', 'app', 'dataset']).default('model'),
  /** The key itself by reference, or its SHA-256. */
  secret: SecretReference.optional(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** The visible start, for people to tell keys apart. */
  prefix: z.string().max(16).optional(),
  apps: z.array(z.string()).default([]),
  datasets: z.array(z.string()).default([]),
  /** For dataset keys: `write` adds, changes and removes. Nothing said: both. */
  verbs: keyVerbs.default(['read', 'write']),
  expiresAt: z.iso.datetime().optional(),
  title: z.string().default(''),
})
/** A pair that signs requests (`x-ca-*`). The secret must be read back to verify, so it lies encrypted in the store, or where a reference leads. */
export const SigningKeySpec = z.strictObject({
  accessKey: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,128}$/, 'expected letters, digits, dots, dashes and underscores, at most 128')
    .meta({ title: 'Access key' }),
  /** Two while one takes the place of the other: both are valid. */
  secrets: z
    .array(z.strictObject({ secret: SecretReference, expiresAt: z.iso.datetime().optional() }))
    .min(1)
    .max(2),
  title: z.string().default(''),
  expiresAt: z.iso.datetime().optional(),
  /** Refuse requests without `Content-MD5`; when sent it is always verified. */
  requireContentMd5: z.boolean().default(false),
  allowSha1: z.boolean().default(false),
  /** How many seconds a request's clock may differ from ours. */
  clockWindow: z.int().min(1).max(3600).default(300),
})
/** Signatures by key pairs only: with a shared secret, whoever verifies could sign. */
export const TokenAlgorithm = z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])
const claim = z.string().min(1).max(200)
/** Tokens of an identity provider that stand for this consumer, or for a person who calls through it. */
export const TokenIssuerSpec = z.strictObject({
  issuer: z.string().min(1).max(400).meta({ title: 'Issuer' }),
  audience: z.array(z.string().min(1).max(400)).min(1).max(20),
  /** Where the issuer publishes its keys: https, or http on this machine. */
  jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Its public keys, instead of an address. */
  keys: z.array(z.record(z.string(), z.unknown())).max(20).default([]),
  algorithms: z.array(TokenAlgorithm).min(1).default(['RS256', 'ES256']),
  /** Tokens stand for a person: the claim that names a User, by its name or e-mail. Unset: for the consumer itself. */
  person: z.strictObject({ claim: claim.default('sub'), attribute: z.enum(['name', 'email']).default('name') }).optional(),
  /** The claim with the issuer's groups, and our names for them. Only groups of the consumer count. */
  groups: z.strictObject({ claim, names: z.record(z.string(), Name).default({}) }).optional(),
  /** Seconds. */
  clockSkew: z.int().min(0).max(300).default(30),
  title: z.string().default(''),
})
/** Addresses and ranges such as 10.0.0.0/8 or fd00::/8. What is denied stays denied; an empty `allow` is everywhere. */
const addressRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'expected an address or range like 10.0.0.0/8 or fd00::/8')
export const AddressRules = z.strictObject({
  allow: z.array(addressRange).max(1000).default([]),
  deny: z.array(addressRange).max(1000).default([]),
})
const CallLimits = z.strictObject({
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
  concurrency: z.int().min(1).optional(),
})
export const ConsumerSpec = z.strictObject({
  title: z.string().default(''),
  groups: z.array(Name).default([]),
  keys: z.array(KeySpec).default([]),
  signingKeys: z.array(SigningKeySpec).max(20).default([]),
  tokenIssuers: z.array(TokenIssuerSpec).max(20).default([]),
  /** Where its calls may come from. */
  addresses: AddressRules.prefault({}),
  /** Users this consumer may speak for; `*` = all but administrators. */
  maySpeakFor: z.array(z.string()).default([]),
  /** Per minute, all calls of the consumer together; unset = unlimited. */
  limits: CallLimits.prefault({}),
  /** The same for each signed-in person by himself, within `limits`. For the consumer `chat`: one person cannot use up what is for all. */
  userLimits: CallLimits.prefault({}),
})
const share = (standard: number) => z.number().min(0).max(1).default(standard)
/** Turns texts into vectors, so that other words for the same thing are found too. */
export const Embedding = z.strictObject({
  model: z.string().min(1).max(200).meta({ title: 'Embedding model', description: 'A model name of a route.', widget: 'model' }),
  dimensions: z.int().min(8).max(4096).optional().meta({ title: 'Dimensions', description: 'Empty: what the model gives by itself.' }),
})
export type Embedding = z.infer<typeof Embedding>
/** Reads the best matches together with the question and orders them anew. */
export const Reranking = z.strictObject({
  model: z.string().min(1).max(200).meta({ title: 'Reranking model', description: 'A model name of a route.', widget: 'model' }),
  candidates: z.int().min(2).max(200).default(50).meta({ title: 'How many matches it reads' }),
  timeout: z.int().min(50).max(30_000).default(800).meta({
    title: 'Time allowed (ms)',
    description: 'Afterwards the order stays as it was.',
  }),
})
export type Reranking = z.infer<typeof Reranking>
export const Weighing = z.strictObject({ words: share(0.5), vectors: share(0.5) })
export const Retrieving = z.strictObject({
  topK: z.int().min(1).max(100).default(5).meta({ title: 'Passages' }),
  threshold: z.number().min(0).max(1).default(0).meta({ title: 'Least score' }),
  mode: z
    .enum(['words', 'hybrid', 'vectors'])
    .default('hybrid')
    .meta({ title: 'Search by', description: 'Without an embedding model always by words.' }),
  /** How the two searches count in the hybrid mode. */
  weights: Weighing.optional().meta({ title: 'Weights' }),
  rerank: Reranking.optional().meta({ title: 'Reranking' }),
})
export const KnowledgeBaseSpec = z.strictObject({
  title: z.string().default(''),
  description: z.string().max(400).default(''),
  /** Who may read documents that say nothing else. Empty: nobody. */
  access: z.array(Principal).default([]),
  sources: z.array(z.strictObject({ use: z.string(), config: z.record(z.string(), z.unknown()).default({}) })).default([]),
  splitting: z
    .strictObject({
      mode: z.enum(['automatic', 'custom']).default('automatic'),
      separator: z.string().default('\n\n'),
      maxCharacters: z.int().min(50).max(4000).default(900),
      overlap: z.int().min(0).max(1000).default(0),
    })
    .prefault({}),
  embedding: Embedding.optional().meta({ title: 'Embedding' }),
  retrieval: Retrieving.prefault({}),
  policy: Name.default('default'),
  /** Fields of Dify's dataset that we keep for its clients. */
  dify: z.record(z.string(), z.unknown()).default({}),
})
export const GraphNode = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  use: z.string(),
  version: z.int().min(1).default(1),
  title: z.string().default(''),
  config: z.record(z.string(), z.unknown()).default({}),
  position: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
})
export const GraphEdge = z.strictObject({ from: z.string(), branch: z.string().optional(), to: z.string() })
export const Graph = z.strictObject({ nodes: z.array(GraphNode), edges: z.array(GraphEdge) })
export type Graph = z.infer<typeof Graph>
export type GraphNode = z.infer<typeof GraphNode>
export type GraphEdge = z.infer<typeof GraphEdge>

export const AppSpec = z.strictObject({
  title: z.string().default(''),
  description: z.string().default(''),
  kind: z.enum(['chatflow', 'workflow']).default('chatflow'),
  graph: Graph,
  opening: z.strictObject({ en: z.string(), zh: z.string() }).default({ en: '', zh: '' }),
  suggestions: z.array(z.string()).default([]),
  /** Who may open it. */
  access: z.array(Principal).default(['everyone']),
  policy: Name.default('default'),
  content: z.enum(['off', 'metadata', 'redacted', 'full']).default('redacted'),
})
export const UserSpec = z.strictObject({
  title: z.string().default(''),
  email: z.string().default(''),
  groups: z.array(Name).default([]),
  language: z.enum(['en', 'zh']).default('en'),
  roles: z.array(Role).default(['member']),
  /** Sample people exist on loopback only and have no password. */
  sample: z.boolean().default(false),
  disabled: z.boolean().default(false),
})
export const GroupSpec = z.strictObject({ title: z.string().default('') })
export const ToolSpec = z.strictObject({ use: z.string(), config: z.record(z.string(), z.unknown()).default({}) })

/** Every kind of resource and the schema of its `spec`. */
export const specs = {
  Provider: ProviderSpec,
  Route: RouteSpec,
  Consumer: ConsumerSpec,
  Policy: PolicySpec,
  KnowledgeBase: KnowledgeBaseSpec,
  App: AppSpec,
  Tool: ToolSpec,
  User: UserSpec,
  Group: GroupSpec,
} as const
export type Kind = keyof typeof specs
export type Spec<K extends Kind> = z.output<(typeof specs)[K]>

export const apiVersion = 'gatehouse/v1'
export const Metadata = z.strictObject({ name: Name, project: Name.default('default') })
export type ManagedBy = 'file' | 'console' | 'api'

/** A resource as the store keeps it. `name` is unique per kind and project; principals and references use the id. */
export interface Resource<K extends Kind = Kind> {
  /** UUIDv7; for User, Group and Consumer the name itself, so that principals stay readable. */
  readonly id: string
  readonly kind: K
  readonly project: string
  readonly name: string
  readonly managedBy: ManagedBy
  /** Counts up with each change; a put that expects another is a conflict. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly spec: Spec<K>
}
