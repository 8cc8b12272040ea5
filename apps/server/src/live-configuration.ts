import type { Kind, Resource } from '@gatehouse/contracts'
import { type CompileTools, compile, type Snapshot } from '@gatehouse/gateway'
import { type NodeDefinition, type Problem, type Registry, type Resources, refuse, toAppError } from '@gatehouse/kernel'
import { type CompiledApp, compileApp } from '@gatehouse/workflow'
import { withoutRevoked } from './without-revoked.ts'

/** Everything compiled from the resources of one moment. */
export interface Compiled {
  readonly snapshot: Snapshot
  /** By `project/name`. */
  readonly apps: ReadonlyMap<string, CompiledApp>
  /** Knowledge bases' ids by `project/name`, and their names by id. */
  readonly datasets: ReadonlyMap<string, string>
  readonly bases: ReadonlyMap<string, Resource<'KnowledgeBase'>>
}
export interface LiveConfiguration {
  readonly current: Compiled
  /** Why the newest change is not in force; absent when it is. */
  readonly problem: string | undefined
  /** How many were put in force since the start, and when the last one was. */
  readonly generation: number
  readonly inForceSince: number
  /** What the store holds now is in force, or is refused with its problems. */
  refresh(): Promise<void>
  close(): void
}

export interface CompileEverything extends CompileTools {
  nodes(find: (name: string, project: string) => string | undefined): Registry<NodeDefinition>
}

const kinds: readonly Kind[] = ['Provider', 'Route', 'Consumer', 'Policy', 'KnowledgeBase', 'App', 'User', 'Group']

/**
 * The configuration in memory: compiled off the hot path, swapped as a whole. A broken change never replaces a good one, and never keeps what was
 * revoked in force.
 */
export async function createLiveConfiguration(
  resources: Resources,
  tools: CompileEverything,
  report: (problem: string) => void,
): Promise<LiveConfiguration> {
  let problem: string | undefined
  let good = await compileAll(await listResources(resources), tools)
  let current = good
  let generation = 1
  let inForceSince = Date.now()
  let running: Promise<void> = Promise.resolve()
  let waiting = false

  const swap = async () => {
    waiting = false
    let all: readonly Resource[] | undefined
    try {
      all = await listResources(resources)
      good = await compileAll(all, tools)
      current = good
      problem = undefined
      generation++
      inForceSince = Date.now()
    } catch (thrown) {
      if (all) current = withoutRevoked(good, all)
      problem = toAppError(thrown).message
      report(problem)
    }
  }
  const refresh = () => {
    if (!waiting) {
      waiting = true // changes that arrive while one is compiled are compiled together
      running = running.then(swap)
    }
    return running
  }
  const stop = resources.watch(() => void refresh())
  return {
    get current() {
      return current
    },
    get problem() {
      return problem
    },
    get generation() {
      return generation
    },
    get inForceSince() {
      return inForceSince
    },
    refresh,
    close: stop,
  }
}

/** All that the configuration is compiled from. */
export const listResources = async (resources: Resources): Promise<Resource[]> =>
  (await Promise.all(kinds.map((kind) => resources.list(kind)))).flat()

/** One immutable whole, or one error with everything that is wrong. */
export async function compileAll(all: readonly Resource[], tools: CompileEverything): Promise<Compiled> {
  const bases = all.filter((resource): resource is Resource<'KnowledgeBase'> => resource.kind === 'KnowledgeBase')
  const datasets = new Map(bases.map(({ project, name, id }) => [`${project}/${name}`, id]))
  const snapshot = await compile(all, tools)
  return { snapshot, datasets, bases: new Map(bases.map((base) => [base.id, base])), apps: compileApps(all, datasets, tools) }
}

function compileApps(all: readonly Resource[], datasets: ReadonlyMap<string, string>, tools: CompileEverything): Map<string, CompiledApp> {
  const nodes = tools.nodes((name, project) => datasets.get(`${project}/${name}`))
  const problems: Problem[] = []
  const apps = new Map<string, CompiledApp>()
  for (const resource of all) {
    if (resource.kind !== 'App') continue
    const { project, name, spec } = resource as Resource<'App'>
    const compiled = compileApp({ project, name, spec }, nodes)
    if ('app' in compiled) apps.set(`${project}/${name}`, compiled.app)
    else problems.push(...compiled.problems.map((each) => ({ path: `App/${name} spec.${each.path}`, message: each.message })))
  }
  if (problems.length) throw refuse('the configuration is not in order', problems)
  return apps
}
