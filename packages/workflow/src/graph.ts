import type { Graph, GraphEdge, GraphNode } from '@gatehouse/contracts'
import { AppError, type NodeDefinition, nearest, type Problem, problemsOf, type Registry } from '@gatehouse/kernel'
import { type ConfigTemplate, parseConfig, referencesIn } from './config-template.ts'
import type { Shape } from './scheduler.ts'
import { systemFields } from './system.ts'
import { malformed, parseTemplate, type Template } from './template.ts'

export interface CompiledNode {
  readonly id: string
  readonly title: string
  readonly definition: NodeDefinition
  readonly config: ConfigTemplate
}
/** Checked and parsed once; a run only reads it. */
export interface CompiledGraph extends Shape {
  readonly nodes: ReadonlyMap<string, CompiledNode>
  /** What people hear, in topological order. */
  readonly answers: readonly { readonly node: string; readonly template: Template }[]
}
/** Names that configs may point at, where the caller knows them: by widget, `dataset` or `route`. */
export type Known = Readonly<Partial<Record<string, readonly string[]>>>

const mostNodes = 500
const reserved = ['sys', 'env', 'conversation']

/** A graph as written → one that runs, or everything wrong with it. */
export function compileGraph(
  graph: Graph,
  registry: Registry<NodeDefinition>,
  known: Known = {},
): { graph: CompiledGraph } | { problems: Problem[] } {
  if (graph.nodes.length > mostNodes) return { problems: [{ path: 'graph.nodes', message: `at most ${mostNodes} nodes are allowed` }] }
  const problems: Problem[] = duplicates(graph.nodes)
  const nodes = new Map<string, CompiledNode>()
  for (const node of graph.nodes) {
    const compiled = compileNode(node, registry, problems)
    if (compiled && !nodes.has(node.id)) nodes.set(node.id, compiled)
  }
  const ids = graph.nodes.map(({ id }) => id)
  for (const [index, edge] of graph.edges.entries()) problems.push(...edgeProblems(edge, `graph.edges.${index}`, ids, nodes))
  if (problems.length) return { problems }

  const shape = shapeOf(graph, nodes)
  problems.push(...wholeProblems(graph, shape))
  if (problems.length) return { problems } // without an order there is no upstream
  for (const node of nodes.values()) problems.push(...nodeReferences(node, nodes, upstreamOf(node.id, shape), known))
  if (problems.length) return { problems }
  return { graph: { ...shape, nodes, answers: answersOf(shape.order, nodes) } }
}

function duplicates(nodes: readonly GraphNode[]): Problem[] {
  const seen = new Set<string>()
  return nodes.flatMap(({ id }, index) => {
    const path = `graph.nodes.${index}.id`
    if (reserved.includes(id)) return [{ path, message: `${id} is reserved; choose another id` }]
    if (seen.has(id)) return [{ path, message: `two nodes are called ${id}` }]
    seen.add(id)
    return []
  })
}

function compileNode(node: GraphNode, registry: Registry<NodeDefinition>, problems: Problem[]): CompiledNode | undefined {
  const path = `graph.nodes.${node.id}`
  if (!registry.has(node.use)) {
    const uses = [...registry].map(({ id }) => id)
    problems.push({ path: `${path}.use`, message: unknown('node type', node.use, uses) })
    return undefined
  }
  const definition = registry.get(node.use)
  if (node.version > definition.version) {
    problems.push({ path: `${path}.version`, message: `${node.use} knows version ${definition.version} at most, not ${node.version}` })
    return undefined
  }
  const parsed = definition.config.safeParse(migrated(node, definition))
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, definition.config, `${path} config`))
    return undefined
  }
  return { id: node.id, title: node.title || definition.title, definition, config: parseConfig(parsed.data) }
}

/** Lifted step by step to the newest version. */
function migrated(node: GraphNode, definition: NodeDefinition): unknown {
  let config: unknown = node.config
  for (let version = node.version; version < definition.version; version++) config = definition.migrate?.[version]?.(config) ?? config
  return config
}

function edgeProblems(edge: GraphEdge, path: string, ids: readonly string[], nodes: ReadonlyMap<string, CompiledNode>): Problem[] {
  const problems: Problem[] = []
  for (const end of ['from', 'to'] as const)
    if (!ids.includes(edge[end])) problems.push({ path: `${path}.${end}`, message: unknown('node', edge[end], ids) })
  const source = nodes.get(edge.from)
  if (!source) return problems
  const branches = source.definition.branches
  if (branches && edge.branch === undefined)
    problems.push({ path: `${path}.branch`, message: `an edge out of ${edge.from} names its branch: ${branches.join(', ')}` })
  if (edge.branch !== undefined && !branches?.includes(edge.branch))
    problems.push({ path: `${path}.branch`, message: branches ? unknown('branch', edge.branch, branches) : `${edge.from} has no branches` })
  return problems
}

function shapeOf(graph: Graph, nodes: ReadonlyMap<string, CompiledNode>): Shape {
  const incoming = new Map<string, { from: string; branch?: string }[]>(graph.nodes.map(({ id }) => [id, []]))
  for (const { from, to, branch } of graph.edges) incoming.get(to)!.push(branch === undefined ? { from } : { from, branch })
  const choosing = new Set([...nodes.values()].filter(({ definition }) => definition.branches).map(({ id }) => id))
  return { order: topological(graph), incoming, choosing }
}

