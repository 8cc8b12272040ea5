/** The house as a test: who may import whom, who declares what, and who may reach a vendor. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Each room, and the packages it may import. Reading order is layer order: a room only knows those above it. */
const mayImport: Record<string, readonly string[]> = {
  'packages/contracts': [],
  'packages/kernel': ['contracts'],
  'packages/sdk': ['contracts'],
  'packages/storage': ['contracts', 'kernel'],
  'packages/providers': ['contracts', 'kernel'],
  'packages/guards': ['contracts', 'kernel'],
  'packages/ui': ['contracts', 'sdk'],
  'packages/gateway': ['contracts', 'kernel'],
  'packages/knowledge': ['contracts', 'kernel'],
  'packages/workflow': ['contracts', 'kernel'],
  'packages/admin': ['contracts', 'kernel'],
  'apps/server': ['contracts', 'kernel', 'storage', 'providers', 'guards', 'gateway', 'knowledge', 'workflow', 'admin'],
  'apps/console': ['contracts', 'sdk', 'ui'],
  'apps/chat': ['contracts', 'sdk', 'ui'],
  'apps/cli': ['contracts', 'sdk', 'server'],
}
const rooms = Object.keys(mayImport)

/** Who may open a connection, and why the rule lets it: everyone else asks a port. */
const mayUseUndici = ['packages/providers', 'apps/server']
const mayUseFetch = ['packages/providers', 'packages/sdk', 'packages/ui', 'apps/server', 'apps/console', 'apps/chat', 'apps/cli']
const mayConnect = ['packages/providers', 'packages/storage', 'apps/server']

interface Source {
  file: string
  text: string
  isTest: boolean
}

interface Import {
  file: string
  isTest: boolean
  specifier: string
  isLazy: boolean
  isType: boolean
}

