import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve, sep } from 'node:path'
import type { ServeOptions } from '@gatehouse/server'
import { masterKeyFile } from './places.ts'
import type { ServerFace } from './server-face.ts'
import { nameOf } from './store-place.ts'

/** One line of the doctor: what was looked at, how it is, and what to do when it is not well. */
export interface Check {
  readonly name: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly message: string
  readonly advice?: string
}
export interface Surroundings {
  /** As `serve` would be told. */
  readonly place: ServeOptions
  readonly nodeVersion: string
  readonly ports: readonly { readonly name: string; readonly port: number }[]
  /** The root of the installation, where the web apps are built. */
  readonly root: string
  readonly server: Pick<ServerFace, 'loadMasterKey' | 'headsFileOf' | 'checkBlobs'> & {
    readonly installation: Pick<ServerFace['installation'], 'status' | 'verifyAudit'>
  }
}
type Told = Omit<Check, 'name'>

const ok = (message: string): Told => ({ level: 'ok', message })
const warn = (message: string, advice: string): Told => ({ level: 'warn', message, advice })
const fail = (message: string, advice: string): Told => ({ level: 'fail', message, advice })

const storeFile = ({ place }: Surroundings) => join(place.data, 'store.db')
const isInside = (path: string, directory: string) => resolve(path).startsWith(resolve(directory) + sep)
const others = 0o077
const leastSpace = 1024 * 1024 * 1024

/** In this order; none changes anything. */
const checks: readonly (readonly [name: string, check: (around: Surroundings) => Told | Promise<Told>])[] = [
  ['node', checkNode],
  ['data directory', checkData],
  ['free space', checkSpace],
  ['lock', checkLock],
  ['master key', checkMasterKey],
  ['audit heads', checkHeads],
  ['store', checkStore],
  ['blobs', checkBlobs],
  ['ports', checkPorts],
  ['web apps', checkWebApps],
  ['providers', checkProviders],
]

/** A check that breaks is a failed check, never the end of the others. */
export async function examine(around: Surroundings): Promise<Check[]> {
  const results: Check[] = []
  for (const [name, check] of checks) {
    let told: Told
    try {
      told = await check(around)
    } catch (thrown) {
      told = fail(thrown instanceof Error ? thrown.message : String(thrown), 'see the troubleshooting page of the guide')
    }
    results.push({ name, ...told })
  }
  return results
}

function checkNode({ nodeVersion }: Surroundings): Told {
  return Number(nodeVersion.split('.')[0]) >= 24
    ? ok(nodeVersion)
    : fail(`${nodeVersion}, needs 24 or newer`, 'start with "npm run gatehouse -- …", which brings its own')
}

function checkData({ place: { data } }: Surroundings): Told {
  const found = statSync(data, { throwIfNoEntry: false })
  if (!found) return warn(`${data} does not exist yet`, '"gatehouse serve" makes it')
  if (!found.isDirectory()) return fail(`${data} is not a directory`, 'name another one with --data')
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return fail(`${data} cannot be written by this user`, `give it to this user, or name another one with --data`)
  }
  if (process.platform !== 'win32' && (found.mode & others) !== 0)
    return warn(`other users of this machine may look into ${data}`, `chmod 700 ${data}`)
  return ok(data)
}

function checkSpace({ place: { data } }: Surroundings): Told {
  const { bavail, bsize } = statfsSync(existsSync(data) ? data : resolve(data, '..'))
  const free = Number(bavail) * Number(bsize)
  const words = `${(free / leastSpace).toFixed(1)} GiB free`
  if (free < leastSpace / 10) return fail(words, 'make room: a full disk refuses every call')
  return free < leastSpace ? warn(words, 'make room: a full disk refuses every call') : ok(words)
}

function checkLock(around: Surroundings): Told {
  const running = runningServer(around)
  if (running) return ok(`in use by process ${running.process}${running.address ? ` at ${running.address}` : ''}`)
  return ok('free: no server uses this data directory')
}

/** Who holds the store, as it says itself; a process that died is none. */
function runningServer({ place: { data } }: Surroundings): { process: number; address?: string } | undefined {
  try {
    const note = JSON.parse(readFileSync(join(data, 'running.json'), 'utf8')) as { process: number; address?: string }
    process.kill(note.process, 0) // asks whether it lives
    return note
  } catch {
    return undefined
  }
}

