import { GroupSpec, type peopleEndpoints } from '@gatehouse/contracts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { groupView } from '../views/group.ts'
import { checkChangeable, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

export const groupOperations: Create<Pick<typeof peopleEndpoints, 'listGroups' | 'createGroup' | 'changeGroup' | 'removeGroup'>> = ({
  store: { resources },
}) => {
  const inGroups = async (project: string) => [await resources.list('User', project), await resources.list('Consumer', project)] as const
  return {
    async listGroups({ project }) {
      const [users, consumers] = await inGroups(project)
      return { items: (await resources.list('Group', project)).map((group) => groupView(group, users, consumers)) }
    },

    async createGroup({ body: { name, title }, project, operator }) {
      if (await resources.get('Group', project, name)) throw refusal('conflict', 'exists-already', { what: 'Group', name })
      const group = await resources.put(
        { kind: 'Group', project, name, spec: GroupSpec.parse({ title }), managedBy: 'console', ifVersion: 0 },
        actorOf(operator),
      )
      return groupView(group, ...(await inGroups(project)))
    },

    async changeGroup({ path, body: { version, ...fields }, project, operator }) {
      const group = await resourceOf(resources, 'Group', project, path.group!)
      checkChangeable(group, version)
      const { kind, name, managedBy } = group
      const changed = await resources.put(
        { kind, project, name, spec: { ...group.spec, ...present(fields) }, managedBy, ifVersion: group.version },
        actorOf(operator),
      )
      return groupView(changed, ...(await inGroups(project)))
    },

    async removeGroup({ path, project, operator }) {
      const group = await resourceOf(resources, 'Group', project, path.group!)
      checkChangeable(group)
      const { members, consumers } = groupView(group, ...(await inGroups(project)))
      const count = members.length + consumers.length
      if (count > 0) throw refusal('conflict', 'group-in-use', { count })
      await resources.remove('Group', project, group.name, actorOf(operator))
    },
  }
}
