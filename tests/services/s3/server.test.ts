import { join } from 'node:path'
import { parseOptions, type RunningServer, startServer } from '@gatehouse/server'
import { parseS3Address, S3Blobs } from '@gatehouse/storage'
import { afterAll, expect, test } from 'vitest'
import { S3Server } from '../../../packages/storage/src/s3/fixtures/server.ts'
import { becomeOperator } from '../../end-to-end/people.ts'
import { temporaryPlace } from '../../end-to-end/server-process.ts'

const sample = join(import.meta.dirname, '../../../examples/handbook')
const objects = await S3Server.start(process.env.GATEHOUSE_SERVICE_S3)
const { accessKey, secretKey } = objects.credentials
const place = temporaryPlace()
let server: RunningServer | undefined
afterAll(async () => {
  try {
    await server?.close()
  } finally {
    await objects[Symbol.asyncDispose]()
    place.remove()
  }
})

const addressOf = (bucket: string) => `s3://${bucket}/gatehouse?endpoint=${objects.endpoint}`
const optionsFor = (bucket: string, secret = secretKey) =>
  parseOptions(
    ['--data', place.data, '--home', place.home, '--port', '0', '--control-port', '0', '--sample', sample, '--blobs', addressOf(bucket)],
    { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret },
  )

test('a wrong secret, a missing key and a bucket that is not there stop the start with one plain line', async () => {
  const bucket = objects.makeBucket('start')
  await expect(startServer(optionsFor(bucket, 'not-the-secret'))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/refuses this access key .* \(SignatureDoesNotMatch\)/),
  })
  await expect(startServer({ ...optionsFor(bucket), environment: {} })).rejects.toThrow(
    'the object store needs a key: set AWS_ACCESS_KEY_ID or AWS_ACCESS_KEY_ID_FILE',
  )
  await expect(startServer(optionsFor('nowhere'))).rejects.toThrow('the object store has no such bucket: make it first – bucket nowhere at')
})

test('documents go to the bucket, are found and opened from there, and leave it when they are removed', async () => {
  const bucket = objects.makeBucket('whole')
  server = await startServer(optionsFor(bucket))
  await server.synced
  const blobs = new S3Blobs(parseS3Address(addressOf(bucket)), objects.credentials)
  const keysOf = async (id: string) => {
    const keys: string[] = []
    for await (const key of blobs.list(`documents/${id}`)) keys.push(key)
    return keys.sort()
  }
  const operator = await becomeOperator(server)
  const { items: bases } = await operator.admin.listBases()
  const base = bases.find(({ name }) => name === 'handbook')!
  const text = '# Kites\n\nThe kite cupboard of the Leeds office is opened with the brass key 4711.'
  const { id: document } = await operator.admin.uploadDocument({
    path: { base: base.id },
    query: { name: 'kites.md', access: 'everyone' },
    body: new TextEncoder().encode(text),
  })
  const person = await operator.chatAs('tamsin')
  await expect
    .poll(async () => (await person.ask('What opens the kite cupboard of the Leeds office?')).text, { timeout: 20_000 })
    .toContain('brass key')
  const answer = await person.ask('What opens the kite cupboard of the Leeds office?')
  expect(await person.chat.passage(answer.message, 1)).toMatchObject({ readable: true, text: expect.stringContaining('brass key 4711') })
  expect(await keysOf(document)).toEqual(['1/original', '1/text', 'vectors'].map((name) => `documents/${document}/${name}`))

  // away: what needs a document fails plainly, the rest goes on; back: everything as before
  await objects.stop()
  expect((await fetch(`${server.dataUrl}/readyz`)).status).toBe(200)
  const upload = (name: string) =>
    operator.admin.uploadDocument({
      path: { base: base.id },
      query: { name, access: 'everyone' },
      body: new TextEncoder().encode(`# ${name}`),
    })
  await expect(upload('away.md')).rejects.toMatchObject({ status: 503, message: expect.stringContaining('cannot be reached') })
  await expect(person.chat.passage(answer.message, 1)).rejects.toMatchObject({ status: 503 })
  await objects.start()
  expect(await person.chat.passage(answer.message, 1)).toMatchObject({ readable: true })
  expect(await keysOf((await upload('back.md')).id)).toContainEqual(expect.stringMatching(/original$/))

  await operator.admin.removeDocument({ path: { document } })
  expect(await keysOf(document)).toEqual([])
}, 120_000)