const root = import.meta.dirname
const isTest = (file: string) => /\.test\.tsx?$|(^|\/)(fixtures|conformance)\//.test(file)
const inRoom = (room: string, pattern: string) =>
  globSync(`${room}/${pattern}`, { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => !file.includes('node_modules/') && !file.includes('/dist/'))

const sourcesOf = (room: string): Source[] =>
  inRoom(room, '**/*.{ts,tsx}').map((file) => ({ file, text: readFileSync(join(root, file), 'utf8'), isTest: isTest(file) }))

const clause = /^[ \t]*(import|export)\s+(type\s+)?(?:[\w$*{][^'"`;=()]*?from\s*)?['"]([^'"\n]+)['"]/gm
const call = /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g

const importsIn = ({ file, text, isTest }: Source): Import[] => [
  ...[...text.matchAll(clause)].map((match) => ({
    file,
    isTest,
    specifier: match[3] ?? '',
    isLazy: false,
    isType: match[2] !== undefined,
  })),
  ...[...text.matchAll(call)].map((match) => ({ file, isTest, specifier: match[1] ?? '', isLazy: true, isType: false })),
]

const importsOf = (room: string) => sourcesOf(room).flatMap(importsIn)

const ours = (specifier: string) => /^@gatehouse\/([\w-]+)/.exec(specifier)?.[1]
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const isThirdParty = (specifier: string) => !/^(\.|node:|virtual:|@gatehouse\/)/.test(specifier)
const nameOf = (room: string) => room.slice(room.indexOf('/') + 1)
const show = ({ file, specifier }: Import) => `${file} imports ${specifier}`
const unique = (names: readonly string[]) => [...new Set(names)].sort()

interface Manifest {
  exports?: Record<string, string>
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
const runtimeOf = ({ dependencies, peerDependencies, optionalDependencies }: Manifest) =>
  Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
const declaredBy = (manifest: Manifest) => [...runtimeOf(manifest), ...Object.keys(manifest.devDependencies ?? {})]

test('the table names every room there is', () => {
  const found = globSync('{packages,apps}/*/package.json', { cwd: root }).map((file) => dirname(file).split(sep).join('/'))
  expect(found.sort()).toEqual([...rooms].sort())
})

test('the reading order is a layer order', () => {
  const names = rooms.map(nameOf)
  for (const [index, room] of rooms.entries())
    for (const target of mayImport[room] ?? []) expect(names.indexOf(target), `${room} may not sit above ${target}`).toBeLessThan(index)
})

test('every way of importing is seen', () => {
  const text = [
    `import { a } from 'one'`,
    `import {\n  b,\n  type C,\n} from "two"`,
    `import type { D } from 'three'`,
    `import 'four'`,
    `export * from 'five'`,
    `export type { E } from 'six'`,
    `import f, * as g from 'seven'`,
    `const h = await import('eight')`,
    `import $ from 'nine'`,
    `export const from = 'not this'`,
  ].join('\n')
  const seen = importsIn({ file: 'a.ts', text, isTest: false }).map(({ specifier }) => specifier)
  expect(seen).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'nine', 'eight'])
})

describe.each(rooms)('%s', (room) => {
  const allowed = mayImport[room] ?? []
  const imports = importsOf(room)
  const manifest = manifestOf(room)

  test('has source of its own', () => {
    // a gate over an empty room would pass blind
    const written = sourcesOf(room).filter(
      ({ file, text, isTest }) => file.startsWith(`${room}/src/`) && !isTest && text.trim() !== 'export {}',
    )
    expect(written.length).toBeGreaterThan(0)
  })

  test(`imports only ${allowed.join(', ') || 'none of our packages'}`, () => {
    const wrong = imports.filter(({ specifier }) => {
      const target = ours(specifier)
      return target !== undefined && !allowed.includes(target)
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('reaches into no other room by path, and into no package beyond its public face', () => {
    const escapes = ({ file, specifier }: Import) =>
      specifier.startsWith('.') && !resolve(root, dirname(file), specifier).startsWith(join(root, room) + sep)
    const isPublic = (name: string, path: string) => `./${path}` in (manifestOf(`packages/${name}`).exports ?? {})
    const deep = ({ specifier }: Import) => {
      const [, name, path] = /^@gatehouse\/([\w-]+)\/(.+)/.exec(specifier) ?? []
      return name !== undefined && path !== undefined && !specifier.endsWith('.css') && !isPublic(name, path)
    }
    expect(imports.filter((one) => escapes(one) || deep(one)).map(show)).toEqual([])
  })

  test('declares exactly the packages of this house it imports', () => {
    const imported = unique(imports.flatMap(({ specifier }) => ours(specifier) ?? []))
    const declared = unique(declaredBy(manifest).flatMap((name) => ours(name) ?? []))
    expect(declared).toEqual(imported)
  })

  test('declares every foreign package it imports', () => {
    const runtime = runtimeOf(manifest)
    const development = [...declaredBy(manifest), ...declaredBy(manifestOf('.'))]
    const isDeclared = ({ file, specifier, isTest, isType }: Import) => {
      const name = packageOf(specifier)
      const types = `@types/${name.replace('@', '').replace('/', '__')}`
      if (isTest || isType || file.endsWith('.config.ts')) return development.includes(name) || development.includes(types)
      return runtime.includes(name)
    }
    expect(
      imports
        .filter(({ specifier }) => isThirdParty(specifier))
        .filter((one) => !isDeclared(one))
        .map(show),
    ).toEqual([])
  })
})

test('the command line loads the server only when it serves', () => {
  const eager = importsOf('apps/cli').filter(
    ({ specifier, isLazy, isType, isTest }) => ours(specifier) === 'server' && !isLazy && !isType && !isTest,
  )
  expect(eager.map(show)).toEqual([])
})

describe('only the providers open a connection to a vendor', () => {
  const product = (room: string) => sourcesOf(room).filter(({ isTest }) => !isTest)
  const client = /\bimport\s+(?!type\b)([^'"]*?)\s*from\s*['"]node:(https?|http2|net|tls|dgram)['"]/g
  const opensConnection = /\b(request|get|connect|createConnection|createSocket|Agent|Socket|TLSSocket|ClientRequest)\b/
  const wholeModule = /^(\*\s+as\s+)?[\w$]+\s*(,|$)/

  const clientImports = ({ file, text }: Source) =>
    [...text.matchAll(client)]
      .filter(([, names = '']) => opensConnection.test(names) || wholeModule.test(names))
      .map(([, names, from]) => `${file} imports ${names} from node:${from}`)

  /** Calls of the global, not of a method or a parameter that happens to have the name. */
  const fetchCalls = ({ file, text }: Source) =>
    text
      .split('\n')
      .map((line) => line.replace(/^\s*(\*|\/\/|\/\*).*/, ''))
      .flatMap((line, index) =>
        /(?<![\w.$])fetch\(|\b(globalThis|window|self)\.fetch\b|\bnew (WebSocket|EventSource)\(/.test(line) ? [`${file}:${index + 1}`] : [],
      )

  test('undici is imported by the providers, and by the server that wires their transport', () => {
    const users = rooms.filter((room) => !mayUseUndici.includes(room))
    const wrong = users.flatMap(importsOf).filter(({ specifier, isTest }) => packageOf(specifier) === 'undici' && !isTest)
    expect(wrong.map(show)).toEqual([])
  })

  test('the global fetch is called by no room behind the gateway', () => {
    const rest = rooms.filter((room) => !mayUseFetch.includes(room))
    expect(rest.flatMap(product).flatMap(fetchCalls)).toEqual([])
  })

  test("Node's own clients are used where a connection is the room's job", () => {
    const rest = rooms.filter((room) => !mayConnect.includes(room))
    expect(rest.flatMap(product).flatMap(clientImports)).toEqual([])
  })

  test('the two searches find what they look for', () => {
    const source = (text: string): Source => ({ file: 'a.ts', text, isTest: false })
    expect(fetchCalls(source(`const a = await fetch('x')`))).toHaveLength(1)
    expect(fetchCalls(source(`const a = await this.fetch('x')\n// fetch('x')`))).toHaveLength(0)
    expect(clientImports(source(`import { request } from 'node:http'`))).toHaveLength(1)
    expect(clientImports(source(`import http from 'node:https'`))).toHaveLength(1)
    expect(clientImports(source(`import { createServer } from 'node:http'`))).toHaveLength(0)
    expect(clientImports(source(`import type { Agent } from 'node:http'`))).toHaveLength(0)
  })
})
