import { X509Certificate } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { AppError } from '@gatehouse/kernel'
import type { Logger } from './log.ts'

export interface TlsFiles {
  /** PEM: the certificate, then those between it and the root. */
  readonly cert: string
  readonly key: string
}
export interface Tls {
  readonly context: SecureContextOptions
  /** When the certificate ends. */
  readonly endsAt: number
}
interface Secured {
  setSecureContext(context: SecureContextOptions): void
}

/** Reads and tries both files; says in plain words what is wrong with them. */
export function loadTls(files: TlsFiles): Tls {
  const cert = read('--tls-cert', files.cert)
  const key = read('--tls-key', files.key)
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' }
  const certificate = tried(`--tls-cert ${files.cert} is not a PEM certificate`, () => new X509Certificate(cert))
  tried(`--tls-key ${files.key} is not the key of --tls-cert ${files.cert}, or not a PEM key without a passphrase`, () =>
    createSecureContext(context),
  )
  const endsAt = Date.parse(certificate.validTo)
  if (endsAt <= Date.now())
    throw new AppError('invalid_request', `the certificate of --tls-cert ${files.cert} ended ${certificate.validTo}`)
  return { context, endsAt }
}

function read(option: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new AppError('invalid_request', `${option} ${path} cannot be read`, { cause })
  }
}

function tried<T>(message: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new AppError('invalid_request', message, { cause })
  }
}

export interface TlsFollower {
  /** What is in force. */
  readonly current: Tls
  /** Reads the files again; what is wrong is logged, and the old certificate stays. */
  reload(): void
  follow(server: Secured): void
  close(): void
}

/** Follows both files: a new certificate counts for the next handshake, open connections stay. */
export function followTls(files: TlsFiles, log: Logger, every = 5_000): TlsFollower {
  let current = loadTls(files)
  const servers = new Set<Secured>()
  const reload = () => {
    try {
      current = loadTls(files)
      for (const server of servers) server.setSecureContext(current.context)
      log.warn({ until: current.endsAt }, 'the TLS certificate was read again')
    } catch (error) {
      log.error({ error }, 'the TLS certificate was not read again; the one before stays in force')
    }
  }
  let pending: NodeJS.Timeout | undefined
  const changed = (now: { mtimeMs: number }, before: { mtimeMs: number }) => {
    if (now.mtimeMs === before.mtimeMs) return
    clearTimeout(pending)
    pending = setTimeout(reload, every / 5).unref() // both files are written one after the other
  }
  // polled: a mounted secret changes by a link that file events do not follow
  for (const file of [files.cert, files.key]) watchFile(file, { interval: every, persistent: false }, changed)
  return {
    get current() {
      return current
    },
    reload,
    follow: (server) => void servers.add(server),
    close() {
      clearTimeout(pending)
      for (const file of [files.cert, files.key]) unwatchFile(file, changed)
    },
  }
}
