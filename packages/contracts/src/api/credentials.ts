import { z } from 'zod'
import { SigningKeySpec, TokenIssuerSpec } from '../resources.ts'
import { administrators, endpoints, Reason } from './endpoint.ts'
import { CreatedKey } from './keys.ts'

/** A pair that signs requests, as it can be told from others; the secret is shown once, when it is made. */
export const SigningKeyView = z
  .object({
    accessKey: z.string(),
    title: z.string(),
    expiresAt: z.string().optional(),
    expired: z.boolean(),
    /** How many of its secrets are valid now: two while one takes the place of the other. */
    secrets: z.number(),
    /** Until when the older one is. */
    olderUntil: z.string().optional(),
    requireContentMd5: z.boolean(),
    allowSha1: z.boolean(),
    clockWindow: z.number(),
    from: z.enum(['env', 'file', 'store']),
  })
  .meta({ id: 'SigningKeyView' })
export type SigningKeyView = z.infer<typeof SigningKeyView>

/** Nothing in it is secret: public keys, and where they are. */
export const TokenIssuerView = z.object({ id: z.string(), ...z.object(TokenIssuerSpec.shape).shape }).meta({ id: 'TokenIssuerView' })
export type TokenIssuerView = z.infer<typeof TokenIssuerView>

const reason = Reason.optional()
export const CreateSigningKey = z.strictObject({
  title: z.string().max(200).default(''),
  expiresAt: z.iso.datetime().optional(),
  requireContentMd5: SigningKeySpec.shape.requireContentMd5,
  allowSha1: SigningKeySpec.shape.allowSha1,
  clockWindow: SigningKeySpec.shape.clockWindow,
  reason,
})
/** `secret` is never shown again. */
export const CreatedSigningKey = z
  .object({ accessKey: z.string(), secret: z.string(), view: SigningKeyView })
  .meta({ id: 'CreatedSigningKey' })
export type CreatedSigningKey = z.infer<typeof CreatedSigningKey>

/** For how long the old one stays valid beside the new one. */
export const Rotate = z.strictObject({ graceHours: z.number().min(0).max(720).default(24), reason })
export const CreateTokenIssuer = TokenIssuerSpec.extend({ reason })

const key = '/consumers/{consumer}/signing-keys' as const
export const credentialEndpoints = endpoints({
  rotateKey: {
    method: 'POST',
    path: '/consumers/{consumer}/keys/{key}/rotate',
    access: administrators,
    summary: 'A new key that opens the same; the old one stays valid for a while',
    body: Rotate,
    response: CreatedKey,
    status: 201,
  },
  createSigningKey: {
    method: 'POST',
    path: key,
    access: administrators,
    summary: 'Make a pair that signs requests; its secret is shown once',
    body: CreateSigningKey,
    response: CreatedSigningKey,
    status: 201,
  },
  rotateSigningKey: {
    method: 'POST',
    path: `${key}/{accessKey}/rotate`,
    access: administrators,
    summary: 'A new secret; the old one stays valid for a while',
    body: Rotate,
    response: CreatedSigningKey,
    status: 201,
  },
  revokeSigningKey: { method: 'DELETE', path: `${key}/{accessKey}`, access: administrators, summary: 'Revoke a pair' },
  createTokenIssuer: {
    method: 'POST',
    path: '/consumers/{consumer}/token-issuers',
    access: administrators,
    summary: "Take an identity provider's tokens",
    body: CreateTokenIssuer,
    response: TokenIssuerView,
    status: 201,
  },
  removeTokenIssuer: {
    method: 'DELETE',
    path: '/consumers/{consumer}/token-issuers/{issuer}',
    access: administrators,
    summary: 'Take them no longer',
  },
})
