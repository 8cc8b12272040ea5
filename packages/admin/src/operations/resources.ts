import type { resourceEndpoints } from '@gatehouse/contracts'
import { checkMayTouch } from '../access/offices.ts'
import { actorOf, type Create } from '../operation.ts'
import { resourceOf } from '../views/resource.ts'

export const resourceOperations: Create<typeof resourceEndpoints> = ({ store: { resources } }) => ({
  async takeOver({ body: { kind, name }, project, operator }) {
    const found = await resourceOf(resources, kind, project, name)
    if ('roles' in found.spec) checkMayTouch(operator, found.spec.roles)
    const taken = await resources.put(
      { kind, project, name: found.name, spec: found.spec, managedBy: 'console', ifVersion: found.version },
      actorOf(operator),
    )
    return { kind, name: taken.name, managedBy: taken.managedBy, version: taken.version }
  },
})
