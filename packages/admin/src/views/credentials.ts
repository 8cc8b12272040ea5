import type { SigningKeyView, Spec, TokenIssuerView } from '@gatehouse/contracts'
import { hashOf } from '../keys.ts'
import { present } from './call.ts'

type SigningKey = Spec<'Consumer'>['signingKeys'][number]
type TokenIssuer = Spec<'Consumer'>['tokenIssuers'][number]

const isOver = (expiresAt: string | undefined, now: number) => expiresAt !== undefined && Date.parse(expiresAt) <= now

export function signingKeyView(key: SigningKey, now: number): SigningKeyView {
  const { accessKey, title, expiresAt, requireContentMd5, allowSha1, clockWindow } = key
  const valid = key.secrets.filter((secret) => !isOver(secret.expiresAt, now))
  return {
    ...{ accessKey, title, requireContentMd5, allowSha1, clockWindow },
    expired: isOver(expiresAt, now) || valid.length === 0,
    secrets: valid.length,
    from: key.secrets[0]!.secret.split(':', 1)[0] as SigningKeyView['from'], // its schema has at least one, and these three kinds
    ...present({ expiresAt, olderUntil: valid.find((secret) => secret.expiresAt !== undefined)?.expiresAt }),
  }
}

export const tokenIssuerView = (issuer: TokenIssuer): TokenIssuerView => ({ id: tokenIssuerIdOf(issuer), ...issuer })

/** An issuer and its audiences stand for one consumer only. */
export const tokenIssuerIdOf = ({ issuer, audience }: TokenIssuer): string => hashOf(JSON.stringify([issuer, audience])).slice(0, 16)
