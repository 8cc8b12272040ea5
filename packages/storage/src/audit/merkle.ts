import { hash } from 'node:crypto'

const size = 32
const inner = Buffer.alloc(1 + 2 * size, 1)

/**
 * Root of the tree over the lines in order; leaves and nodes are hashed apart, so neither can pass for the other. All digests of a level
 * lie in one buffer, the level above in its front; one-shot hashes to strings, because a Hash object or a Buffer each costs more than the hashing.
 */
export function merkleRoot(lines: readonly string[]): string {
  let count = lines.length
  if (count === 0) return hash('sha256', '', 'hex')
  const level = Buffer.allocUnsafe(count * size)
  for (let at = 0; at < count; at++) level.write(hash('sha256', `\0${lines[at]!}`, 'binary'), at * size, 'latin1')
  while (count > 1) count = climb(level, count)
  return level.toString('hex', 0, size)
}

/** One level up, in place; returns how many digests it has. */
function climb(level: Buffer, count: number): number {
  let above = 0
  for (let at = 0; at + 1 < count; at += 2) {
    level.copy(inner, 1, at * size, (at + 2) * size)
    level.write(hash('sha256', inner, 'binary'), above++ * size, 'latin1')
  }
  // an odd one rises as it is: doubling it would give two batches one root
  if (count % 2 === 1) level.copyWithin(above++ * size, (count - 1) * size, count * size)
  return above
}
