import { createHash } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Place } from './address.ts'

export interface S3Credentials {
  readonly accessKey: string
  readonly secretKey: string
}
export type Sdk = typeof import('@aws-sdk/client-s3')

/** Milliseconds. */
const connecting = 5_000
const silence = 20_000

/** Loaded with the first use: the library takes 30 MB that a server with its blobs on a disk keeps. */
export async function createClient(
  { endpoint, region, pathStyle }: S3Place,
  { accessKey, secretKey }: S3Credentials,
): Promise<{ sdk: Sdk; client: S3Client }> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...{ region, forcePathStyle: pathStyle },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // nothing of a user's own AWS settings: what counts stands in the address
    ...{ ignoreConfiguredEndpointUrls: true, useDualstackEndpoint: false, useFipsEndpoint: false, defaultsMode: 'standard' as const },
    ...{ maxAttempts: 3, retryMode: 'standard' },
    // checksums in trailers are Amazon's alone: OSS refuses the chunked bodies they need
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED' as const, responseChecksumValidation: 'WHEN_REQUIRED' as const },
    requestHandler: {
      ...{ connectionTimeout: connecting, socketTimeout: silence },
      ...{ httpAgent: { keepAlive: true, maxSockets: 32 }, httpsAgent: { keepAlive: true, maxSockets: 32 } },
    },
  })
  client.middlewareStack.add(
    (next, context) => (work) => {
      const request = work.request as { body?: unknown; headers: Record<string, string> }
      // OSS wants it here, and this checksum alone; elsewhere the signature covers the body
      if (context.commandName === 'DeleteObjectsCommand' && (typeof request.body === 'string' || request.body instanceof Uint8Array))
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64')
      return next(work)
    },
    // after the client's own checksum, before the signature
    { step: 'build', name: 'contentMd5', priority: 'low' },
  )
  return { sdk, client }
}
