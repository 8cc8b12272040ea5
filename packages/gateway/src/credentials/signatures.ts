import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Nonces } from '@gatehouse/kernel'
import type { KeyEntry } from '../snapshot.ts'
import { timeOfDate, timeOfStamp } from './clocks.ts'
import { valuesOf } from './raw-headers.ts'
import { refused } from './refusals.ts'
import { placedHeaders, type SignedMessage, stringsToSign } from './string-to-sign.ts'

/** A consumer's access key with its secrets, compiled. */
export interface SigningKey {
  readonly accessKey: string
  readonly secrets: readonly { readonly secret: string; readonly expiresAt?: number }[]
  readonly requireContentMd5: boolean
  readonly allowSha1: boolean
  /** Milliseconds. */
  readonly clockWindow: number
  readonly expiresAt?: number
  readonly entry: KeyEntry
}
export interface SignatureTools {
  find(accessKey: string): SigningKey | undefined
  readonly nonces: Nonces
  readonly now: number
  /** Throws when the consumer may not call from there. Asked once the signature is right, so that a stranger learns nothing. */
  admit(entry: KeyEntry): void
}
/** Who signed, and what is left to check once the body is there. */
export interface Signed {
  readonly entry: KeyEntry
  readonly checkBody?: (body: Buffer) => void | Promise<void>
}

const algorithms: Readonly<Record<string, 'sha256' | 'sha1'>> = { HmacSHA256: 'sha256', HmacSHA1: 'sha1' }
/** A clock a little before our start is still taken. */
const startSkew = 10_000

/** Who calls, by an `x-ca-*` signature. Checks in the order of the contract; all of them before the body is read, unless it is a form, which is signed itself. */
export async function verifySignature(message: SignedMessage, tools: SignatureTools): Promise<Signed> {
  const claim = readClaim(message)
  const key = knownKey(claim, tools)
  if (claim.signature === '') throw refused('EmptySignature', 'the header x-ca-signature is missing or empty')
  const algorithm = algorithmOf(claim, key)
  checkNames(claim)
  checkClocks(claim, key, tools)
  const use = async () => {
    tools.admit(key.entry)
    await useNonce(claim, key, tools)
    if (key.requireContentMd5 && claim.md5 === undefined)
      throw refused('ContentMD5Required', 'this access key takes requests with content-md5 only')
  }
  if (isForm(claim.contentType)) {
    const checkBody = async (body: Buffer) => {
      checkSignature(message, claim, key, algorithm, tools.now, body.toString('latin1'))
      await use()
      checkDigest(claim, body)
    }
    return { entry: key.entry, checkBody }
  }
  checkSignature(message, claim, key, algorithm, tools.now)
  await use()
  return claim.md5 === undefined ? { entry: key.entry } : { entry: key.entry, checkBody: (body) => checkDigest(claim, body) }
}

interface Claim {
  readonly key: string
  readonly signature: string
  readonly method: string
  readonly nonce: string
  readonly date: string | undefined
  readonly stamp: string | undefined
  readonly md5: string | undefined
  readonly contentType: string
  /** Lower case. */
  readonly names: readonly string[]
}

