import { isIP } from 'node:net'
import { AppError, nearest } from '@gatehouse/kernel'
import { stepsOf } from '../blobs/blob-key.ts'

/** Where blobs lie in an object store. Holds no secret: it may be printed. */
export interface S3Place {
  readonly bucket: string
  /** Without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string
  /** Absent: Amazon's own for the region. */
  readonly endpoint?: string
  readonly region: string
  /** The bucket stands in the path, not in the host's name. Alibaba Cloud OSS refuses it, a server known by its address needs it. */
  readonly pathStyle: boolean
}

const parameters = ['endpoint', 'region', 'style']
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** `s3://bucket/prefix?endpoint=https://…&region=…&style=path`. */
export function parseS3Address(address: string): S3Place {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 's3:') throw refused('it must be s3://bucket/prefix?endpoint=https://…&region=…')
  if (url.username || url.password)
    throw refused('keys do not stand in it; they come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or *_FILE')
  if (!bucketName.test(url.host)) throw refused('the bucket is 3 to 63 small letters, digits, dots and dashes')
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  if (prefix) stepsOf(prefix)
  for (const name of url.searchParams.keys()) if (!parameters.includes(name)) throw unknown(name)
  const endpoint = url.searchParams.get('endpoint')
  const region = url.searchParams.get('region') ?? 'us-east-1'
  if (!/^[a-z0-9-]{1,60}$/.test(region)) throw refused('region is small letters, digits and dashes, like us-east-1')
  return {
    ...{ bucket: url.host, prefix, region },
    ...(endpoint === null ? {} : { endpoint: endpointOf(endpoint) }),
    pathStyle: isPathStyle(url.searchParams.get('style'), endpoint),
  }
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash || url.pathname !== '/')
    throw refused('endpoint is the address of a server alone, like https://s3.example.com')
  return url.origin
}

/** A server known by an address or a bare name has no names for its buckets. */
function isPathStyle(style: string | null, endpoint: string | null): boolean {
  if (style === 'path') return true
  if (style === 'virtual') return false
  if (style !== null) throw refused('style is path or virtual')
  if (endpoint === null) return false
  const host = new URL(endpoint).hostname
  return host.startsWith('[') || isIP(host) !== 0 || !host.includes('.')
}

function unknown(name: string): AppError {
  const near = nearest(name, parameters)
  return refused(`it has no parameter ${name}${near ? `; did you mean ${near}?` : `, only ${parameters.join(', ')}`}`)
}

const refused = (why: string) => new AppError('invalid_request', `the address of the blobs cannot be used: ${why}`)
