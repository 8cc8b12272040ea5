import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** No inline script, no remote anything: what the pages may load comes from this server. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': pagePolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

interface File {
  readonly type: string
  readonly plain: Buffer
  readonly brotli?: Buffer
  readonly immutable: boolean
}

/** A built web app, read once: a path without a file answers the page itself, since the app routes by path. */
export function createStaticFiles(directory: string, base: string) {
  const files = new Map(readAll(directory).map(([path, file]) => [`${base}/${path}`, file]))
  const page = files.get(`${base}/index.html`)
  return {
    /** False when the app was not built. */
    built: page !== undefined,
    serve(path: string, accepts: string, response: ServerResponse): boolean {
      if (path !== base && !path.startsWith(`${base}/`)) return false
      const file = files.get(path) ?? (path.lastIndexOf('.') < path.lastIndexOf('/') ? page : undefined)
      if (!file) return false
      const compressed = file.brotli && /\bbr\b/.test(accepts)
      response.writeHead(200, {
        ...securityHeaders,
        'content-type': file.type,
        'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        vary: 'accept-encoding',
        'content-length': (compressed ? file.brotli! : file.plain).length,
        ...(compressed ? { 'content-encoding': 'br' } : {}),
      })
      response.end(compressed ? file.brotli : file.plain)
      return true
    },
  }
}

/** A level that takes milliseconds: the best one would take seconds of every start for a tenth of the bytes. */
const compress = (plain: Buffer) => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })

function readAll(directory: string): [string, File][] {
  let names: string[]
  try {
    names = readdirSync(directory, { recursive: true }) as string[]
  } catch {
    return []
  }
  return names
    .filter((name) => extname(name) in types)
    .map((name) => {
      const plain = readFileSync(join(directory, name))
      const type = types[extname(name)]!
      const text = type.includes('charset') || type.includes('svg')
      const path = relative('.', name).split(sep).join('/')
      return [
        path,
        { type, plain, immutable: path.startsWith('assets/'), ...(text && plain.length > 1024 ? { brotli: compress(plain) } : {}) },
      ]
    })
}
