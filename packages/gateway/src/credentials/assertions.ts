import { AppError, type Nonces, principalsOfUser, withinCeiling } from '@gatehouse/kernel'
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import type { KeyEntry, Snapshot } from '../snapshot.ts'

export interface AssertionTools {
  readonly snapshot: Pick<Snapshot, 'signingKeys' | 'consumers' | 'users' | 'limitsOf'>
  readonly nonces: Nonces
  readonly now: number
}

/** Where a consumer says for whom it calls: a JSON Web Token (HS256) signed with one of its own secrets. */
export const assertionHeader = 'x-gatehouse-assertion'
const audience = 'gatehouse'
/** Seconds. */
const longest = 300
const skew = 30

const refusal = (what: string) => new AppError('unauthorized', `the header ${assertionHeader} is refused: ${what}`)
/** One answer for a name that does not exist, one that may not be spoken for, and an administrator. */
const notFor = () => new AppError('forbidden', `the header ${assertionHeader} names somebody this consumer may not speak for`)

/** The same caller speaking for a person: with no more rights than the person has, and no more than the consumer has itself. */
export async function speakFor(assertion: string, entry: KeyEntry, tools: AssertionTools): Promise<KeyEntry> {
  if (entry.asker.user !== undefined) throw refusal('the credential already stands for a person')
  const { sub, jti, exp = 0 } = await verified(assertion, entry, tools)
  const { snapshot, nonces, now } = tools
  const user = sub ?? ''
  const spec = snapshot.users.get(`${entry.project}/${user}`)
  const may = snapshot.consumers.get(`${entry.project}/${entry.consumer}`)?.maySpeakFor ?? []
  const isAdministrator = spec?.roles.some((role) => role === 'owner' || role === 'admin') ?? true
  if (!spec || spec.disabled || isAdministrator || !(may.includes(user) || may.includes('*'))) throw notFor()
  const use = await nonces.use(`assertion ${entry.project}/${entry.consumer}`, jti!, (exp + skew) * 1000, now)
  if (use === 'used') throw refusal('it was used before (claim "jti"); make one for each request')
  if (use === 'full') throw new AppError('overloaded', 'too many assertions within a short time; come back later')
  const principals = withinCeiling(principalsOfUser(user, spec), entry.asker.principals)
  const asker = { consumer: entry.consumer, user, principals }
  return { ...entry, asker, limits: snapshot.limitsOf(entry.project, entry.consumer, user) }
}

async function verified(assertion: string, entry: KeyEntry, { snapshot, nonces, now }: AssertionTools): Promise<JWTPayload> {
  const key = snapshot.signingKeys.get(keyIdOf(assertion))
  const isOwn = key && key.entry.project === entry.project && key.entry.consumer === entry.consumer
  if (!isOwn || (key.expiresAt !== undefined && key.expiresAt <= now))
    throw refusal('its "kid" is no access key of the consumer that calls')
  const secrets = key.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
  const options = {
    audience,
    algorithms: ['HS256'],
    clockTolerance: skew,
    currentDate: new Date(now),
    requiredClaims: ['sub', 'iat', 'exp', 'jti'],
  }
  for (const { secret } of secrets) {
    const payload = await jwtVerify(assertion, new TextEncoder().encode(secret), options).then(
      (result) => result.payload,
      () => undefined,
    )
    if (payload) return checked(payload, nonces, now)
  }
  throw refusal('its signature, its time or its audience does not fit')
}

function checked(payload: JWTPayload, nonces: Nonces, now: number): JWTPayload {
  const { iat = 0, exp = 0, jti } = payload
  if (exp - iat > longest) throw refusal(`it is valid for more than ${longest} seconds`)
  if (iat * 1000 > now + skew * 1000) throw refusal('it was signed in the future; compare the clocks')
  if (iat * 1000 < nonces.since - skew * 1000) throw refusal('it is from before this server started; make a new one')
  if (typeof jti !== 'string' || jti === '' || jti.length > 128) throw refusal('its claim "jti" must be a text of at most 128 characters')
  return payload
}

function keyIdOf(assertion: string): string {
  try {
    return decodeProtectedHeader(assertion).kid ?? ''
  } catch {
    throw refusal('it is not in the form of a JSON Web Token')
  }
}
