import { readFile } from 'node:fs/promises'
import { createKey } from '@gatehouse/admin'
import { refuse, type SecretSources, type Secrets } from '@gatehouse/kernel'
import { createEmbeddedStore, createPostgresStore, loadMasterKey, type ServerStore } from '@gatehouse/storage'
import { applyDeclared, asApplied, readDeclared } from './configuration.ts'
import { unknownNames } from './declared-names.ts'
import { ensureDefaults } from './defaults.ts'
import { type CompileEverything, compileAll, listResources } from './live-configuration.ts'
import type { Logger } from './log.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { openBlobs } from './open-blobs.ts'
import { headsFileOf, type ServeOptions } from './options.ts'
import { processName } from './process-name.ts'
import { sampleKey, sampleResources } from './sample.ts'
import { undeclaredBases } from './undeclared-bases.ts'

/** The store of the data directory, or the database that several servers share; refuses a wrong key, a locked directory and a newer store. */
export async function openStore(options: ServeOptions): Promise<ServerStore> {
  const { data, home, environment, storeUrl } = options
  const common = {
    directory: data,
    masterKey: loadMasterKey({ environment, configDirectory: home, dataDirectory: data }),
    headsFile: headsFileOf(options),
    redactor: new URL('./content-redactor.ts', import.meta.url),
    blobs: await openBlobs(options),
  }
  return storeUrl === undefined ? createEmbeddedStore(common) : createPostgresStore({ ...common, url: storeUrl })
}

/** What is declared for this start is in the store afterwards. Returns the sample consumer's key when it was made just now. */
export async function seed(
  options: ServeOptions,
  store: ServerStore,
  compiling: CompileEverything,
  log: Logger,
): Promise<string | undefined> {
  if (!store.isShared) return apply(options, store, compiling, log)
  // a server that declares nothing leaves alone what the others declared
  const work = () => (options.sample || options.config ? apply(options, store, compiling, log) : ensureDefaults(store.resources))
  return oneAtATime(store.jobs, 'seed', processName, async () => (await work()) ?? undefined)
}

async function apply(options: ServeOptions, store: ServerStore, compiling: CompileEverything, log: Logger): Promise<string | undefined> {
  const { resources, secrets } = store
  let made: string | undefined
  if (options.sample && !(await secrets.get(sampleKey))) {
    made = createKey('model').key
    await secrets.put(sampleKey, made)
  }
  const declared = [
    ...(options.sample ? await sampleResources(options.sample, options.environment) : []),
    ...(options.config ? await readDeclared(options.config) : []),
  ]
  // before: what is declared may name them; after: what was declared once and no longer is, comes back
  await ensureDefaults(resources, declared)
  const undeclared = await undeclaredBases(store, declared)
  const wanted = [...declared, ...undeclared]
  const all = asApplied(await listResources(resources), wanted)
  const unknown = unknownNames(declared, all)
  if (unknown.length) throw refuse('the configuration is not in order', unknown)
  await compileAll(all, compiling)
  const { kept } = await applyDeclared(resources, wanted)
  if (kept.length) log.warn({ kept }, 'declared in a file but managed in the console; take them over there to let the file decide')
  if (undeclared.length)
    log.warn(
      { kept: undeclared.map(({ name }) => `KnowledgeBase/${name}`) },
      'no longer declared, and kept because they hold documents: declare them again, or remove their documents',
    )
  await ensureDefaults(resources)
  return made
}

/** Where secret references of this server lead. */
export const secretSources = ({ environment }: ServeOptions, secrets: Secrets): SecretSources => ({
  environment,
  readFile: (path: string) => readFile(path, 'utf8'),
  stored: (id: string) => secrets.get(id),
})
