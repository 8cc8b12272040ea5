import { AppError, type UpstreamRequest } from '@gatehouse/kernel'

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
const target = /^\/[\x21-\x7e]*$/
/** Framing is ours. */
const ours = new Set(['content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade', 'keep-alive', 'te', 'trailer'])

interface Written {
  readonly origin: string
  readonly path: string
  readonly head: string
}
/** What was written for a set of headers last; a target hands in the same frozen set again and again. */
const written = new WeakMap<object, Written>()

/** The head of a request, with its blank line. Everything that goes into it is checked: a value must not become a line of its own. */
export function headOf({ method, origin, path, headers }: UpstreamRequest, length: number | undefined): string {
  let known = written.get(headers)
  if (known?.path !== path || known.origin !== origin) {
    known = { origin, path, head: linesOf(origin, path, headers) }
    written.set(headers, known)
  }
  return `${method} ${known.head}${length === undefined ? '' : `content-length: ${length}\r\n`}\r\n`
}

function linesOf(origin: string, path: string, headers: UpstreamRequest['headers']): string {
  if (!target.test(path)) throw new AppError('invalid_request', 'the path of a vendor has characters that do not belong in one')
  let head = ''
  let hasHost = false
  for (const [name, value] of Object.entries(headers)) {
    if (!fieldName.test(name) || ours.has(name.toLowerCase()))
      throw new AppError('invalid_request', `the header ${JSON.stringify(name.slice(0, 64))} cannot be sent to a vendor`)
    if (!fieldValue.test(value)) throw new AppError('invalid_request', `the value of the header ${name} has characters that cannot be sent`)
    hasHost ||= name.toLowerCase() === 'host'
    head += `${name}: ${value}\r\n`
  }
  return `${path} HTTP/1.1\r\n${hasHost ? '' : `host: ${new URL(origin).host}\r\n`}${head}`
}
