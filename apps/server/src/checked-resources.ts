import type { Resource } from '@gatehouse/contracts'
import { AppError, type Resources, toAppError } from '@gatehouse/kernel'
import { listResources } from './live-configuration.ts'

/**
 * Resources as people and programs change them: what would leave a configuration that cannot be in force is refused before it is stored. Stored, it
 * would keep every later change out of force, too, and the next start would fail. What is acknowledged is in force on this server: `refresh` waits for it.
 */
export function checkedResources(
  resources: Resources,
  compile: (all: readonly Resource[]) => Promise<unknown>,
  refresh: () => Promise<void>,
): Resources {
  const problemOf = (all: readonly Resource[]) =>
    compile(all).then(
      () => undefined,
      (thrown: unknown) => toAppError(thrown).message,
    )
  const check = async (others: (resource: Resource) => boolean, made: (before: Resource | undefined) => readonly Resource[]) => {
    const all = await listResources(resources)
    const before = all.find((resource) => !others(resource))
    const problem = await problemOf([...all.filter(others), ...made(before)])
    // what is broken already is mended step by step
    if (problem === undefined || (await problemOf(all)) !== undefined) return
    throw new AppError('conflict', `this is refused, because then ${problem}`)
  }
  const otherThan = (kind: string, project: string, name: string) => (each: Resource) =>
    each.kind !== kind || each.project !== project || each.name !== name
  return {
    get: (kind, project, name) => resources.get(kind, project, name),
    list: (kind, project) => resources.list(kind, project),
    watch: (changed) => resources.watch(changed),
    async put(change, actor) {
      const { ifVersion: _, ...fields } = change
      const fresh = { id: 'new', version: 0, createdAt: 0, updatedAt: 0 }
      // kind and spec belong together, which the union cannot see
      await check(otherThan(change.kind, change.project, change.name), (before) => [{ ...(before ?? fresh), ...fields } as Resource])
      const made = await resources.put(change, actor)
      await refresh()
      return made
    },
    async remove(kind, project, name, actor) {
      await check(otherThan(kind, project, name), () => [])
      const removed = await resources.remove(kind, project, name, actor)
      await refresh()
      return removed
    },
  }
}
