import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { KeySets } from './key-sets.ts'

const minute = 60_000
const url = 'https://login.example/keys'
let first: JWK
let second: JWK
beforeAll(async () => {
  const made = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
  ;[first, second] = (await Promise.all(
    made.map(async ({ publicKey }, at) => ({ ...(await exportJWK(publicKey)), kid: `k${at + 1}` })),
  )) as [JWK, JWK]
})

/** An issuer that answers what it is told to, and a clock one can turn. */
function stage(published: () => readonly JWK[] | Error) {
  const state = { asked: 0, now: 1_000_000_000_000 }
  const sets = new KeySets({
    clock: { now: () => state.now },
    async fetchKeys() {
      state.asked++
      const answer = published()
      if (answer instanceof Error) throw answer
      return JSON.stringify({ keys: answer })
    },
  })
  const get = async (kid: string) => Boolean(await sets.keysOf(url)({ alg: 'ES256', kid }, { payload: '', signature: '' } as never))
  return { state, get }
}

test('keys are fetched once, by many at the same time too', async () => {
  const { state, get } = stage(() => [first])
  expect(await Promise.all([get('k1'), get('k1'), get('k1')])).toEqual([true, true, true])
  state.now += 9 * minute
  await get('k1')
  expect(state.asked).toBe(1)
})

test('an old set serves on while a new one is fetched, and through an outage of a day', async () => {
  let down = false
  const { state, get } = stage(() => (down ? new Error('down') : [first]))
  await get('k1')
  down = true
  for (const hours of [1, 5, 17]) {
    state.now += hours * 60 * minute
    expect(await get('k1')).toBe(true)
  }
  expect(state.asked).toBe(4)
  state.now += 2 * 60 * minute
  await expect(get('k1')).rejects.toMatchObject({ code: 'overloaded' })
})

test('a key that is not known yet is looked for once, then not again for a while', async () => {
  let keys = [first]
  const { state, get } = stage(() => keys)
  await get('k1')
  state.now += minute
  keys = [first, second]
  expect(await get('k2')).toBe(true)
  for (let at = 0; at < 20; at++) await expect(get(`made-up-${at}`)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  expect(state.asked).toBe(2)
})

test('an issuer that is down is not asked again and again', async () => {
  const { state, get } = stage(() => new Error('down'))
  for (let at = 0; at < 5; at++) await expect(get('k1')).rejects.toMatchObject({ code: 'overloaded' })
  expect(state.asked).toBe(1)
  state.now += minute
  await expect(get('k1')).rejects.toMatchObject({ code: 'overloaded' })
  expect(state.asked).toBe(2)
})
