import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, key } from './assembly.ts'

let house: Assembly
beforeAll(async () => {
  house = await assemble()
})
afterAll(() => house.close())

const sha = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const sent = () => house.upstream.requests.at(-1)!.body
const question = { role: 'user', content: 'How many days – 多少天?' }

test('a request in which nothing has to change reaches the vendor byte for byte', async () => {
  const body = `{ "messages" : [ ${JSON.stringify(question)} ],\n\t"model":"text", "max_tokens":7, "vendor_field" : {"deep": [1, 2.50, 1e3]} }`
  await (await house.chat(body)).text()
  expect(sha(sent())).toBe(sha(body))
  const streamed = `{"model":"text","messages":[${JSON.stringify(question)}],"stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9}`
  await (await house.chat(streamed)).text()
  expect(sha(sent())).toBe(sha(streamed))
})

test('only the model is spliced in when only the model changes, whatever else is called model', async () => {
  const body = `{"messages":[{"role":"user","content":"{\\"model\\":\\"assistant\\"}","model":"assistant"}],"metadata":{"model":"assistant"}, "model" : "assistant" ,"max_tokens":7,"x":2.50}`
  await (await house.chat(body)).text()
  expect(sent()).toBe(body.replace('"model" : "assistant"', '"model" : "text"'))
})

test('a limit and the wish for usage go in front, and nothing else moves', async () => {
  const body = `{"model":"text","messages":[${JSON.stringify(question)}],"stream":true,"tools":[{"type":"function","function":{"name":"f","parameters":{"n":1.0}}}]}`
  await (await house.chat(body)).text()
  expect(sent()).toBe(`{"max_tokens":4096,"stream_options":{"include_usage":true},${body.slice(1)}`)
})

test('a complete answer and a stream arrive byte for byte', async () => {
  const direct = async (body: unknown) =>
    (await fetch(`${house.upstream.origin}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })).text()
  for (const body of [
    { model: 'text', messages: [question] },
    { model: 'text', messages: [question], stream: true },
    { model: 'tools', messages: [question] },
    { model: 'huge', messages: [question] },
  ])
    expect(sha(await (await house.chat(body)).text())).toBe(sha(await direct(body)))
})

test('a streamed tool call arrives byte for byte but for its id, which then stands on every delta', async () => {
  const body = { model: 'tools', messages: [question], stream: true }
  const theirs = await (await fetch(`${house.upstream.origin}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })).text()
  const stamped = theirs.replace('"Linz\\"}"}}', '"Linz\\"}"},"id":"call_1"}')
  expect(stamped).not.toBe(theirs)
  expect(await (await house.chat(body)).text()).toBe(stamped)
})

test('CRLF framing and event lines are rewritten to the one form every client reads', async () => {
  const text = await (await house.chat({ model: 'crlf', messages: [question], stream: true })).text()
  expect(text).not.toContain('\r')
  for (const block of text.split('\n\n').filter(Boolean)) expect(block).toMatch(/^data: (\{.*\}|\[DONE\])$/)
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('a stream that was finished without [DONE] gets one', async () => {
  const text = await (await house.chat({ model: 'no-done', messages: [question], stream: true })).text()
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  expect(house.journal.records.at(-1)).toMatchObject({ end: 'complete', finish: 'stop' })
})

test('a complete answer to a call for a stream is streamed', async () => {
  const text = await (await house.chat({ model: 'json-for-stream', messages: [question], stream: true })).text()
  expect(text).toContain('"delta":{"role":"assistant","content":"The scripted vendor answers')
  expect(text).toContain('"finish_reason":"stop"')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('our own credential goes out and headers that claim an identity do not', async () => {
  const headers = { 'x-mse-consumer': 'admin', 'x-forwarded-user': 'root', 'x-gatehouse-user': 'root', cookie: 'session=1' }
  await (await house.chat({ model: 'text', messages: [question] }, headers)).text()
  const got = house.upstream.requests.at(-1)!.headers
  expect(got.authorization).toBe('Bearer vendor-secret')
  for (const name of Object.keys(headers)) expect(got[name]).toBeUndefined()
})

test('a silent stream is kept alive by comments in blocks of their own, never inside a frame', async () => {
  const quiet = await assemble({ keepAlive: 30, delay: 120, chunks: 4 })
  const text = await (await quiet.chat({ model: 'text', messages: [question], stream: true })).text()
  await quiet.close()
  expect(text).toContain(': ping\n\n')
  for (const block of text.split('\n\n').filter(Boolean)) expect(block).toMatch(/^(: ping|data: .*)$/)
})

test('one read from the vendor is one write to the caller', async () => {
  const pieces: string[] = []
  await new Promise<void>((resolve, reject) => {
    const call = httpRequest(
      `${house.url}/v1/chat/completions`,
      { method: 'POST', headers: { authorization: `Bearer ${key}` } },
      (response) => {
        response.on('data', (piece: Buffer) => pieces.push(piece.toString()))
        response.on('end', resolve)
      },
    )
    call.on('error', reject)
    call.end(JSON.stringify({ model: 'slow', messages: [question], stream: true, stream_options: { include_usage: true }, max_tokens: 5 }))
  })
  expect(pieces.length).toBeGreaterThanOrEqual(20)
  for (const piece of pieces) expect(piece).toMatch(/^data: [\s\S]*\n\n$/)
})
