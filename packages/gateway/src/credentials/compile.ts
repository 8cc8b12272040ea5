import type { Resource, Spec } from '@gatehouse/contracts'
import { anonymousConsumer, builtInConsumers, type Problem } from '@gatehouse/kernel'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { limitsOf } from '../limits.ts'
import type { KeyEntry, RouteTarget } from '../snapshot.ts'
import type { SigningKey } from './signatures.ts'
import type { TokenIssuer } from './tokens.ts'

export interface CredentialTools {
  /** What a consumer may do, whichever credential says that it is the one. */
  entryOf(consumer: Resource<'Consumer'>): Omit<KeyEntry, 'label'>
  /** Reports what is wrong and returns undefined. */
  secretOf(path: string, reference: string): Promise<string | undefined>
  readonly problems: Problem[]
}

/** Access keys by name; nobody else's may have the same, whatever the project: the name alone says whose it is. */
export async function compileSigningKeys(
  consumers: readonly Resource<'Consumer'>[],
  tools: CredentialTools,
): Promise<Map<string, SigningKey>> {
  const keys = new Map<string, SigningKey>()
  for (const consumer of consumers)
    for (const [at, spec] of consumer.spec.signingKeys.entries()) {
      const path = `Consumer/${consumer.name} spec.signingKeys.${at}`
      const secrets = await secretsOf(path, spec, tools)
      if (keys.has(spec.accessKey)) tools.problems.push({ path: `${path}.accessKey`, message: 'another key has this name already' })
      const { accessKey, requireContentMd5, allowSha1, clockWindow } = spec
      keys.set(accessKey, {
        accessKey,
        secrets,
        requireContentMd5,
        allowSha1,
        clockWindow: clockWindow * 1000,
        ...timeOf(spec.expiresAt),
        entry: Object.freeze({ ...tools.entryOf(consumer), label: accessKey }),
      })
    }
  return keys
}

async function secretsOf(
  path: string,
  spec: Spec<'Consumer'>['signingKeys'][number],
  tools: CredentialTools,
): Promise<SigningKey['secrets']> {
  const secrets: SigningKey['secrets'][number][] = []
  for (const [at, { secret: reference, expiresAt }] of spec.secrets.entries()) {
    const secret = await tools.secretOf(`${path}.secrets.${at}.secret`, reference)
    if (secret !== undefined) secrets.push({ secret, ...timeOf(expiresAt) })
  }
  return secrets
}

const timeOf = (expiresAt: string | undefined) => (expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) })

/** By issuer; of one issuer and audience there is one consumer. */
export function compileTokenIssuers(
  consumers: readonly Resource<'Consumer'>[],
  tools: CredentialTools,
): Map<string, readonly TokenIssuer[]> {
  const byIssuer = new Map<string, TokenIssuer[]>()
  const taken = new Set<string>()
  for (const consumer of consumers)
    for (const [at, spec] of consumer.spec.tokenIssuers.entries()) {
      const path = `Consumer/${consumer.name} spec.tokenIssuers.${at}`
      const keys = keysOf(path, spec, tools.problems)
      for (const audience of spec.audience) {
        const pair = JSON.stringify([spec.issuer, audience])
        if (taken.has(pair))
          tools.problems.push({ path: `${path}.audience`, message: `"${audience}" of this issuer is another consumer's already` })
        taken.add(pair)
      }
      if (!keys) continue
      const { issuer, audience, algorithms, person, groups, clockSkew } = spec
      const entry = Object.freeze({ ...tools.entryOf(consumer), label: `jwt:${issuer}`.slice(0, 64) })
      const compiled = { issuer, audience, algorithms, keys, clockSkew, entry, ...(person && { person }), ...(groups && { groups }) }
      byIssuer.set(issuer, [...(byIssuer.get(issuer) ?? []), compiled])
    }
  return byIssuer
}

function keysOf(
  path: string,
  { jwksUrl, keys }: Spec<'Consumer'>['tokenIssuers'][number],
  problems: Problem[],
): JWTVerifyGetKey | string | undefined {
  const report = (message: string): undefined => {
    problems.push({ path, message })
  }
  if ((jwksUrl === undefined) === (keys.length === 0)) return report('give jwksUrl or keys, one of the two')
  if (jwksUrl !== undefined) return jwksUrl
  if (keys.some((key) => key.kty === 'oct' || key.d !== undefined)) return report('keys must be public keys')
  try {
    return createLocalJWKSet({ keys } as unknown as JSONWebKeySet) // it checks the form itself
  } catch {
    return report('keys must be in the form of JSON Web Keys')
  }
}

/** By path prefix: who calls there without a credential. */
export function compileAnonymous(
  routes: Iterable<readonly [project: string, route: RouteTarget]>,
  consumers: ReadonlyMap<string, Spec<'Consumer'>>,
  problems: Problem[],
): Map<string, KeyEntry> {
  const byPrefix = new Map<string, KeyEntry>()
  for (const [project, { name, prefix, anonymous }] of routes) {
    if (!anonymous) continue
    const other = byPrefix.get(prefix)
    if (other && other.project !== project)
      problems.push({
        path: `Route/${name} spec.anonymous`,
        message: `another project takes calls without a credential under the prefix "${prefix}" already`,
      })
    byPrefix.set(prefix, anonymousEntry(project, consumers.get(`${project}/${anonymousConsumer}`)))
  }
  return byPrefix
}

const anonymousEntry = (project: string, spec: Spec<'Consumer'> | undefined): KeyEntry =>
  Object.freeze<KeyEntry>({
    project,
    consumer: anonymousConsumer,
    groups: [],
    kind: 'model',
    apps: [],
    datasets: [],
    verbs: [],
    label: anonymousConsumer,
    asker: Object.freeze({ consumer: anonymousConsumer, principals: ['public' as const] }),
    limits: limitsOf(project, anonymousConsumer, spec),
  })

/** E-mail addresses in lower case; one that two people have names nobody. */
export function peopleByEmail(people: readonly Resource<'User'>[]): Map<string, string | undefined> {
  const names = new Map<string, string | undefined>()
  for (const { project, name, spec } of people) {
    if (spec.email === '') continue
    const key = `${project}/${spec.email.toLowerCase()}`
    names.set(key, names.has(key) ? undefined : name)
  }
  return names
}

/** Our own callers come without credentials, and `anonymous` is whoever has none: a key would take their name, limits and routes. */
export function checkBuiltIn({ name, spec }: Resource<'Consumer'>, problems: Problem[]): void {
  if (builtInConsumers.includes(name) && spec.keys.length + spec.signingKeys.length + spec.tokenIssuers.length > 0)
    problems.push({ path: `Consumer/${name}`, message: `${name} is built in and has no keys; only limits count here` })
}
