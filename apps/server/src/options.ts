import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError, nearest } from '@gatehouse/kernel'
import { parseTrusted } from './client.ts'
import { blobsAddressOf } from './open-blobs.ts'
import { storeAddressOf } from './store-address.ts'
import type { TlsFiles } from './tls.ts'

/** What one server process is told at its start. */
export interface ServeOptions {
  /** Everything the server keeps; the master key never lies in it. */
  readonly data: string
  /** The address of a database, when the store is not in the data directory. Holds a password: never printed. */
  readonly storeUrl?: string
  /** The address of a bucket, when the bytes of documents are not in the data directory: `s3://bucket/prefix?endpoint=…`. */
  readonly blobs?: string
  /** The user's configuration directory: master key and exported audit heads. */
  readonly home: string
  /** A YAML file, or a directory of them, with declared resources. */
  readonly config?: string
  readonly host: string
  /** 0: any free one. `undefined`: the default, or the next free one. */
  readonly port?: number
  readonly controlHost: string
  readonly controlPort?: number
  /** Both listeners speak TLS with it. */
  readonly tls?: TlsFiles
  /** Addresses and ranges of proxies whose word about the client is believed. */
  readonly trustedProxies?: readonly string[]
  /** Directory of the sample company to start with. */
  readonly sample?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly quiet?: boolean
}

/** Where the signed heads of the audit go: outside the data, a file of its own for each data directory. */
export function headsFileOf({ data, home, environment }: Pick<ServeOptions, 'data' | 'home' | 'environment'>): string {
  const own = createHash('sha256').update(resolve(data)).digest('hex').slice(0, 12)
  return resolve(environment.GATEHOUSE_AUDIT_HEADS ?? join(home, `audit-heads-${own}.jsonl`))
}

const known = {
  data: { type: 'string' },
  store: { type: 'string' },
  blobs: { type: 'string' },
  home: { type: 'string' },
  config: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'control-host': { type: 'string' },
  'control-port': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'trusted-proxies': { type: 'string' },
  sample: { type: 'string' },
  quiet: { type: 'boolean' },
} as const

export function parseOptions(args: readonly string[], environment: ServeOptions['environment']): ServeOptions {
  const { values } = parse(args)
  const storeUrl = storeAddressOf(values.store, environment)
  const blobs = blobsAddressOf(values.blobs, environment)
  const tls = tlsOf(values['tls-cert'] ?? environment.GATEHOUSE_TLS_CERT, values['tls-key'] ?? environment.GATEHOUSE_TLS_KEY)
  const port = portOf('--port', values.port ?? environment.PORT)
  const controlPort = portOf('--control-port', values['control-port'])
  return {
    data: resolve(values.data ?? environment.GATEHOUSE_DATA ?? 'data'),
    ...(storeUrl === undefined ? {} : { storeUrl }),
    ...(blobs === undefined ? {} : { blobs }),
    home: resolve(
      values.home ?? environment.GATEHOUSE_HOME ?? join(environment.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'gatehouse'),
    ),
    ...(values.config === undefined ? {} : { config: resolve(values.config) }),
    host: values.host ?? '127.0.0.1',
    ...(port === undefined ? {} : { port }),
    controlHost: values['control-host'] ?? '127.0.0.1',
    ...(controlPort === undefined ? {} : { controlPort }),
    ...(tls === undefined ? {} : { tls }),
    trustedProxies: parseTrusted(values['trusted-proxies'] ?? environment.GATEHOUSE_TRUSTED_PROXIES ?? ''),
    ...(values.sample === undefined ? {} : { sample: resolve(values.sample) }),
    environment,
    quiet: values.quiet ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known, strict: true })
  } catch (cause) {
    const wrong = args.find((arg) => arg.startsWith('--') && !(arg.slice(2).split('=')[0]! in known))
    const near = wrong && nearest(wrong.slice(2), Object.keys(known))
    throw new AppError(
      'invalid_request',
      wrong ? `unknown option ${wrong}${near ? `; did you mean --${near}?` : ''}` : (cause as Error).message,
      { cause },
    )
  }
}

function tlsOf(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (!cert && !key) return undefined
  if (!cert || !key) throw new AppError('invalid_request', '--tls-cert and --tls-key go together: a PEM certificate and its key')
  return { cert: resolve(cert), key: resolve(key) }
}

function portOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new AppError('invalid_request', `${option} must be a number from 0 to 65535, got "${value}"`)
  return port
}
