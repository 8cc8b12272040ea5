import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStaticFiles } from './static-files.ts'

let folder: string
let server: Server
let url: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-pages-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(folder, 'assets/app-1.js'), `console.log('${'a'.repeat(2000)}')`)
  writeFileSync(join(folder, '.source-hash'), 'x')
  const files = createStaticFiles(folder, '/console')
  server = createServer((request, response) => {
    if (!files.serve(request.url ?? '', request.headers['accept-encoding'] ?? '', response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a path of the app answers the page, under a policy that lets nothing in from elsewhere', async () => {
  for (const path of ['/console', '/console/', '/console/traces']) {
    const reply = await fetch(url + path)
    expect(await reply.text()).toContain('<title>page</title>')
    const policy = reply.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(reply.headers.get('cache-control')).toBe('no-cache')
  }
})

test('a built file is compressed for who takes it, and kept for good', async () => {
  const reply = await fetch(`${url}/console/assets/app-1.js`, { headers: { 'accept-encoding': 'br' } })
  expect(reply.headers.get('content-encoding')).toBe('br')
  expect(reply.headers.get('cache-control')).toContain('immutable')
  expect(await reply.text()).toContain('aaaa')
})

test('nothing else is served: no hidden file, no way up, no other app', async () => {
  for (const path of [
    '/console/.source-hash',
    '/console/../package.json',
    '/console/%2e%2e/package.json',
    '/console/assets/none.js',
    '/consoles',
    '/',
  ])
    expect((await fetch(url + path)).status).toBe(404)
})
