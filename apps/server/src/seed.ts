import { readFile } from 'node:fs/promises'
import { createKey } from '@gatehouse/admin'
import type { SecretSources, Secrets } from '@gatehouse/kernel'
import { createEmbeddedStore, type EmbeddedStore, loadMasterKey } from '@gatehouse/storage'
import { applyDeclared, asApplied, readDeclared } from './configuration.ts'
import { ensureDefaults } from './defaults.ts'
import { type CompileEverything, compileAll, listResources } from './live-configuration.ts'
import type { Logger } from './log.ts'
import { headsFileOf, type ServeOptions } from './options.ts'
import { sampleKey, sampleResources } from './sample.ts'

/** The embedded store of the data directory; refuses a wrong key, a locked or a newer store. */
export function openStore({ data, home, environment }: ServeOptions): Promise<EmbeddedStore> {
  return createEmbeddedStore({
    directory: data,
    masterKey: loadMasterKey({ environment, configDirectory: home, dataDirectory: data }),
    headsFile: headsFileOf({ data, home, environment }),
    redactor: new URL('./content-redactor.ts', import.meta.url),
  })
}

/** What is declared for this start is in the store afterwards. Returns the sample consumer's key when it was made just now. */
export async function seed(
  options: ServeOptions,
  { resources, secrets }: EmbeddedStore,
  compiling: CompileEverything,
  log: Logger,
): Promise<string | undefined> {
  let made: string | undefined
  if (options.sample && !(await secrets.get(sampleKey))) {
    made = createKey('model').key
    await secrets.put(sampleKey, made)
  }
  const declared = [
    ...(options.sample ? await sampleResources(options.sample, options.environment) : []),
    ...(options.config ? await readDeclared(options.config) : []),
  ]
  await compileAll(asApplied(await listResources(resources), declared), compiling)
  const { kept } = await applyDeclared(resources, declared)
  if (kept.length) log.warn({ kept }, 'declared in a file but managed in the console; take them over there to let the file decide')
  await ensureDefaults(resources)
  return made
}

/** Where secret references of this server lead. */
export const secretSources = ({ environment }: ServeOptions, secrets: Secrets): SecretSources => ({
  environment,
  readFile: (path: string) => readFile(path, 'utf8'),
  stored: (id: string) => secrets.get(id),
})
