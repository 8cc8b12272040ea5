import { parseS3Address, S3Blobs } from '@gatehouse/storage'
import { afterAll, describe, expect, test } from 'vitest'
import { describeBlobs } from '../../../packages/storage/src/conformance/blobs.ts'
import { S3Server } from '../../../packages/storage/src/s3/fixtures/server.ts'

const server = await S3Server.start(process.env.GATEHOUSE_SERVICE_S3)
afterAll(() => server[Symbol.asyncDispose]())
const open = (bucket: string, credentials = server.credentials) =>
  new S3Blobs(parseS3Address(`s3://${bucket}?endpoint=${server.endpoint}`), credentials)

describeBlobs('s3', async () => {
  server.makeBucket('suite')
  return { store: { blobs: open('suite/part/of.it'), async [Symbol.asyncDispose]() {} } }
})

test('two installations in one bucket do not see each other', async () => {
  server.makeBucket('shared')
  const [one, two] = [open('shared/one'), open('shared/one-b')]
  await one.put('a/b', Buffer.from('one'))
  await two.put('a/b', Buffer.from('two'))
  await one.removeAll('a')
  expect(await one.get('a/b')).toBeUndefined()
  expect(Buffer.from((await two.get('a/b'))!).toString()).toBe('two')
})

describe('settings', () => {
  test('that are right are proved by writing, reading and removing', async () => {
    await open(server.makeBucket('proved')).prove()
  })

  test('a bucket that is not there, an unknown key and a wrong secret are told at the start, without the secret', async () => {
    const bucket = server.makeBucket('settings')
    const wrong = { accessKey: server.credentials.accessKey, secretKey: 'not-the-secret' }
    const failures = await Promise.all(
      [open('nowhere'), open(bucket, wrong), open(bucket, { ...wrong, accessKey: 'AKIDNOBODY' })].map((blobs) =>
        blobs.prove().then(
          () => undefined,
          (thrown: Error & { code: string }) => thrown,
        ),
      ),
    )
    expect(failures.map((failure) => failure?.code)).toEqual(['invalid_request', 'invalid_request', 'invalid_request'])
    expect(failures[0]?.message).toBe(
      `the object store has no such bucket: make it first – bucket nowhere at ${server.endpoint}, region us-east-1`,
    )
    expect(failures[1]?.message).toContain('SignatureDoesNotMatch')
    expect(failures[2]?.message).toContain('refuses this access key')
    expect(JSON.stringify(failures) + failures.map(String).join()).not.toContain('not-the-secret')
  })

  test('that become wrong later are no fault of who asks', async () => {
    const blobs = open(server.makeBucket('later'), { ...server.credentials, secretKey: 'not-the-secret' })
    await expect(blobs.get('a')).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('refuses this access key') })
    await expect(blobs.put('a', Buffer.from('a'))).rejects.toMatchObject({ code: 'overloaded' })
  })
})

test('while the object store is away every operation fails plainly, and afterwards it goes on', async () => {
  const blobs = open(server.makeBucket('away'))
  await blobs.put('kept', Buffer.from('kept'))
  await server.stop()
  const operations = [
    blobs.get('kept'),
    blobs.put('kept', Buffer.from('new')),
    blobs.remove('kept'),
    blobs.removeAll('kept'),
    blobs.check(),
  ]
  const failures = await Promise.allSettled(operations)
  for (const failure of failures) {
    expect(failure.status).toBe('rejected')
    if (failure.status !== 'rejected') continue
    expect(failure.reason).toMatchObject({
      code: 'overloaded',
      message: expect.stringMatching(/^the object store cannot be reached \(ECONNREFUSED\)/),
    })
    expect(JSON.stringify(failure.reason) + String(failure.reason.cause)).not.toContain(server.credentials.secretKey)
  }
  await server.start()
  expect(Buffer.from((await blobs.get('kept'))!).toString()).toBe('kept')
  await blobs.check()
})
