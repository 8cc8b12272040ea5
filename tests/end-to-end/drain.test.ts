import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'
import { createScriptedUpstream } from '@gatehouse/providers'
import { headsFileOf } from '@gatehouse/server'
import { createEmbeddedStore, loadMasterKey } from '@gatehouse/storage'
import { afterEach, expect, test } from 'vitest'
import { spawnServer, temporaryPlace } from './server-process.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server in a process of its own before two vendors: one whose answers end soon, and one whose answers go on. */
async function house(environment: Record<string, string>) {
  const place = temporaryPlace()
  closing.push(place.remove)
  const short = await createScriptedUpstream({ chunks: 30, delay: 40 })
  const endless = await createScriptedUpstream({ chunks: 5_000, delay: 40 })
  closing.push(short.close, endless.close)
  mkdirSync(place.home, { recursive: true })
  const config = join(place.home, 'models.json')
  const declared = [
    { kind: 'Provider', name: 'short', spec: { use: 'provider.openai-compatible', config: { baseUrl: `${short.origin}/v1` } } },
    { kind: 'Provider', name: 'endless', spec: { use: 'provider.openai-compatible', config: { baseUrl: `${endless.origin}/v1` } } },
    { kind: 'Route', name: 'short', spec: { models: ['short'], targets: [{ provider: 'short', model: 'text' }] } },
    { kind: 'Route', name: 'silent', spec: { models: ['silent'], targets: [{ provider: 'endless', model: 'stall' }] } },
    { kind: 'Route', name: 'endless', spec: { models: ['endless'], targets: [{ provider: 'endless', model: 'text' }] } },
  ].map(({ kind, name, spec }) => JSON.stringify({ apiVersion: 'gatehouse/v1', kind, metadata: { name }, spec }))
  writeFileSync(config.replace('json', 'yaml'), declared.join('\n---\n'))
  const server = await spawnServer(place, ['--config', config.replace('json', 'yaml')], environment)
  closing.push(server.kill)
  const key = /(gh-\w+)/.exec(server.output)![1]!
  const ask = async (model: string, stream = true) => {
    const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Tell me a long story.' }] }),
    })
    return { id: reply.headers.get('x-gatehouse-trace')!, status: reply.status, text: reply.text() }
  }
  return { place, server, endless, ask }
}

async function recordsOf(place: { data: string; home: string }): Promise<Map<string, CallRecord>> {
  await using store = await createEmbeddedStore({
    directory: place.data,
    masterKey: loadMasterKey({ environment: {}, configDirectory: place.home }),
    headsFile: headsFileOf({ ...place, environment: {} }),
  })
  expect((await store.audit.verify()).intact).toBe(true)
  const { items } = await store.calls.list({ project: 'default', limit: 500 })
  return new Map(items.map((item) => [item.id, item]))
}

const refused = (url: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
    socket.unref()
  })

test('told to stop, a server lets answers finish, cuts those that take too long with an error, and loses no record', async () => {
  const { place, server, endless, ask } = await house({ GATEHOUSE_DRAIN_LIMIT: '4' })
  const before = await ask('short')
  expect((await before.text).trimEnd()).toMatch(/\[DONE\]$/)
  const [finishing, cut, nested] = await Promise.all([ask('short'), ask('endless'), ask('app/handbook')])
  const waiting = ask('silent', false) // nothing of it has begun to go out when the server stops
  while (endless.open < 2) await new Promise((resolve) => setTimeout(resolve, 10)) // on its way, not in a connection that counts as idle
  const stopped = server.stop()
  while (!(await refused(server.dataUrl))) await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await finishing.text).trimEnd()).toMatch(/\[DONE\]$/)
  const last = (await cut.text).trimEnd().split('\n\n').at(-1)!
  expect(JSON.parse(last.slice('data: '.length))).toMatchObject({
    error: { code: 'overloaded', message: 'the server is stopping; ask again' },
  })
  const late = await waiting
  expect([late.status, JSON.parse(await late.text)]).toMatchObject([503, { error: { code: 'overloaded' } }])
  expect(await stopped).toBe(0)
  expect(endless.open).toBe(0)

  const records = await recordsOf(place)
  expect(records.get(before.id)?.end).toBe('complete')
  expect(records.get(finishing.id)?.end).toBe('complete')
  expect(records.get(nested.id)?.end).toBe('complete')
  expect(records.get(cut.id)).toMatchObject({ end: 'failed', error: { code: 'overloaded' }, status: 200 })
  expect(records.get(late.id)).toMatchObject({ end: 'failed', error: { code: 'overloaded' }, status: 503 })
})

test('while others notice, calls are still taken on connections that then end, and readiness is off', async () => {
  const { server, ask } = await house({ GATEHOUSE_DRAIN_DELAY: '2' })
  expect((await fetch(`${server.dataUrl}/readyz`)).status).toBe(200)
  const stopped = server.stop()
  let ready = await fetch(`${server.dataUrl}/readyz`)
  while (ready.status === 200) ready = await fetch(`${server.dataUrl}/readyz`)
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'draining', checks: { store: 'ok' } }])
  expect(ready.headers.get('connection')).toBe('close')
  expect((await (await ask('short')).text).trimEnd()).toMatch(/\[DONE\]$/)
  expect(await stopped).toBe(0)
})

test('told twice, it ends at once', async () => {
  const { server, ask } = await house({})
  const cut = (await ask('endless')).text.catch(() => 'cut')
  const stopped = server.stop()
  while (!(await refused(server.dataUrl))) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await Promise.all([server.stop(), stopped, cut])).toEqual([1, 1, 'cut'])
})

test('a connection that says nothing keeps no server from stopping', async () => {
  const { server } = await house({})
  const { hostname, port } = new URL(server.dataUrl)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  expect(await server.stop()).toBe(0)
})

test('closed, it leaves nothing behind that keeps the process', async () => {
  const place = temporaryPlace()
  closing.push(place.remove)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start-and-close.ts'), place.data, place.home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closing.push(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (read) => {
    said += read
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  expect([code, said]).toEqual([0, 'closed\n'])
})
