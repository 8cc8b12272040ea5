import { expect, test } from 'vitest'
import { parseS3Address } from './address.ts'

test('an address says where blobs lie', () => {
  expect(parseS3Address('s3://company-blobs')).toEqual({ bucket: 'company-blobs', prefix: '', region: 'us-east-1', pathStyle: false })
  expect(parseS3Address('s3://b-1/gate/house/?endpoint=https://s3.oss-cn-hangzhou.aliyuncs.com&region=cn-hangzhou')).toEqual({
    bucket: 'b-1',
    prefix: 'gate/house',
    endpoint: 'https://s3.oss-cn-hangzhou.aliyuncs.com',
    region: 'cn-hangzhou',
    pathStyle: false,
  })
})

test('a server known by its address or a bare name is asked by path, unless told otherwise', () => {
  const styleOf = (rest: string) => parseS3Address(`s3://blobs?endpoint=${rest}`).pathStyle
  expect(['http://127.0.0.1:9000', 'http://[::1]:9000', 'http://s3:7070', 'http://localhost:7070'].map(styleOf)).toEqual(
    Array(4).fill(true),
  )
  expect(styleOf('https://s3.example.com')).toBe(false)
  expect(styleOf('https://s3.example.com&style=path')).toBe(true)
  expect(styleOf('http://s3:7070&style=virtual')).toBe(false)
})

test.each([
  ['/var/blobs', 'it must be s3://bucket/prefix'],
  ['https://bucket.example.com', 'it must be s3://bucket/prefix'],
  ['s3://', 'the bucket is'],
  ['s3://Blobs', 'the bucket is'],
  ['s3://key:secret@blobs', 'keys do not stand in it'],
  ['s3://blobs/a//b', 'a blob key is'],
  ['s3://blobs/.hidden', 'a blob key is'],
  ['s3://blobs?endpont=https://s3.example.com', 'it has no parameter endpont; did you mean endpoint?'],
  ['s3://blobs?secret=x', 'it has no parameter secret'],
  ['s3://blobs?endpoint=s3.example.com', 'endpoint is the address of a server alone'],
  ['s3://blobs?endpoint=https://key:secret@s3.example.com', 'endpoint is the address of a server alone'],
  ['s3://blobs?endpoint=https://s3.example.com/path', 'endpoint is the address of a server alone'],
  ['s3://blobs?region=EU West', 'region is'],
  ['s3://blobs?style=dns', 'style is path or virtual'],
])('%s is refused', (address, why) => {
  const refusal = (() => {
    try {
      return parseS3Address(address)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(refusal).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(why) })
  expect(String(refusal)).not.toContain('secret@')
})
