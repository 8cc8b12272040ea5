import type { AppRow, appEndpoints, Resource } from '@gatehouse/contracts'
import type { Create } from '../operation.ts'
import { resourceFieldsOf, resourceOf } from '../views/resource.ts'

export const appOperations: Create<typeof appEndpoints> = ({ store: { resources }, facts }) => ({
  async listApps({ project }) {
    return { items: (await resources.list('App', project)).map((app) => appRow(app, facts().chatUrl)) }
  },
  async getApp({ path, project }) {
    const app = await resourceOf(resources, 'App', project, path.app!)
    return { ...appRow(app, facts().chatUrl), spec: app.spec }
  },
})

function appRow(app: Resource<'App'>, chatUrl: string): AppRow {
  const { title, description, kind, access, policy, graph } = app.spec
  return {
    ...resourceFieldsOf(app),
    title,
    description,
    kind,
    access: [...access],
    policy,
    nodes: graph.nodes.length,
    url: `${chatUrl}/${app.name}`,
  }
}
