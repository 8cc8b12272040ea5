import { assertionHeader } from './assertions.ts'
import type { RawHeaders } from './raw-headers.ts'

/** The headers by which a caller says who it is. */
export interface Sent {
  authorization?: string
  'x-api-key'?: string
  'api-key'?: string
  'x-ca-key'?: string
  'x-ca-signature'?: string
  [assertionHeader]?: string
  /** One of them that came more than once. */
  twice?: string
}
type Name = Exclude<keyof Sent, 'twice'>

const names: readonly Name[] = ['authorization', 'x-api-key', 'api-key', 'x-ca-key', 'x-ca-signature', assertionHeader]
/** By length, so that most headers are passed over without looking at their letters. */
const byLength: readonly (Name | undefined)[] = Array.from({ length: 32 }, (_, length) => names.find((name) => name.length === length))

/** Read from the raw list: of two, Node keeps the first, and the proxy in front perhaps judged the second. */
export function readSent(raw: RawHeaders): Sent {
  const sent: Sent = {}
  for (let at = 0; at < raw.length; at += 2) {
    const given = raw[at]!
    const name = byLength[given.length]
    if (name === undefined || given.toLowerCase() !== name) continue
    if (sent[name] !== undefined) sent.twice = name
    sent[name] = raw[at + 1]!
  }
  return sent
}
