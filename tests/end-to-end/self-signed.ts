import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'

/** A certificate for this machine's names, signed by its own key, made anew for each test: so much DER as that takes, and no more. */
export function selfSigned({ days = 1, name = 'localhost' } = {}): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const who = sequence(set(sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(name))))) // common name
  const names = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Buffer.from([127, 0, 0, 1]))) // DNS name, IP address
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, Buffer.from([1])), // serial number
    ecdsaWithSha256,
    who,
    sequence(time(-1), time(days)),
    who,
    publicKey,
    tagged(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), tagged(0x04, names)))), // subject alternative names
  )
  const signature = sign('sha256', body, createPrivateKey(privateKey))
  const der = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature))
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n')
  return { cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`, key: privateKey }
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(head), content])
}
const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => tagged(0x31, ...parts)
const oid = (first: number, ...rest: readonly number[]) => tagged(0x06, Buffer.from([first, ...rest]))
const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
/** UTCTime, some days from now. */
const time = (days: number) => {
  const at = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return tagged(0x17, Buffer.from(at.slice(2)))
}
