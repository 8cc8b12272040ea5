import type { AppRow, appEndpoints, Graph, Resource } from '@gatehouse/contracts'
import { nearest } from '@gatehouse/kernel'
import { checkPrincipals } from '../access/principals.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { checkChangeable, resourceFieldsOf, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

export const appOperations: Create<typeof appEndpoints> = ({ store: { resources }, facts }) => ({
  async listApps({ project }) {
    return { items: (await resources.list('App', project)).map((app) => appRow(app, facts().chatUrl)) }
  },
  async getApp({ path, project }) {
    const app = await resourceOf(resources, 'App', project, path.app!)
    return { ...appRow(app, facts().chatUrl), spec: app.spec }
  },
  async changeApp({ path, body: { version, knowledge, ...fields }, project, operator }) {
    const app = await resourceOf(resources, 'App', project, path.app!)
    checkChangeable(app, version)
    await checkPrincipals(resources, project, fields.access ?? [], app.spec.access)
    const bases = knowledge ? (await resources.list('KnowledgeBase', project)).map(({ name }) => name) : []
    const graph = Object.entries(knowledge ?? {}).reduce((graph, [node, names]) => searching(graph, node, names, bases), app.spec.graph)
    const { kind, name, managedBy } = app
    const spec = { ...app.spec, ...present(fields), graph }
    const changed = await resources.put({ kind, project, name, spec, managedBy, ifVersion: app.version }, actorOf(operator))
    return { ...appRow(changed, facts().chatUrl), spec: changed.spec }
  },
})

const retrieval = 'node.knowledge-retrieval'

/** The graph with one step searching other knowledge bases; names that come from an input stay. */
function searching(graph: Graph, id: string, names: readonly string[], known: readonly string[]): Graph {
  const step = graph.nodes.find((node) => node.id === id && node.use === retrieval)
  if (!step) throw refusal('not_found', 'not-found', { what: 'retrieval step', name: id.slice(0, 100) })
  for (const name of names) if (!known.includes(name)) throw unknownBase(name, known)
  const before = Array.isArray(step.config.datasets) ? step.config.datasets.map(String) : []
  const datasets = [...new Set([...before.filter((name) => name.includes('{{')), ...names])]
  const changed = { ...step, config: { ...step.config, datasets } }
  return { ...graph, nodes: graph.nodes.map((node) => (node === step ? changed : node)) }
}

function unknownBase(name: string, known: readonly string[]) {
  const near = nearest(name, known)
  return refusal('invalid_request', 'base-unknown', { name, near: near ? ` (${near}?)` : '' })
}

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
