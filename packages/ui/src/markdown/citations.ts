/** A node of Markdown's tree, as far as it matters here. */
export interface TreeNode {
  type: string
  value?: string
  identifier?: string
  children?: TreeNode[]
  data?: { hName?: string; hProperties?: Record<string, unknown> }
}

const mark = /\[(\d{1,3})\]/g

/** Turns `[n]` into citations, also where Markdown would read a link by reference: an answer must not aim a citation at an address. */
export function remarkCitations() {
  return (tree: TreeNode) => replaceIn(tree)
}

function replaceIn(node: TreeNode): void {
  if (!node.children) return
  node.children = node.children.flatMap((child) => {
    if (child.type === 'definition') return []
    if (child.type === 'linkReference' && /^\d{1,3}$/.test(child.identifier ?? '')) return [citation(Number(child.identifier))]
    if (child.type === 'text') return splitText(child.value ?? '')
    replaceIn(child)
    return [child]
  })
}

function splitText(text: string): TreeNode[] {
  const nodes: TreeNode[] = []
  let from = 0
  for (const match of text.matchAll(mark)) {
    if (match.index > from) nodes.push({ type: 'text', value: text.slice(from, match.index) })
    nodes.push(citation(Number(match[1])))
    from = match.index + match[0].length
  }
  if (from < text.length) nodes.push({ type: 'text', value: text.slice(from) })
  return nodes
}

const citation = (n: number): TreeNode => ({
  type: 'citation',
  data: { hName: 'sup', hProperties: { dataCitation: n } },
  children: [{ type: 'text', value: `[${n}]` }],
})
