import { hash } from 'node:crypto'

// in one step: a Hash object costs more than the hashing
const leafOf = (line: string) => hash('sha256', `\0${line}`, 'buffer')
const nodeOf = (left: Buffer, right: Buffer) => hash('sha256', Buffer.concat([inner, left, right]), 'buffer')
const inner = Buffer.from([1])

/** Root of the tree over the lines in order; leaves and nodes are hashed apart, so neither can pass for the other. */
export function merkleRoot(lines: readonly string[]): string {
  let level: Buffer[] = lines.map(leafOf)
  if (level.length === 0) return hash('sha256', '', 'hex')
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const right = level[at + 1]
      // an odd one rises as it is: doubling it would give two batches one root
      above.push(right ? nodeOf(level[at]!, right) : level[at]!)
    }
    level = above
  }
  return level[0]!.toString('hex')
}
