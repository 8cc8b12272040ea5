import { expect, test } from 'vitest'
import { parseS3Address } from './address.ts'
import { createClient } from './client.ts'

interface Sent {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** What would be sent, signed; nothing is. */
async function listen(address: string) {
  const opened = await createClient(parseS3Address(address), { accessKey: 'AKIDEXAMPLE', secretKey: 'hush' })
  const sent: Sent[] = []
  opened.client.middlewareStack.add(
    () => async (work) => {
      sent.push(work.request as Sent)
      return { response: {}, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'listener' },
  )
  return { ...opened, sent }
}

test('OSS is asked as its documentation wants it: bucket in the host, whole signed bodies, no trailers, MD5 where it must be', async () => {
  const { sdk, client, sent } = await listen('s3://blobs/gatehouse?endpoint=https://s3.oss-cn-hangzhou.aliyuncs.com&region=cn-hangzhou')
  const Bucket = 'blobs'
  await client.send(new sdk.PutObjectCommand({ Bucket, Key: 'gatehouse/a/1', Body: Buffer.from('text'), ContentLength: 4 }))
  await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'gatehouse/a/1' }] } }))
  const [put, removal] = sent
  expect(put).toMatchObject({
    method: 'PUT',
    protocol: 'https:',
    hostname: 'blobs.s3.oss-cn-hangzhou.aliyuncs.com',
    path: '/gatehouse/a/1',
  })
  expect(put!.headers).toMatchObject({ 'content-length': '4' })
  expect(put!.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  expect(put!.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/cn-hangzhou\/s3\/aws4_request/)
  for (const { headers } of sent) {
    expect(Object.keys(headers).filter((name) => /trailer|content-encoding|transfer-encoding/.test(name))).toEqual([])
    expect(JSON.stringify(headers)).not.toContain('hush')
  }
  expect(Object.keys(put!.headers).filter((name) => name.startsWith('x-amz-checksum'))).toEqual([])
  expect(removal).toMatchObject({ method: 'POST', query: { delete: '' } })
  expect(removal!.headers['content-md5']).toMatch(/^[A-Za-z0-9+/]{22}==$/)
  expect(removal!.headers.authorization).toContain('content-md5')
})

test('a server on this machine is asked by path', async () => {
  const { sdk, client, sent } = await listen('s3://blobs?endpoint=http://127.0.0.1:7070')
  await client.send(new sdk.GetObjectCommand({ Bucket: 'blobs', Key: 'a/1' }))
  expect(sent[0]).toMatchObject({ method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path: '/blobs/a/1' })
})

test('Amazon needs no endpoint', async () => {
  const { sdk, client, sent } = await listen('s3://company.blobs-1?region=eu-central-1')
  await client.send(new sdk.GetObjectCommand({ Bucket: 'company-blobs', Key: 'a/1' }))
  expect(sent[0]).toMatchObject({ protocol: 'https:', hostname: 'company-blobs.s3.eu-central-1.amazonaws.com', path: '/a/1' })
})
