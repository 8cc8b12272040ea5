import type { Resource, Spec } from '@gatehouse/contracts'
import type { KeyEntry } from '@gatehouse/gateway'
import type { Compiled } from './live-configuration.ts'

/**
 * The last good configuration while the newest is not in order: what was taken away counts all the same. Keys, calling systems and people that
 * are gone open nothing, and a group that somebody left opens nothing to them. What was added waits.
 */
export function withoutRevoked(good: Compiled, all: readonly Resource[]): Compiled {
  const consumers = specsOf(all, 'Consumer')
  const ownerOf = ({ project, consumer, groups }: KeyEntry): Spec<'Consumer'> | undefined => {
    const spec = consumers.get(`${project}/${consumer}`)
    return spec && groups.every((group) => spec.groups.includes(group)) ? spec : undefined
  }
  const { snapshot } = good
  const keys = [...snapshot.keys].filter(([digest, entry]) =>
    // which key a reference stands for is not known here; those are declared in files
    ownerOf(entry)?.keys.some(({ hash }) => hash === undefined || hash === digest),
  )
  const signingKeys = [...snapshot.signingKeys].filter(([accessKey, { entry }]) =>
    ownerOf(entry)?.signingKeys.some((each) => each.accessKey === accessKey),
  )
  const issuers = [...snapshot.tokenIssuers].map(
    ([issuer, those]) =>
      [issuer, those.filter(({ entry }) => ownerOf(entry)?.tokenIssuers.some((each) => each.issuer === issuer))] as const,
  )
  return {
    ...good,
    snapshot: {
      ...snapshot,
      keys: new Map(keys),
      signingKeys: new Map(signingKeys),
      tokenIssuers: new Map(issuers),
      consumers: new Map([...snapshot.consumers.keys()].flatMap((id) => (consumers.has(id) ? [[id, consumers.get(id)!]] : []))),
      users: specsOf(all, 'User'),
    },
  }
}

const specsOf = <K extends 'Consumer' | 'User'>(all: readonly Resource[], kind: K): Map<string, Spec<K>> =>
  new Map(
    all
      .filter((resource): resource is Resource<K> => resource.kind === kind)
      .map(({ project, name, spec }) => [`${project}/${name}`, spec as Spec<K>]),
  )
