/** Up to 64 gates as bits of two integers; a literal opens one or more of them. */
export interface Literal {
  readonly text: string
  readonly gate: number
}

/**
 * Aho–Corasick over typed arrays. Characters fall into classes: letters without case, all white space one class, all digits one
 * class (written 0 in a literal), everything no literal mentions class 0. States with output have the highest numbers, so that a
 * scan compares once per character.
 */
export interface Automaton {
  /** Class of each UTF-16 unit. */
  readonly classes: Uint16Array
  /** Next state, at `state << shift | class`. */
  readonly next: Uint16Array
  readonly shift: number
  /** From this state on there is output. */
  readonly firstOutput: number
  /** Gates of a state, 0–31 and 32–63. */
  readonly low: Int32Array
  readonly high: Int32Array
  readonly longest: number
}

interface Node {
  readonly children: Map<number, Node>
  fail: Node | undefined
  low: number
  high: number
  id: number
}
const newNode = (): Node => ({ children: new Map(), fail: undefined, low: 0, high: 0, id: 0 })

export function buildAutomaton(literals: readonly Literal[]): Automaton {
  const { classes, count } = classesOf(literals)
  const root = newNode()
  let longest = 0
  for (const { text, gate } of literals) {
    let node = root
    for (let at = 0; at < text.length; at++) node = childOf(node, classes[text.charCodeAt(at)]!)
    if (gate < 32) node.low |= 1 << gate
    else node.high |= 1 << (gate - 32)
    longest = Math.max(longest, text.length)
  }
  const inOrder = linked(root)
  const numbered = [...inOrder.filter(isSilent), ...inOrder.filter((node) => !isSilent(node))]
  for (const [id, node] of numbered.entries()) node.id = id
  if (numbered.length > 0xffff) throw new Error('too many literals for one automaton')
  const shift = Math.ceil(Math.log2(count))
  const next = new Uint16Array(numbered.length << shift)
  for (const node of inOrder)
    for (let each = 0; each < count; each++) {
      const child = node.children.get(each)
      next[(node.id << shift) | each] = child ? child.id : node === root ? 0 : next[(node.fail!.id << shift) | each]!
    }
  return {
    classes,
    next,
    shift,
    firstOutput: numbered.findIndex((node) => !isSilent(node)),
    low: Int32Array.from(numbered, ({ low }) => low),
    high: Int32Array.from(numbered, ({ high }) => high),
    longest,
  }
}

const isSilent = ({ low, high }: Node) => low === 0 && high === 0

function childOf(node: Node, step: number): Node {
  const known = node.children.get(step)
  if (known) return known
  const child = newNode()
  node.children.set(step, child)
  return child
}

/** Fail links, breadth first; a state has the output of all its suffixes. The root comes first. */
function linked(root: Node): Node[] {
  const order = [root]
  for (const node of order)
    for (const [step, child] of node.children) {
      let fail = node.fail
      while (fail && !fail.children.has(step)) fail = fail.fail
      child.fail = fail?.children.get(step) ?? root
      child.low |= child.fail.low
      child.high |= child.fail.high
      order.push(child)
    }
  return order
}

function classesOf(literals: readonly Literal[]): { classes: Uint16Array; count: number } {
  const classes = new Uint16Array(0x10000)
  let count = 1
  for (const { text } of literals)
    for (const character of text) {
      const code = character.charCodeAt(0)
      if (classes[code] === 0) classes[code] = count++
    }
  for (let code = 97; code <= 122; code++) classes[code - 32] = classes[code]! // letters without case
  for (let code = 48; code <= 57; code++) classes[code] = classes[48]!
  for (const space of [9, 10, 13, 0xa0, 0x3000]) classes[space] = classes[32]!
  return { classes, count }
}