/** Kahn's; nodes on a cycle are missing from the result. Ties keep the order of the file. */
function topological(graph: Graph): string[] {
  const waiting = new Map(graph.nodes.map(({ id }) => [id, 0]))
  for (const { to } of graph.edges) waiting.set(to, waiting.get(to)! + 1)
  const order = graph.nodes.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id)
  for (const node of order)
    for (const { from, to } of graph.edges) {
      if (from !== node) continue
      const left = waiting.get(to)! - 1
      waiting.set(to, left)
      if (left === 0) order.push(to)
    }
  return order
}

function wholeProblems(graph: Graph, shape: Shape): Problem[] {
  const starts = graph.nodes.filter(({ use }) => use === 'node.start')
  if (starts.length !== 1) return [{ path: 'graph.nodes', message: `exactly one node.start is needed, found ${starts.length}` }]
  const circular = graph.nodes.filter(({ id }) => !shape.order.includes(id))
  if (circular.length)
    return circular.map(({ id }) => ({
      path: `graph.nodes.${id}`,
      message: 'is part of a circle, or comes after one; edges must lead forward',
    }))
  const reached = new Set([starts[0]!.id])
  for (const node of shape.order) if (shape.incoming.get(node)!.some(({ from }) => reached.has(from))) reached.add(node)
  return graph.nodes
    .filter(({ id }) => !reached.has(id))
    .map(({ id }) => ({ path: `graph.nodes.${id}`, message: 'cannot be reached from the start node' }))
}

function upstreamOf(node: string, shape: Shape): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [node]
  for (const each of queue)
    for (const { from } of shape.incoming.get(each) ?? [])
      if (!found.has(from)) {
        found.add(from)
        queue.push(from)
      }
  return found
}

function nodeReferences(
  node: CompiledNode,
  nodes: ReadonlyMap<string, CompiledNode>,
  upstream: ReadonlySet<string>,
  known: Known,
): Problem[] {
  const at = (path: readonly string[]) => `graph.nodes.${node.id} config ${path.join('.')}`
  const problems: Problem[] = []
  for (const { path, template } of node.config.templates) {
    const wrong = malformed(template)
    if (wrong !== undefined) problems.push({ path: at(path), message: `"${wrong}" is not a reference; write {{#node.field#}}` })
  }
  for (const { path, reference } of referencesIn(node.config)) {
    const message = referenceProblem(reference.node, reference.path[0], nodes, upstream)
    if (message) problems.push({ path: at(path), message })
  }
  return [...problems, ...widgetProblems(node, upstream, known, at)]
}

function referenceProblem(
  id: string,
  field: string,
  nodes: ReadonlyMap<string, CompiledNode>,
  upstream: ReadonlySet<string>,
): string | undefined {
  if (id === 'sys') return systemFields.includes(field) ? undefined : unknown('system value', field, systemFields)
  const target = nodes.get(id)
  if (!target) return unknown('node', id, ['sys', ...upstream])
  if (!upstream.has(id)) return `${id} does not come before this node; it can use ${['sys', ...upstream].join(', ')}`
  const { definition, config } = target
  const fields = [...Object.keys(definition.output.shape), ...(definition.fields?.(config.config as never) ?? [])]
  return fields.includes(field) ? undefined : unknown(`output of ${id}`, field, fields)
}

/** Plain names in config fields whose widget says what they name: a node, a dataset, a route. */
function widgetProblems(
  node: CompiledNode,
  upstream: ReadonlySet<string>,
  known: Known,
  at: (path: readonly string[]) => string,
): Problem[] {
  const config = node.config.config as Readonly<Record<string, unknown>>
  return Object.entries(node.definition.config.shape).flatMap(([field, schema]) => {
    const widget = widgetOf(schema)
    const names = widget === 'node' ? [...upstream] : widget && known[widget]
    if (!names) return []
    return [config[field]].flat().flatMap((value) => {
      if (typeof value !== 'string' || value.includes('{{#') || names.includes(value)) return []
      return [{ path: at([field]), message: unknown(widget === 'node' ? 'node before this one' : String(widget), value, names) }]
    })
  })
}

const widgetOf = (schema: unknown): string | undefined => {
  const meta = (schema as { meta?: () => { widget?: unknown } | undefined }).meta?.()
  return typeof meta?.widget === 'string' ? meta.widget : undefined
}

function answersOf(order: readonly string[], nodes: ReadonlyMap<string, CompiledNode>) {
  return order.flatMap((id) => {
    const { definition, config } = nodes.get(id)!
    if (!definition.speaks) return []
    const text = (config.config as Readonly<Record<string, unknown>>)[definition.speaks]
    if (typeof text !== 'string') throw new AppError('internal', `${definition.id} speaks ${definition.speaks}, which is not a text`)
    return [{ node: id, template: parseTemplate(text) }]
  })
}

function unknown(what: string, name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  return `unknown ${what} "${name}"${near ? `; did you mean "${near}"?` : ''}${names.length ? ` (known: ${names.join(', ')})` : ''}`
}
