/** Further positions PostgreSQL counts as this one. */
const lastPosition = 16_383
const mostPositions = 256

/** One term as a `tsquery`: nothing a person types is ever syntax. */
export const quoted = (token: string) => `'${token.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** Our tokens as a ready `tsvector`: its own parser would split them differently. */
export function vectorLiteral(tokens: readonly string[]): string {
  const positions = new Map<string, number[]>()
  for (const [at, token] of tokens.entries()) {
    const known = positions.get(token)
    if (!known) positions.set(token, [Math.min(at + 1, lastPosition)])
    else if (known.length < mostPositions) known.push(Math.min(at + 1, lastPosition))
  }
  return [...positions].map(([token, at]) => `${quoted(token)}:${at.join(',')}`).join(' ')
}
