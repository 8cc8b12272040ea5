import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf, createClientOf, parseTrusted } from './client.ts'

const request = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false) => ({
  headers,
  socket: { remoteAddress, encrypted },
})
const clientOf = createClientOf(['10.0.0.0/8', 'fd00::/8'])

test('what a stranger says about itself is ignored', () => {
  const said = {
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'chat.example',
    forwarded: 'for=192.0.2.1;proto=https;host=chat.example',
  }
  expect(clientOf(request('203.0.113.9', said))).toEqual({ address: '203.0.113.9', secure: false })
  expect(createClientOf([])(request('10.0.0.1', said))).toEqual({ address: '10.0.0.1', secure: false })
})

test('a trusted proxy is believed: address, protocol and host', () => {
  const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'Chat.example:8443' }
  expect(clientOf(request('::ffff:10.1.2.3', headers))).toEqual({ address: '192.0.2.1', secure: true, host: 'chat.example:8443' })
})

test('of a chain, the rightmost address that is no trusted proxy is the client, with what was said about its hop', () => {
  const headers = { 'x-forwarded-for': '198.51.100.66, 192.0.2.1, 10.0.0.5', 'x-forwarded-proto': 'http, https, http' }
  expect(clientOf(request('10.0.0.1', headers))).toEqual({ address: '192.0.2.1', secure: true })
})

test('a chain of trusted proxies alone ends at the first of them', () => {
  expect(clientOf(request('10.0.0.1', { 'x-forwarded-for': '10.0.0.3, 10.0.0.2' })).address).toBe('10.0.0.3')
})

test('the header Forwarded is read where there is no other', () => {
  const headers = { forwarded: 'for="[2001:db8::1]:4711";proto=https;host="chat.example"' }
  expect(clientOf(request('fd00::1', headers))).toEqual({ address: '2001:db8::1', secure: true, host: 'chat.example' })
  expect(clientOf(request('fd00::1', { ...headers, 'x-forwarded-for': '192.0.2.7' })).address).toBe('192.0.2.7')
})

test('a host that could not stand in a URL is not taken', () => {
  expect(clientOf(request('10.0.0.1', { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'a/b"<' })).host).toBeUndefined()
})

const v4 = fc.ipV4()
const v6 = fc.ipV6()
const address = fc.oneof(v4, v6)
const outside = fc.oneof(
  fc.tuple(fc.integer({ min: 11, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.')),
  fc.nat(0xffff).map((part) => `2001:db8::${part.toString(16)}`),
)
const inside = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => `10.${parts.join('.')}`),
  fc.nat(0xffff).map((part) => `fd00::${part.toString(16)}`),
)

test('an address has one spelling, however it is written', () => {
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65535 }), (written, port) => {
      const plain = addressOf(written)
      expect(plain).toBeDefined()
      expect(addressOf(plain!)).toBe(plain)
      expect(addressOf(written.includes(':') ? `[${written}]:${port}` : `${written}:${port}`)).toBe(plain)
    }),
  )
  fc.assert(
    fc.property(v4, (written) => {
      expect(addressOf(`::ffff:${written}`)).toBe(addressOf(written))
    }),
  )
})

test('what was taken from the front of the path is believed of trusted proxies only, and only as a path', () => {
  const prefixOf = (peer: string, prefix: string) => clientOf(request(peer, { 'x-forwarded-prefix': prefix })).prefix
  expect(prefixOf('10.0.0.1', '/gateway/a')).toBe('/gateway/a')
  expect(prefixOf('203.0.113.9', '/gateway')).toBeUndefined()
  for (const wrong of ['gateway', '/a, /b', '/a?b', '/a/', '//a', '/a b', '', `/${'a'.repeat(300)}`])
    expect(prefixOf('10.0.0.1', wrong)).toBeUndefined()
})

test('whatever a client writes in front, the address its nearest untrusted hop is known by stays', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(address, fc.string())),
      outside,
      fc.array(inside, { maxLength: 4 }),
      inside,
      (front, client, proxies, peer) => {
        const chain = [...front.map((each) => each.replaceAll(',', '')), client, ...proxies].join(', ')
        expect(clientOf(request(peer, { 'x-forwarded-for': chain })).address).toBe(addressOf(client))
      },
    ),
  )
})

test('garbage never becomes an address, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), inside, (a, b, c, d, peer) => {
      const headers = { 'x-forwarded-for': a, 'x-forwarded-proto': b, 'x-forwarded-host': c, forwarded: d }
      const client = clientOf(request(peer, headers))
      expect(addressOf(client.address)).toBe(client.address)
      if (client.host !== undefined) expect(URL.canParse(`http://${client.host.replace(/:\d+$/, '')}/`)).toBe(true)
    }),
  )
})

test.each(['10.0.0.0/33', 'fd00::/129', 'example', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/-1', '300.1.1.1'])('%s is no range', (range) => {
  expect(() => parseTrusted(`192.0.2.0/24, ${range}`)).toThrow('--trusted-proxies')
})
