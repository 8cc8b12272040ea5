import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { KeyEntry } from '../snapshot.ts'
import { createMemoryNonces } from './memory-nonces.ts'
import { type SigningKey, verifySignature } from './signatures.ts'
import { type SignedMessage, stringsToSign } from './string-to-sign.ts'

interface Vector {
  name: string
  method: string
  target: string
  headers: Record<string, string>
  body: string
  now_ms: number
  policy?: { require_content_md5?: boolean; allow_hmac_sha1?: boolean }
  depends_on?: string
  string_to_sign: string
  expect: string
}
const { vectors, registered } = JSON.parse(readFileSync(new URL('fixtures/hmac-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[]
  registered: { access_key: string; secret_key: string }[]
}
const plain = vectors.find(({ name }) => name === 'plain_accept')!

const entry = { consumer: 'shop' } as KeyEntry
const latin = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const messageOf = ({ method, target, headers }: Pick<Vector, 'method' | 'target' | 'headers'>): SignedMessage => ({
  method,
  target,
  rawHeaders: Object.entries(headers).flatMap(([name, value]) => [name, latin(value)]),
})
function keysFor({ policy }: Pick<Vector, 'policy'>, more: Partial<SigningKey> = {}) {
  return (accessKey: string): SigningKey | undefined => {
    const pair = registered.find(({ access_key }) => access_key === accessKey)
    return (
      pair && {
        accessKey,
        secrets: [{ secret: pair.secret_key }],
        requireContentMd5: policy?.require_content_md5 ?? false,
        allowSha1: policy?.allow_hmac_sha1 ?? false,
        clockWindow: 300_000,
        entry,
        ...more,
      }
    )
  }
}
type Tools = Parameters<typeof verifySignature>[1]
const toolsFor = (vector: Pick<Vector, 'policy' | 'now_ms'>, more: Partial<Tools> = {}): Tools => ({
  find: keysFor(vector),
  nonces: createMemoryNonces({ since: 0 }),
  now: vector.now_ms,
  admit: () => {},
  ...more,
})
/** `accept`, or the name of what is wrong. */
async function verdictOf(vector: Vector, tools: Tools): Promise<string> {
  try {
    const { checkBody } = await verifySignature(messageOf(vector), tools)
    await checkBody?.(Buffer.from(vector.body))
    return 'accept'
  } catch (thrown) {
    const { details } = thrown as { details?: { code?: string } }
    if (!details?.code) throw thrown
    return details.code
  }
}

test.each(vectors.map((vector) => [vector.name, vector] as const))('vector %s', async (_, vector) => {
  const tools = toolsFor(vector)
  const earlier = vectors.find(({ name }) => name === vector.depends_on)
  if (earlier) expect(await verdictOf(earlier, tools)).toBe('accept')
  expect(await verdictOf(vector, tools)).toBe(vector.expect)
})

test.each(vectors.map((vector) => [vector.name, vector] as const))('the string to sign of %s is the one of the contract', (_, vector) => {
  const names = (vector.headers['x-ca-signature-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  const form = vector.headers['content-type'] === 'application/x-www-form-urlencoded' ? latin(vector.body) : undefined
  expect(stringsToSign(messageOf(vector), names.filter(Boolean), form)).toContain(latin(vector.string_to_sign))
})

test.each(['x-ca-nonce', 'X-CA-Key', 'Date', 'Content-Type', 'accept', 'content-md5', 'x-app-id'])(
  'a repeated %s is refused, even when both say the same',
  async (name) => {
    const vector = vectors.find((each) => each.name === 'signed_extra_header')!
    const message = messageOf(vector)
    const value = vector.headers[name.toLowerCase()] ?? 'x'
    const rawHeaders = [...message.rawHeaders, name, value, ...(vector.headers[name.toLowerCase()] ? [] : [name, value])]
    await expect(verifySignature({ ...message, rawHeaders }, toolsFor(vector))).rejects.toMatchObject({
      details: { code: 'InvalidSignedHeaders' },
      message: expect.stringContaining(name.toLowerCase()),
    })
  },
)

test('a doubled /v1/v1 is signed as it came', async () => {
  const target = plain.target.replace('/v1/', '/v1/v1/')
  expect(stringsToSign({ ...messageOf(plain), target }, [])[0]).toContain('/route-a/v1/v1/chat/completions')
  expect(await verdictOf({ ...plain, target }, toolsFor(plain))).toBe('InvalidSignature')
})

test('a plus in the query stays a plus, and other letters of a signed header are the bytes that came', () => {
  const rawHeaders = ['X-App-Id', latin('门'), 'accept', 'text/é']
  const text = stringsToSign({ method: 'post', target: '/p?b=1+2&a=%2B', rawHeaders }, ['x-app-id'])[0]!
  expect(Buffer.from(text, 'latin1').toString('utf8').split('\n')).toEqual([
    'POST',
    'text/\ufffd',
    '',
    '',
    '',
    'x-app-id:门',
    '/p?a=+&b=1+2',
  ])
})

test('whatever is changed in what was signed, the request is refused', async () => {
  const letters = 'abz09/%?&=,-.:'
  let at = 0
  const next = (most: number) => {
    at = (at * 1103515245 + 12345) % 2147483648 // the same each time
    return at % most
  }
  const changed = (text: string) => {
    const place = next(text.length)
    const letter = letters[next(letters.length)]!
    return text[place]!.toLowerCase() === letter ? `${text}z` : text.slice(0, place) + letter + text.slice(place + 1)
  }
  const names = Object.keys(plain.headers).filter((name) => name !== 'host')
  for (let round = 0; round < 3000; round++) {
    const name = [...names, ''][next(names.length + 1)]!
    const vector =
      name === ''
        ? { ...plain, target: changed(plain.target) }
        : { ...plain, headers: { ...plain.headers, [name]: changed(plain.headers[name]!) } }
    expect(await verdictOf(vector, toolsFor(plain)), `${name} ${vector.target} ${vector.headers[name]}`).not.toBe('accept')
  }
})

test('while one secret takes the place of another both are valid, and an expired one is not', async () => {
  const given = registered[0]!.secret_key
  const withSecrets = (...secrets: SigningKey['secrets'][number][]) =>
    verdictOf(plain, toolsFor(plain, { find: keysFor(plain, { secrets }) }))
  expect(await withSecrets({ secret: 'new' }, { secret: given, expiresAt: plain.now_ms + 1 })).toBe('accept')
  expect(await withSecrets({ secret: given }, { secret: 'old' })).toBe('accept')
  expect(await withSecrets({ secret: 'new' }, { secret: given, expiresAt: plain.now_ms })).toBe('InvalidSignature')
  expect(await verdictOf(plain, toolsFor(plain, { find: keysFor(plain, { expiresAt: plain.now_ms }) }))).toBe('InvalidKey')
})

test('a refused signature uses no nonce, and neither does a caller who may not call from there', async () => {
  const tools = toolsFor(plain)
  expect(await verdictOf({ ...plain, headers: { ...plain.headers, 'x-ca-signature': 'AAAA' } }, tools)).toBe('InvalidSignature')
  const closed = () => {
    throw Object.assign(new Error('not from there'), { details: { code: 'UnauthorizedConsumer' } })
  }
  expect(await verdictOf(plain, { ...tools, admit: closed })).toBe('UnauthorizedConsumer')
  expect(await verdictOf(plain, tools)).toBe('accept')
  expect(await verdictOf(plain, tools)).toBe('NonceReused')
})

test('after a restart a request signed before it is refused: its nonce may have been used', async () => {
  const since = (at: number) => toolsFor(plain, { nonces: createMemoryNonces({ since: plain.now_ms + at }) })
  expect(await verdictOf(plain, since(10_000))).toBe('accept')
  expect(await verdictOf(plain, since(11_000))).toBe('InvalidDate')
})

test('a full memory of nonces refuses and forgets nothing', async () => {
  const tools = toolsFor(plain, { nonces: createMemoryNonces({ since: 0, mostBytes: 112 }) })
  expect(await verdictOf(plain, tools)).toBe('accept')
  const other = vectors.find(({ name }) => name === 'rerank_native_accept')!
  expect(await verdictOf(other, tools)).toBe('NonceMemoryFull')
  expect(await verdictOf(plain, tools)).toBe('NonceReused')
})

test('what a refusal says holds neither the secret nor the signature that would fit', async () => {
  const wrong = { ...plain, headers: { ...plain.headers, 'x-ca-signature': 'AAAA' } }
  const error = await verifySignature(messageOf(wrong), toolsFor(plain)).catch((thrown: unknown) => thrown as Error)
  const text = JSON.stringify(error) + (error as Error).message
  for (const secret of [registered[0]!.secret_key, plain.headers['x-ca-signature']!]) expect(text).not.toContain(secret)
})
