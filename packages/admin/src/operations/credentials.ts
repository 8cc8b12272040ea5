import { randomBytes } from 'node:crypto'
import { type credentialEndpoints, type Principal, type Resource, SigningKeySpec, type Spec } from '@gatehouse/contracts'
import { principalsOfConsumer } from '@gatehouse/kernel'
import { everybodys, spokenFor } from '../access/spoken-for.ts'
import { noteKey } from '../access/widen.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { createKey } from '../keys.ts'
import { actorOf, type Create, type Operator } from '../operation.ts'
import { present } from '../views/call.ts'
import { keyIdOf, keyView } from '../views/consumer.ts'
import { signingKeyView, tokenIssuerIdOf, tokenIssuerView } from '../views/credentials.ts'
import { checkChangeable, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

const mostEach = 20
const mostKeys = 100
const hour = 3_600_000

/** Pairs that sign and issuers of tokens. A secret lies encrypted in the store before anything refers to it, and goes when nothing does. */
export const credentialOperations: Create<typeof credentialEndpoints> = ({ store, clock }) => {
  const { resources, secrets } = store
  const consumerOf = async (project: string, name: string) => {
    const consumer = await resourceOf(resources, 'Consumer', project, name)
    checkChangeable(consumer)
    return consumer
  }
  const put = ({ kind, project, name, managedBy, version }: Resource<'Consumer'>, spec: Spec<'Consumer'>, operator: Operator) =>
    resources.put({ kind, project, name, spec, managedBy, ifVersion: version }, actorOf(operator))
  const note = (
    { name, project, spec }: Resource<'Consumer'>,
    operator: Operator,
    { key, people = [], reason }: { key: string; people?: readonly Principal[]; reason: string | undefined },
  ) => {
    const principals = [...principalsOfConsumer(name, spec), ...people]
    return noteKey({ store, clock, project }, operator, { object: `Consumer/${name}`, principals, key, reason })
  }

  /** A new secret in the store, and `save` with its reference; when that fails, it is taken out again. */
  const withSecret = async (save: (reference: string) => Promise<unknown>): Promise<string> => {
    const secret = randomBytes(32).toString('base64url')
    const id = `signing-${randomBytes(12).toString('hex')}`
    await secrets.put(id, secret)
    try {
      await save(`store:${id}`)
      return secret
    } catch (thrown) {
      await secrets.remove(id)
      throw thrown
    }
  }

  return {
    async rotateKey({ path, body: { graceHours, reason }, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      const old = consumer.spec.keys.find((key) => keyIdOf(key) === path.key)
      if (!old) throw refusal('not_found', 'not-found', { what: 'key', name: path.key!.slice(0, 100) })
      if (consumer.spec.keys.length >= mostKeys) throw refusal('conflict', 'too-many-keys', { most: mostKeys })
      const { key, hash, prefix } = createKey(old.kind)
      const { secret: _secret, expiresAt: _end, ...same } = old
      const made = { ...same, hash, prefix }
      const reads = old.kind !== 'dataset' || old.verbs.includes('read')
      if (reads) await note(consumer, operator, { key: prefix, reason })
      const ending = { ...old, expiresAt: earlier(old.expiresAt, new Date(clock.now() + graceHours * hour).toISOString()) }
      const keys = consumer.spec.keys.flatMap((each) => (each !== old ? [each] : graceHours > 0 ? [made, ending] : [made]))
      await put(consumer, { ...consumer.spec, keys }, operator)
      return { key, view: keyView(made, clock.now()) }
    },

    async createSigningKey({ path, body: { reason, ...fields }, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      checkRoom(consumer.spec.signingKeys)
      const accessKey = `ak-${randomBytes(10).toString('hex')}`
      const people = await spokenFor(resources, project, consumer.spec.maySpeakFor)
      await note(consumer, operator, { key: accessKey, people, reason })
      const made = (reference: string) => SigningKeySpec.parse({ accessKey, secrets: [{ secret: reference }], ...present(fields) })
      const secret = await withSecret((reference) =>
        put(consumer, { ...consumer.spec, signingKeys: [...consumer.spec.signingKeys, made(reference)] }, operator),
      )
      return { accessKey, secret, view: signingKeyView(made('store:new'), clock.now()) }
    },

    async rotateSigningKey({ path, body: { graceHours, reason }, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      const key = keyOf(consumer, path.accessKey!)
      const people = await spokenFor(resources, project, consumer.spec.maySpeakFor)
      await note(consumer, operator, { key: key.accessKey, people, reason })
      const until = new Date(clock.now() + graceHours * hour).toISOString()
      const [current, ...older] = [...key.secrets].sort((a, b) => Number(a.expiresAt !== undefined) - Number(b.expiresAt !== undefined))
      const old = { secret: current!.secret, expiresAt: earlier(current!.expiresAt, until) }
      const rotated = (reference: string) => ({ ...key, secrets: graceHours > 0 ? [{ secret: reference }, old] : [{ secret: reference }] })
      const secret = await withSecret((reference) => put(consumer, replacing(consumer.spec, key, rotated(reference)), operator))
      await forget(secrets, graceHours > 0 ? older : key.secrets)
      return { accessKey: key.accessKey, secret, view: signingKeyView(rotated('store:new'), clock.now()) }
    },

    async revokeSigningKey({ path, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      const key = keyOf(consumer, path.accessKey!)
      await put(consumer, replacing(consumer.spec, key), operator)
      await forget(secrets, key.secrets)
    },

    async createTokenIssuer({ path, body: { reason, ...issuer }, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      checkRoom(consumer.spec.tokenIssuers)
      await checkTokenIssuer(resources, issuer)
      const people = issuer.person ? await everybodys(resources, project) : []
      await note(consumer, operator, { key: issuer.issuer.slice(0, 64), people, reason })
      await put(consumer, { ...consumer.spec, tokenIssuers: [...consumer.spec.tokenIssuers, issuer] }, operator)
      return tokenIssuerView(issuer)
    },

    async removeTokenIssuer({ path, project, operator }) {
      const consumer = await consumerOf(project, path.consumer!)
      const tokenIssuers = consumer.spec.tokenIssuers.filter((issuer) => tokenIssuerIdOf(issuer) !== path.issuer)
      if (tokenIssuers.length === consumer.spec.tokenIssuers.length)
        throw refusal('not_found', 'not-found', { what: 'issuer', name: path.issuer!.slice(0, 100) })
      await put(consumer, { ...consumer.spec, tokenIssuers }, operator)
    },
  }
}

const earlier = (a: string | undefined, b: string): string => (a !== undefined && Date.parse(a) < Date.parse(b) ? a : b)

type SigningKey = Spec<'Consumer'>['signingKeys'][number]

function checkRoom(list: readonly unknown[]): void {
  if (list.length >= mostEach) throw refusal('conflict', 'too-many-keys', { most: mostEach })
}

function keyOf({ spec }: Resource<'Consumer'>, accessKey: string): SigningKey {
  const key = spec.signingKeys.find((each) => each.accessKey === accessKey)
  if (!key) throw refusal('not_found', 'not-found', { what: 'key', name: accessKey.slice(0, 100) })
  return key
}

const replacing = (spec: Spec<'Consumer'>, key: SigningKey, by?: SigningKey): Spec<'Consumer'> => ({
  ...spec,
  signingKeys: spec.signingKeys.flatMap((each) => (each !== key ? [each] : by ? [by] : [])),
})

/** Secrets in our own store that nothing refers to any more; those of a file or the environment are not ours to remove. */
export async function forget(secrets: AdminDependencies['store']['secrets'], kept: readonly { readonly secret: string }[]): Promise<void> {
  for (const { secret } of kept) if (secret.startsWith('store:')) await secrets.remove(secret.slice('store:'.length))
}

/** What the data plane would refuse is not taken in the first place: the last good configuration would stay in force, silently. */
async function checkTokenIssuer(
  resources: AdminDependencies['store']['resources'],
  { issuer, audience, jwksUrl, keys }: Spec<'Consumer'>['tokenIssuers'][number],
): Promise<void> {
  if ((jwksUrl === undefined) === (keys.length === 0)) throw refusal('invalid_request', 'issuer-keys')
  if (keys.some(({ kty, d }) => typeof kty !== 'string' || kty === 'oct' || d !== undefined))
    throw refusal('invalid_request', 'issuer-keys')
  const all = (await resources.list('Consumer')).flatMap(({ spec }) => spec.tokenIssuers)
  const taken = all.some((other) => other.issuer === issuer && other.audience.some((each) => audience.includes(each)))
  if (taken) throw refusal('conflict', 'issuer-taken')
}
