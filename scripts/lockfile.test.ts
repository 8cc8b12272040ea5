import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Entry {
  version?: string
  integrity?: string
  link?: boolean
  inBundle?: boolean
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
}

const root = join(import.meta.dirname, '..')
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }
const entries = Object.entries(packages)

/** Where Node would find `name` from `path`: the nearest node_modules upwards. */
function entryFor(path: string, name: string): Entry | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) {
    const entry = packages[`${at}${at && '/'}node_modules/${name}`]
    if (entry || !at) return entry
  }
}

test('every platform sibling is locked with its integrity, so that each machine installs the same', () => {
  const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !entryFor(path, name)?.integrity)
      .map((name) => `${path || 'the root'} wants ${name}`),
  )
  const wanted = entries.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies))
  expect(wanted.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})

test('every foreign package is locked with its integrity', () => {
  const foreign = entries.filter(([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle)
  expect(foreign.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([])
})

test('no package needs an install script', () => {
  expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([])
})

test('the lockfile names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/)
})

test('every dependency is pinned exactly, and nowhere at two versions', () => {
  const manifests = globSync('{.,packages/*,apps/*}/package.json', { cwd: root })
  const wanted = manifests.flatMap((file) => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
      string,
      Record<string, string>
    >
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
  })
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const versions = Map.groupBy(wanted, ([name]) => name)
  const differing = [...versions].filter(([, uses]) => new Set(uses.map(([, version]) => version)).size > 1)
  expect(differing.map(([name]) => name)).toEqual([])
})

test('the lockfile says what the manifests say', () => {
  for (const file of globSync('{.,packages/*,apps/*}/package.json', { cwd: root })) {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>
    const folder = file
      .replaceAll('\\', '/')
      .replace(/\/?package\.json$/, '')
      .replace(/^\.$/, '')
    const locked = packages[folder] as Record<string, unknown> | undefined
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      expect(locked?.[kind], `${file} ${kind}`).toEqual(manifest[kind])
  }
})