function readClaim({ rawHeaders }: SignedMessage): Claim {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    if (name.startsWith('x-ca-') || placedHeaders.includes(name)) checkOnce(rawHeaders, name)
  }
  const value = (name: string) => valuesOf(rawHeaders, name)[0]
  const names = (value('x-ca-signature-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
  for (const name of names) checkOnce(rawHeaders, name)
  return {
    key: value('x-ca-key') ?? '',
    signature: value('x-ca-signature') ?? '',
    method: value('x-ca-signature-method') || 'HmacSHA256',
    nonce: value('x-ca-nonce') ?? '',
    date: value('date'),
    stamp: value('x-ca-timestamp'),
    md5: value('content-md5'),
    contentType: value('content-type') ?? '',
    names,
  }
}

function checkOnce(rawHeaders: SignedMessage['rawHeaders'], name: string): void {
  if (valuesOf(rawHeaders, name).length > 1) throw refused('InvalidSignedHeaders', `the header ${plain(name)} was sent more than once`)
}

function knownKey({ key }: Claim, { find, now }: SignatureTools): SigningKey {
  const known = find(key)
  if (known && (known.expiresAt === undefined || known.expiresAt > now)) return known
  createHmac('sha256', 'nobody').update(key).digest() // as much work as for a known one
  throw refused('InvalidKey', 'the access key in the header x-ca-key is missing, unknown or expired')
}

function algorithmOf({ method }: Claim, { allowSha1 }: SigningKey): 'sha256' | 'sha1' {
  const algorithm = Object.hasOwn(algorithms, method) ? algorithms[method] : undefined
  if (algorithm && (algorithm === 'sha256' || allowSha1)) return algorithm
  const allowed = allowSha1 ? 'HmacSHA256 or HmacSHA1' : 'HmacSHA256'
  throw refused('InvalidSignatureMethod', `the header x-ca-signature-method must be ${allowed} for this access key`)
}

function checkNames({ names, nonce, date, stamp }: Claim): void {
  const missing = ['x-ca-key', 'x-ca-nonce'].find((name) => !names.includes(name))
  if (missing) throw refused('InvalidSignedHeaders', `${missing} must be listed in x-ca-signature-headers`)
  if (nonce === '') throw refused('InvalidSignedHeaders', 'the header x-ca-nonce is missing or empty')
  if (!date && !(stamp && names.includes('x-ca-timestamp')))
    throw refused('InvalidSignedHeaders', 'a signed clock is missing: send date, or x-ca-timestamp listed in x-ca-signature-headers')
}

function checkClocks({ date, stamp }: Claim, { clockWindow }: SigningKey, { nonces, now }: SignatureTools): void {
  const clocks = [
    ['date', date, timeOfDate],
    ['x-ca-timestamp', stamp, timeOfStamp],
  ] as const
  for (const [name, text, timeOf] of clocks) {
    if (text === undefined) continue
    const time = timeOf(text)
    if (time === undefined) throw refused('InvalidDate', `the header ${name} is no time in a form we know`)
    const here = `it is ${new Date(now).toUTCString()} here`
    if (Math.abs(now - time) > clockWindow)
      throw refused(
        'InvalidDate',
        `the header ${name} is ${Math.round((time - now) / 1000)} s off; ${here}, ${clockWindow / 1000} s are allowed`,
      )
    if (time < nonces.since - startSkew)
      throw refused('InvalidDate', `the header ${name} is from before this server started; ${here}; sign again`)
  }
}

function checkSignature(
  message: SignedMessage,
  { signature, names, date, stamp }: Claim,
  { secrets }: SigningKey,
  algorithm: 'sha256' | 'sha1',
  now: number,
  form?: string,
): void {
  const texts = stringsToSign(message, names, form)
  let right = false
  for (const { secret, expiresAt } of secrets) {
    if (expiresAt !== undefined && expiresAt <= now) continue
    for (const text of texts) right = isEqual(createHmac(algorithm, secret).update(text, 'latin1').digest('base64'), signature) || right
  }
  if (right) return
  const cause =
    date === undefined && stamp !== undefined
      ? 'an intermediary may have removed the header date'
      : 'usual causes: a wrong secret, a path that was rewritten on the way, a changed accept or content-type'
  const digest = createHash('sha256').update(texts[0]!, 'latin1').digest('hex')
  throw refused('InvalidSignature', `the header x-ca-signature does not fit; ${cause}; SHA-256 of the string to sign: ${digest}`)
}

/** In constant time; for a wrong length against itself, so that it takes as long. */
function isEqual(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected, 'latin1'), Buffer.from(given, 'latin1')]
  return timingSafeEqual(a, a.length === b.length ? b : a) && a.length === b.length
}

async function useNonce({ nonce }: Claim, { accessKey, clockWindow }: SigningKey, { nonces, now }: SignatureTools): Promise<void> {
  const use = await nonces.use(accessKey, nonce, now + 2 * clockWindow, now)
  if (use === 'used') throw refused('NonceReused', 'the nonce in the header x-ca-nonce was used before; sign each request anew')
  if (use === 'full') throw refused('NonceMemoryFull', 'too many signed requests within the clock window; come back later')
}

function checkDigest({ md5 }: Claim, body: Buffer): void {
  if (md5 !== undefined && !isEqual(createHash('md5').update(body).digest('base64'), md5))
    throw refused('InvalidContentMD5', 'the header content-md5 does not fit the body that arrived')
}

const isForm = (contentType: string) => contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/x-www-form-urlencoded'
const plain = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64)
