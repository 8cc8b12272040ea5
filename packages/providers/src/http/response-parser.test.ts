import { expect, test } from 'vitest'
import { ResponseParser } from './response-parser.ts'

interface Seen {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
  reusable: boolean | undefined
}

/** One response in reads of `size` bytes; closed afterwards when it is still open. */
function parse(text: string, size = text.length): Seen {
  const seen: Seen = { status: 0, headers: {}, body: '', reusable: undefined }
  const parser = new ResponseParser({
    head: (status, headers) => Object.assign(seen, { status, headers }),
    body: (read) => {
      seen.body += read.toString('latin1')
    },
    done: (reusable) => {
      expect(seen.reusable).toBeUndefined()
      seen.reusable = reusable
    },
  })
  parser.expect()
  for (let at = 0; at < text.length; at += size) parser.push(Buffer.from(text.slice(at, at + size), 'latin1'))
  if (seen.reusable === undefined && !parser.close()) throw new Error('cut')
  return seen
}

const whole = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Twice: a\r\nx-twice: b\r\nContent-Length: 12\r\n\r\nhello\r\n\r\nyou'
const chunked =
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n6;name="x"\r\n\r\n you\r\n0\r\nx-after: 1\r\n\r\n'

test('any re-chunking of a response gives the same head, body and end', () => {
  for (let size = 1; size <= whole.length; size++)
    expect(parse(whole, size)).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain', 'x-twice': 'a, b', 'content-length': '12' },
      body: 'hello\r\n\r\nyou',
      reusable: true,
    })
  for (let size = 1; size <= chunked.length; size++)
    expect(parse(chunked, size)).toEqual({
      status: 200,
      headers: { 'transfer-encoding': 'Chunked' },
      body: 'hello\r\n you',
      reusable: true,
    })
})

test('a connection carries on only after a response that ended by itself', () => {
  const reusable = (head: string, body = '') => parse(`${head}\r\n\r\n${body}`).reusable
  expect(reusable('HTTP/1.1 204 No Content')).toBe(true)
  expect(reusable('HTTP/1.1 200 OK\r\ncontent-length: 0')).toBe(true)
  expect(reusable('HTTP/1.1 200 OK\r\ncontent-length: 2', 'ok')).toBe(true)
  expect(reusable('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: Keep-Alive, Close', 'ok')).toBe(false)
  expect(reusable('HTTP/1.0 200 OK\r\ncontent-length: 2', 'ok')).toBe(false)
  expect(reusable('HTTP/1.1 200 OK', 'until it closes')).toBe(false)
  expect(reusable('HTTP/1.1 200 OK\r\ncontent-length: 2', 'okHTTP/1.1 200 OK\r\n\r\n')).toBe(false) // what came behind it belongs to nobody
})

test('whoever is told that a response is done may send at once, and what was left of the read is no answer to it', () => {
  const heads: number[] = []
  const parser = new ResponseParser({
    head: (status) => heads.push(status),
    body: () => {},
    done: (reusable) => {
      expect(reusable).toBe(false)
      parser.expect()
    },
  })
  parser.expect()
  parser.push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 201 Smuggled\r\ncontent-length: 0\r\n\r\n'))
  expect(heads).toEqual([200])
})

test.each([
  ['both lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n'],
  ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
  ['a coding of an old version', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['a bare line feed', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n'],
  ['a bare carriage return', 'HTTP/1.1 200 OK\r\na: b\rc: d\r\n\r\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
  ['a blank before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\n'],
  ['a nul', 'HTTP/1.1 200 OK\r\na: \0\r\n\r\n'],
  ['no version', 'HTTP/2 200\r\n\r\n'],
  ['no status', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n'],
  ['a negative chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n'],
  ['a chunk size beyond all bounds', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n'],
  ['a chunk longer than it said', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n'],
  ['a chunk size ended by a bare line feed', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\nab\r\n'],
])('%s is refused, however it is cut', (_, text) => {
  for (let size = 1; size <= text.length; size++) expect(() => parse(text, size)).toThrow(/the vendor sent/)
})

test.each([
  ['a head', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(70_000)}`],
  ['a chunk extension', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'b'.repeat(5000)}`],
  ['interim responses', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(40)],
  ['a trailer', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(200)}`],
])('%s without end is refused', (_, text) => {
  expect(() => parse(text, 1000)).toThrow(/the vendor sent/)
})

test.each([
  ['within the length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel'],
  ['within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'],
  ['before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n'],
  ['before the end of the trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n'],
  ['within the head', 'HTTP/1.1 200 OK\r\n'],
])('a connection that closes %s never looks complete', (_, text) => {
  expect(() => parse(text, 7)).toThrow('cut')
})

test('what comes without having been asked for is refused', () => {
  const parser = new ResponseParser({ head() {}, body() {}, done() {} })
  expect(() => parser.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('nobody asked for')
})
