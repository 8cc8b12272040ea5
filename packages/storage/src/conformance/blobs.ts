import { randomBytes } from 'node:crypto'
import type { Store } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Only what has blobs and can be closed; a whole store is that, too. */
type MakeBlobs = () => Promise<{ readonly store: Pick<Store, 'blobs'> & AsyncDisposable }>

export function describeBlobs(name: string, make: MakeBlobs): void {
  describe(`${name}: blobs`, () => {
    let fixture: Awaited<ReturnType<MakeBlobs>>
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('bytes come back as they were put, and the newest stays', async () => {
      const { blobs } = fixture.store
      await blobs.put('documents/a/1/text', Buffer.from('one'))
      await blobs.put('documents/a/1/text', Buffer.from([0, 255]))
      expect([...(await blobs.get('documents/a/1/text'))!]).toEqual([0, 255])
      expect(await blobs.get('documents/a/2/text')).toBeUndefined()
      expect(await blobs.get('documents/a')).toBeUndefined()
    })

    test('nothing is something, and so are ten million bytes', async () => {
      const { blobs } = fixture.store
      const large = randomBytes(10_000_000)
      await blobs.put('sizes/nothing', new Uint8Array())
      await blobs.put('sizes/large', large)
      expect((await blobs.get('sizes/nothing'))?.length).toBe(0)
      expect(large.equals((await blobs.get('sizes/large'))!)).toBe(true)
    })

    test('every key that is allowed names one blob', async () => {
      const { blobs } = fixture.store
      const long = 'x'.repeat(200)
      const deep = Array.from({ length: 19 }, (_, at) => `${at}`).join('/')
      const keys = ['a', 'A', 'a..b', 'a.', '-', '_', '-rf', 'a-b_c.d', 'a.tmpx', 'con', `${long}/${long}/${long}`, deep]
      for (const key of keys) await blobs.put(`odd/${key}`, Buffer.from(key))
      for (const key of keys) expect(Buffer.from((await blobs.get(`odd/${key}`))!).toString()).toBe(key)
    })

    test('of several puts of one key at once one stays whole', async () => {
      const { blobs } = fixture.store
      const contents = Array.from({ length: 8 }, (_, at) => Buffer.alloc(200_000 + at, at))
      await Promise.all(contents.map((bytes) => blobs.put('races/one', bytes)))
      const kept = (await blobs.get('races/one'))!
      expect(contents.some((bytes) => bytes.equals(kept))).toBe(true)
    })

    test('everything below a prefix is removed, and nothing beside it', async () => {
      const { blobs } = fixture.store
      for (const key of ['p/a/1', 'p/a/2/x', 'p/ab/1']) await blobs.put(key, Buffer.from(key))
      await blobs.removeAll('p/a/')
      expect([await blobs.get('p/a/1'), await blobs.get('p/a/2/x')]).toEqual([undefined, undefined])
      expect(await blobs.get('p/ab/1')).toBeDefined()
      await blobs.removeAll('p/a')
      await blobs.removeAll('p/a/2/x')
      await blobs.remove('p/ab/1')
      await blobs.remove('p/ab/1')
      expect(await blobs.get('p/ab/1')).toBeUndefined()
    })

    test('removing takes any number', async () => {
      const { blobs } = fixture.store
      const keys = Array.from({ length: 2_500 }, (_, at) => `many/${at % 7}/${at}`)
      for (let at = 0; at < keys.length; at += 50) await Promise.all(keys.slice(at, at + 50).map((key) => blobs.put(key, Buffer.from(key))))
      await blobs.put('manyfold', Buffer.from('stays'))
      await blobs.removeAll('many/')
      const left = await Promise.all(keys.filter((_, at) => at % 25 === 0 || at > 2_490).map((key) => blobs.get(key)))
      expect(left.filter(Boolean)).toEqual([])
      expect(await blobs.get('manyfold')).toBeDefined()
    }, 180_000)

    test('what was put is listed below its prefix, and what was removed is not', async () => {
      const { blobs } = fixture.store
      for (const key of ['l/a/1', 'l/a/2/x', 'l/ab/1', 'l/b']) await blobs.put(key, Buffer.from(key))
      await blobs.remove('l/b')
      const keys = async (prefix: string) => {
        const found: string[] = []
        for await (const key of blobs.list(prefix)) found.push(key)
        return found.sort()
      }
      expect(await keys('l/a/')).toEqual(['l/a/1', 'l/a/2/x'])
      expect(await keys('l/nothing/')).toEqual([])
      expect((await keys('')).filter((key) => key.startsWith('l/'))).toEqual(['l/a/1', 'l/a/2/x', 'l/ab/1'])
    })

    test('no key leads outside', async () => {
      const { blobs } = fixture.store
      const outside = [
        '',
        '/etc/passwd',
        '../x',
        'a/../../x',
        'a//b',
        'a/./b',
        'a\\..\\b',
        '.hidden',
        'a\0b',
        'a/',
        'ä',
        'a b',
        'a?b',
        'a+b',
        'a.tmp',
      ]
      for (const key of [...outside, 'x'.repeat(201), `${'a/'.repeat(20)}a`, `${'x'.repeat(200)}/`.repeat(4)]) {
        await expect(blobs.put(key, new Uint8Array())).rejects.toMatchObject({ code: 'invalid_request' })
        await expect(blobs.get(key)).rejects.toMatchObject({ code: 'invalid_request' })
        await expect(blobs.remove(key)).rejects.toMatchObject({ code: 'invalid_request' })
      }
      await expect(blobs.removeAll('')).rejects.toMatchObject({ code: 'invalid_request' })
      await expect(blobs.removeAll('/')).rejects.toMatchObject({ code: 'invalid_request' })
    })
  })
}
