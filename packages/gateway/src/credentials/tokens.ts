import type { Principal, Spec } from '@gatehouse/contracts'
import { AppError, principalsOfUser, withinCeiling } from '@gatehouse/kernel'
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { KeyEntry, Snapshot } from '../snapshot.ts'

/** Tokens of one issuer for one consumer, compiled. */
export interface TokenIssuer {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly algorithms: readonly string[]
  /** Its keys as configured, or where it publishes them. */
  readonly keys: JWTVerifyGetKey | string
  readonly person?: Spec<'Consumer'>['tokenIssuers'][number]['person']
  readonly groups?: Spec<'Consumer'>['tokenIssuers'][number]['groups']
  /** Seconds. */
  readonly clockSkew: number
  readonly entry: KeyEntry
}
export interface TokenTools {
  readonly snapshot: Pick<Snapshot, 'tokenIssuers' | 'users' | 'peopleByEmail' | 'limitsOf'>
  keysOf(url: string): JWTVerifyGetKey
  readonly now: number
}

const refusal = (what: string) => new AppError('unauthorized', `the token in the header authorization is refused: ${what}`)

/** Three parts of base64url, the first of which begins as a JSON object does. */
export const looksLikeToken = (text: string): boolean => text.startsWith('eyJ') && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)

/** Who calls, by a token of an identity provider. Rights are looked up now; of the token count who it is for, and groups that the consumer has too. */
export async function verifyToken(token: string, tools: TokenTools): Promise<KeyEntry> {
  const issuer = issuerOf(token, tools.snapshot)
  const { keys, algorithms, audience, clockSkew } = issuer
  const getKey = typeof keys === 'string' ? tools.keysOf(keys) : keys
  const options = {
    issuer: issuer.issuer,
    audience: [...audience],
    algorithms: [...algorithms],
    clockTolerance: clockSkew,
    currentDate: new Date(tools.now),
    requiredClaims: ['exp'],
  }
  const { payload } = await jwtVerify(token, getKey, options).catch((thrown: unknown) => {
    throw thrown instanceof AppError ? thrown : refusal(wordsFor(thrown, issuer))
  })
  return issuer.person ? asPerson(payload, issuer, issuer.person, tools.snapshot) : asConsumer(payload, issuer)
}

/** By what the token says of itself; nothing of it is believed before the signature is. */
function issuerOf(token: string, { tokenIssuers }: Pick<Snapshot, 'tokenIssuers'>): TokenIssuer {
  let claims: JWTPayload
  try {
    claims = decodeJwt(token)
  } catch {
    throw refusal('it is not in the form of a JSON Web Token')
  }
  const issuers = tokenIssuers.get(String(claims.iss ?? ''))
  if (!issuers) throw refusal('its issuer (claim "iss") is not one of those configured')
  const audiences = [claims.aud ?? []].flat()
  const issuer = issuers.find(({ audience }) => audiences.some((each) => audience.includes(each)))
  if (!issuer) throw refusal('its audience (claim "aud") is not one of those configured for its issuer')
  return issuer
}

function wordsFor(thrown: unknown, { algorithms }: TokenIssuer): string {
  if (thrown instanceof errors.JWTExpired) return 'it has expired'
  if (thrown instanceof errors.JWTClaimValidationFailed) return `its claim "${thrown.claim}" is missing or does not fit`
  if (thrown instanceof errors.JOSEAlgNotAllowed) return `its algorithm is not allowed; allowed: ${algorithms.join(', ')}`
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'no key of its issuer fits'
  return 'its signature does not fit'
}

function asPerson(
  payload: JWTPayload,
  { entry, groups }: TokenIssuer,
  { claim, attribute }: NonNullable<TokenIssuer['person']>,
  { users, peopleByEmail, limitsOf }: TokenTools['snapshot'],
): KeyEntry {
  const value = payload[claim]
  const isUnverified = attribute === 'email' && payload.email_verified === false
  const name =
    typeof value !== 'string' || isUnverified
      ? undefined
      : attribute === 'name'
        ? value
        : peopleByEmail.get(`${entry.project}/${value.toLowerCase()}`)
  const spec = name === undefined ? undefined : users.get(`${entry.project}/${name}`)
  if (name === undefined || !spec || spec.disabled) throw refusal(`its claim "${claim}" names nobody who is known here and may call`)
  const labels = new Set<Principal>([...principalsOfUser(name, spec), ...groupsOf(payload, groups)])
  const asker = { consumer: entry.consumer, user: name, principals: withinCeiling([...labels], entry.asker.principals) }
  return { ...entry, asker, limits: limitsOf(entry.project, entry.consumer, name) }
}

/** A program's own token. With a groups claim it has those groups of its consumer that the claim names, otherwise all. */
function asConsumer(payload: JWTPayload, { entry, groups }: TokenIssuer): KeyEntry {
  if (!groups) return entry
  const named = new Set<string>(groupsOf(payload, groups))
  const keeps = (principal: string) => !principal.startsWith('group:') || named.has(principal)
  return {
    ...entry,
    groups: entry.groups.filter((group) => named.has(`group:${group}`)),
    asker: { ...entry.asker, principals: entry.asker.principals.filter(keeps) },
  }
}

const groupsOf = (payload: JWTPayload, groups: TokenIssuer['groups']): Principal[] =>
  groups
    ? [payload[groups.claim] ?? []]
        .flat()
        .slice(0, 1000)
        .map((name) => `group:${Object.hasOwn(groups.names, String(name)) ? groups.names[String(name)] : String(name)}`)
    : []
