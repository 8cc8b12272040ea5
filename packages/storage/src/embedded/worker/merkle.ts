import { createHash } from 'node:crypto'

const leafOf = (line: string) => createHash('sha256').update('\0').update(line).digest()
const nodeOf = (left: Buffer, right: Buffer) => createHash('sha256').update('\x01').update(left).update(right).digest()

/** Root of the tree over the lines in order; leaves and nodes are hashed apart, so neither can pass for the other. */
export function merkleRoot(lines: readonly string[]): string {
  let level: Buffer[] = lines.map(leafOf)
  if (level.length === 0) return createHash('sha256').digest('hex')
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
