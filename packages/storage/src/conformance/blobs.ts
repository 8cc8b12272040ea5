import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

export function describeBlobs(name: string, make: Make): void {
  describe(`${name}: blobs`, () => {
    let fixture: Fixture
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

    test('everything below a prefix is removed, and nothing beside it', async () => {
      const { blobs } = fixture.store
      for (const key of ['p/a/1', 'p/a/2/x', 'p/ab/1']) await blobs.put(key, Buffer.from(key))
      await blobs.removeAll('p/a/')
      expect([await blobs.get('p/a/1'), await blobs.get('p/a/2/x')]).toEqual([undefined, undefined])
      expect(await blobs.get('p/ab/1')).toBeDefined()
      await blobs.remove('p/ab/1')
      await blobs.remove('p/ab/1')
      expect(await blobs.get('p/ab/1')).toBeUndefined()
    })

    test('no key leads outside', async () => {
      const { blobs } = fixture.store
      for (const key of ['', '/etc/passwd', '../x', 'a/../../x', 'a//b', 'a/./b', 'a\\..\\b', '.hidden', 'a\0b'])
        await expect(blobs.put(key, new Uint8Array())).rejects.toMatchObject({ code: 'invalid_request' })
    })
  })
}