function checkMasterKey(around: Surroundings): Told {
  const { server, place } = around
  const { environment, home, data } = place
  const file = masterKeyFile(environment, home)
  if (file !== undefined && isInside(file, data))
    return fail(`${file} lies in the data directory`, 'move it out: whoever copies the data would have both')
  if (file !== undefined && !existsSync(file)) {
    const named = environment.GATEHOUSE_MASTER_KEY_FILE !== undefined
    if (existsSync(storeFile(around)) || named)
      return fail(`${file} is missing`, 'bring it back from your copy, or set GATEHOUSE_MASTER_KEY: without it the store cannot be opened')
    return warn(`${file} does not exist yet`, 'the first start makes it; keep a copy apart from the data')
  }
  server.loadMasterKey({ environment, configDirectory: home, dataDirectory: data })
  return ok(file === undefined ? 'from GATEHOUSE_MASTER_KEY' : `${file}, readable by this user only`)
}

function checkHeads(around: Surroundings): Told {
  const file = around.server.headsFileOf(around.place)
  if (isInside(file, around.place.data))
    return fail(`${file} lies in the data directory`, 'set GATEHOUSE_AUDIT_HEADS to a place that who changes the data cannot change')
  if (existsSync(file)) return ok(`${file}, ${readFileSync(file, 'utf8').split('\n').filter(Boolean).length} signed`)
  if (!existsSync(storeFile(around))) return ok(`${file}, from the first minute of the server on`)
  return warn(
    `${file} is missing`,
    'a server makes it within its first minute; if it was there before, bring it back: without it, cut-off records go unnoticed',
  )
}

async function checkStore(around: Surroundings): Promise<Told> {
  const { place, server } = around
  const status = await server.installation.status(place)
  if (status.unfinishedRestore) return fail('a restore into it did not finish', 'run "gatehouse db restore" again: it begins anew')
  if (status.version === 0) return ok(`${nameOf(place)} is empty: nothing was kept here yet`)
  if (status.version > status.newest)
    return fail(`it is of version ${status.version}, this program knows versions up to ${status.newest}`, 'use the program that wrote it')
  const damage = place.storeUrl === undefined ? await damageOf(storeFile(around)) : undefined
  if (damage) return fail(`the database is damaged: ${damage}`, 'stop the server and restore your copy')
  return checkAudit(around)
}

async function damageOf(file: string): Promise<string | undefined> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file, { readOnly: true })
  const [result] = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[]
  database.close()
  return result?.quick_check === 'ok' ? undefined : (result?.quick_check ?? 'it cannot be read')
}

async function checkAudit({ place, server }: Surroundings): Promise<Told> {
  const { data, environment, home } = place
  const key = masterKeyFile(environment, home)
  if (key !== undefined && !existsSync(key))
    return warn('the database is in order; the audit cannot be checked without the master key', 'bring the key back')
  const masterKey = server.loadMasterKey({ environment, configDirectory: home, dataDirectory: data })
  const { intact, problems, chains } = await server.installation.verifyAudit(place, { masterKey })
  if (!intact) return fail(`the audit is not intact: ${problems[0]?.message}`, '"gatehouse audit verify" tells all')
  const records = chains.reduce((sum, chain) => sum + chain.records, 0)
  return ok(`${nameOf(place)} is in order, the audit is intact (${records} records)`)
}

async function checkBlobs({ place, server }: Surroundings): Promise<Told> {
  const { data, blobs, environment } = place
  if (blobs === undefined) return ok('files of the data directory')
  try {
    await server.checkBlobs({ data, blobs, environment })
  } catch (thrown) {
    return fail((thrown as Error).message, 'the object storage page of the guide says what it needs')
  }
  return ok(`${blobs.replace(/\?.*/s, '')} answers`)
}

async function checkPorts(around: Surroundings): Promise<Told> {
  const taken: string[] = []
  for (const { name, port } of around.ports) if (port !== 0 && !(await isFree(around.place.host, port))) taken.push(`${port} (${name})`)
  if (taken.length === 0) return ok(`${around.ports.map(({ name, port }) => `${port} (${name})`).join(' and ')} free`)
  if (runningServer(around)) return ok(`${taken.join(' and ')} in use, and a server of this data directory is running`)
  return warn(
    `${taken.join(' and ')} in use by another program`,
    'stop it, or choose others with --port and --control-port; without these the next free ones are taken',
  )
}

const isFree = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })

function checkWebApps({ root }: Surroundings): Told {
  const missing = ['console', 'chat'].filter((app) => !existsSync(join(root, 'apps', app, 'dist/index.html')))
  return missing.length ? warn(`not built: ${missing.join(', ')}`, 'npm run build') : ok('console and chat are built')
}

const vendors = ['OPENAI_API_KEY', 'DASHSCOPE_API_KEY', 'OLLAMA_HOST']

function checkProviders({ place: { environment } }: Surroundings): Told {
  const set = vendors.filter((name) => environment[name])
  return ok(
    set.length
      ? `${set.join(', ')} set for the sample; declared providers are checked at the start`
      : 'the built-in one, which quotes documents and needs no key',
  )
}
