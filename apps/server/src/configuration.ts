import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Kind, Resource } from '@gatehouse/contracts'
import { AppError, type Declared, type Problem, parseDeclared, type Resources, refuse } from '@gatehouse/kernel'
import { parseAllDocuments } from 'yaml'

/** Reads all declared resources of a YAML file or of the *.yaml files below a directory; throws one error with everything that is wrong. */
export async function readDeclared(path: string): Promise<Declared[]> {
  const found: Found = { declared: [], problems: [] }
  for (const file of await yamlFiles(path)) takeFile(await readFile(file, 'utf8'), file, relative(path, file) || file, found)
  found.problems.push(...duplicates(found.declared))
  if (found.problems.length) throw refuse(`${path} is not in order`, found.problems)
  return found.declared
}

interface Found {
  readonly declared: Declared[]
  readonly problems: Problem[]
}

function takeFile(text: string, file: string, name: string, { declared, problems }: Found): void {
  for (const [at, document] of parseAllDocuments(text, { prettyErrors: true }).entries()) {
    const where = `${name}#${at + 1}`
    problems.push(...document.errors.map(({ message }) => ({ path: where, message })))
    const value: unknown = document.errors.length ? undefined : document.toJS({ maxAliasCount: 50 })
    if (value === null || value === undefined) continue
    const parsed = parseDeclared(value, where)
    if ('declared' in parsed) declared.push(besideFile(parsed.declared, file))
    else problems.push(...parsed.problems)
  }
}

/** Folder and manifest that a source names count from the file that names them, not from where the server was started. */
function besideFile(declared: Declared, file: string): Declared {
  if (declared.kind !== 'KnowledgeBase') return declared
  const { spec } = declared as Declared<'KnowledgeBase'>
  const beside = (path: unknown) => (typeof path === 'string' ? resolve(dirname(file), path) : path)
  const sources = spec.sources.map(({ use, config }) => ({
    use,
    config: Object.fromEntries(
      Object.entries(config).map(([name, value]) => [name, name === 'path' || name === 'manifest' ? beside(value) : value]),
    ),
  }))
  return { ...declared, spec: { ...spec, sources } }
}

async function yamlFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause) => {
    throw new AppError('invalid_request', `${path} cannot be read: there is no such file or directory`, { cause })
  })
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

function duplicates(declared: readonly Declared[]): Problem[] {
  const seen = new Set<string>()
  return declared.flatMap(({ kind, project, name }) => {
    const key = `${kind}/${project}/${name}`
    const twice = seen.has(key)
    seen.add(key)
    return twice ? [{ path: key, message: 'is declared twice' }] : []
  })
}

/** References first: what a later kind names exists when it is put. */
const order: readonly Kind[] = ['Group', 'User', 'Policy', 'Provider', 'Tool', 'KnowledgeBase', 'Route', 'App', 'Consumer']

/** What the store would hold after `applyDeclared`: compiled first, so that a broken set never replaces a good one. */
export function asApplied(present: readonly Resource[], declared: readonly Declared[]): Resource[] {
  const key = ({ kind, project, name }: { kind: Kind; project: string; name: string }) => `${kind}/${project}/${name}`
  const kept = new Map(present.filter(({ managedBy }) => managedBy !== 'file').map((resource) => [key(resource), resource]))
  const known = new Map(present.map((resource) => [key(resource), resource]))
  for (const each of declared) {
    if (kept.has(key(each))) continue
    const { id = key(each), version = 0, createdAt = 0, updatedAt = 0 } = known.get(key(each)) ?? {}
    kept.set(key(each), { ...each, id, version, createdAt, updatedAt, managedBy: 'file' })
  }
  return [...kept.values()]
}

/**
 * Makes the store hold what the files declare: puts what changed, removes what an earlier start declared and this one does not.
 * Touches only resources managed by files; one managed by the console or the API under the same name is left alone and named in the result.
 */
export async function applyDeclared(
  resources: Resources,
  declared: readonly Declared[],
): Promise<{ put: number; removed: number; kept: string[] }> {
  const kept: string[] = []
  let put = 0
  for (const { kind, project, name, spec } of [...declared].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    const present = await resources.get(kind, project, name)
    if (present && present.managedBy !== 'file') kept.push(`${kind}/${name}`)
    else if (!present || JSON.stringify(present.spec) !== JSON.stringify(spec)) {
      await resources.put({ kind, project, name, spec, managedBy: 'file' }, 'system')
      put++
    }
  }
  const wanted = new Set(declared.map(({ kind, project, name }) => `${kind}/${project}/${name}`))
  let removed = 0
  for (const kind of [...order].reverse())
    for (const { project, name, managedBy } of await resources.list(kind))
      if (managedBy === 'file' && !wanted.has(`${kind}/${project}/${name}`)) {
        await resources.remove(kind, project, name, 'system')
        removed++
      }
  return { put, removed, kept }
}
