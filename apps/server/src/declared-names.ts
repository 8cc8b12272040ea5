import type { Principal, Resource } from '@gatehouse/contracts'
import { builtInConsumers, type Declared, type KnownNames, type Problem, unknownPrincipals } from '@gatehouse/kernel'

/** People, groups and calling systems that declared resources name and nobody has made; `all` is what there will be, so what one file makes another may name. */
export function unknownNames(declared: readonly Declared[], all: readonly Pick<Resource, 'kind' | 'project' | 'name'>[]): Problem[] {
  return declared.flatMap((resource) => {
    const known = knownIn(all, resource.project)
    return namedBy(resource).flatMap(({ field, principals }) =>
      unknownPrincipals(principals, known).map(({ principal, near }) => ({
        path: `${resource.kind}/${resource.name} spec.${field}`,
        message: `nobody is "${principal}"${near ? `; did you mean "${near}"?` : ''}`,
      })),
    )
  })
}

function knownIn(all: readonly Pick<Resource, 'kind' | 'project' | 'name'>[], project: string): KnownNames {
  const names = (kind: Resource['kind']) => all.filter((each) => each.kind === kind && each.project === project).map(({ name }) => name)
  return {
    user: new Set(names('User')),
    group: new Set(names('Group')),
    consumer: new Set([...names('Consumer'), ...builtInConsumers]),
  }
}

function namedBy({ spec }: Declared): { field: string; principals: readonly Principal[] }[] {
  const named: { field: string; principals: readonly Principal[] }[] = []
  if ('access' in spec) named.push({ field: 'access', principals: spec.access })
  if ('groups' in spec) named.push({ field: 'groups', principals: spec.groups.map((name) => `group:${name}`) })
  if ('maySpeakFor' in spec) {
    const people = spec.maySpeakFor.filter((name) => name !== '*')
    named.push({ field: 'maySpeakFor', principals: people.map((name) => `user:${name}`) })
  }
  return named
}
