import type { ConsumerView, KeyView, Resource, Spec } from '@gatehouse/contracts'
import { hashOf } from '../keys.ts'
import { present } from './call.ts'
import { signingKeyView, tokenIssuerView } from './credentials.ts'
import { resourceFieldsOf } from './resource.ts'

type Key = Spec<'Consumer'>['keys'][number]

/** Stable, and says nothing that helps to guess: the start of a hash of a hash, or of the reference. */
export const keyIdOf = ({ hash, secret }: Key): string => hashOf(hash ?? secret ?? '').slice(0, 16)

export function consumerView(consumer: Resource<'Consumer'>, now: number): ConsumerView {
  const { title, groups, maySpeakFor, limits, userLimits, keys, signingKeys, tokenIssuers, addresses } = consumer.spec
  return {
    ...resourceFieldsOf(consumer),
    title,
    groups: [...groups],
    maySpeakFor: [...maySpeakFor],
    limits,
    userLimits,
    keys: keys.map((key) => keyView(key, now)),
    signingKeys: signingKeys.map((key) => signingKeyView(key, now)),
    tokenIssuers: tokenIssuers.map(tokenIssuerView),
    addresses,
  }
}

export function keyView(key: Key, now: number): KeyView {
  const from = key.secret?.slice(0, key.secret.indexOf(':')) as KeyView['from'] // its schema allows env, file and store only
  return {
    ...{ id: keyIdOf(key), kind: key.kind, title: key.title, apps: [...key.apps], datasets: [...key.datasets], verbs: [...key.verbs] },
    expired: key.expiresAt !== undefined && Date.parse(key.expiresAt) <= now,
    ...present({ prefix: key.prefix, expiresAt: key.expiresAt, from }),
  }
}
