import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const kilobyte = 1000

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/start.ts'), '--build-only'], {
    stdio: 'ignore',
    env: { ...process.env, NODE_ENV: 'production' },
  })
}, 120_000)

/** The scripts a page cannot start without: those it names, what they import, and the larger table of texts. */
function shellOf(app: string): string[] {
  const dist = join(root, 'apps', app, 'dist')
  const named = [...readFileSync(join(dist, 'index.html'), 'utf8').matchAll(/assets\/([^"]+\.js)"/g)].map(([, file = '']) => file)
  const found = new Set<string>()
  const visit = (file: string) => {
    if (found.has(file)) return
    found.add(file)
    const text = readFileSync(join(dist, 'assets', file), 'utf8')
    for (const [, next = ''] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) visit(next)
  }
  named.forEach(visit)
  const texts = readdirSync(join(dist, 'assets')).filter((file) => /^(en|zh)-.*\.js$/.test(file))
  const [largest = ''] = texts.toSorted((a, b) => statSync(join(dist, 'assets', b)).size - statSync(join(dist, 'assets', a)).size)
  expect(texts).toHaveLength(2)
  visit(largest)
  return [...found].map((file) => join(dist, 'assets', file))
}

test.each(['console', 'chat'])('the shell of the %s is at most 160 KB, compressed', (app) => {
  const shell = shellOf(app)
  const size = shell.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0)
  expect(shell.length).toBeGreaterThan(0)
  expect(size / kilobyte).toBeGreaterThan(50)
  expect(size / kilobyte).toBeLessThanOrEqual(160)
})
