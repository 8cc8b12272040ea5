import { join } from 'node:path'
import { AppError, type Blobs } from '@gatehouse/kernel'
import { DirectoryBlobs, parseS3Address, S3Blobs } from '@gatehouse/storage'
import type { ServeOptions } from './options.ts'
import { secretOf } from './settings.ts'

type BlobOptions = Pick<ServeOptions, 'data' | 'blobs' | 'environment'>

/** Where the bytes of documents lie: files of the data directory, or an object store that was just seen to take, give back and remove one. */
export async function openBlobs(options: BlobOptions): Promise<Blobs> {
  const blobs = blobsOf(options)
  if (blobs instanceof S3Blobs) await blobs.prove()
  return blobs
}

/** For the doctor: throws what is wrong, writes nothing. */
export const checkBlobs = async (options: BlobOptions): Promise<void> => blobsOf(options).check?.()

function blobsOf({ data, blobs: address, environment }: BlobOptions): Blobs {
  if (address === undefined) return new DirectoryBlobs(join(data, 'blobs'))
  const place = parseS3Address(address)
  return new S3Blobs(place, { accessKey: keyOf(environment, 'AWS_ACCESS_KEY_ID'), secretKey: keyOf(environment, 'AWS_SECRET_ACCESS_KEY') })
}

function keyOf(environment: ServeOptions['environment'], name: string): string {
  const value = secretOf(environment, name)
  if (!value) throw new AppError('invalid_request', `the object store needs a key: set ${name} or ${name}_FILE`)
  return value
}

/** `--blobs`, else `GATEHOUSE_BLOBS`; `directory` is the same as nothing. */
export function blobsAddressOf(option: string | undefined, environment: ServeOptions['environment']): string | undefined {
  const given = option ?? environment.GATEHOUSE_BLOBS
  if (given === undefined || given === '' || given === 'directory') return undefined
  parseS3Address(given)
  return given
}
