import type { Graph, GraphNode } from '@gatehouse/contracts'

/** A step of an app that searches, and where. */
export interface Searching {
  readonly node: string
  readonly title: string
  /** Names of knowledge bases. */
  readonly bases: readonly string[]
  /** Bases that an input names; they are set in the graph only. */
  readonly byInput: readonly string[]
}

export const searchingIn = ({ nodes }: Graph): Searching[] =>
  nodes
    .filter(({ use }) => use === 'node.knowledge-retrieval')
    .map(({ id, title, config }) => ({ node: id, title: title || id, ...namesIn(config) }))

function namesIn({ datasets }: GraphNode['config']): Pick<Searching, 'bases' | 'byInput'> {
  const names = Array.isArray(datasets) ? datasets.map(String) : []
  const isInput = (name: string) => name.includes('{{')
  return { bases: names.filter((name) => !isInput(name)), byInput: names.filter(isInput) }
}
