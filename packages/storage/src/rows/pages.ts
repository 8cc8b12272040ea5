/** A page of rows from a list that asked for one more than it wants. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { items: Item[]; next?: string } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(itemOf), ...(rows.length > limit && last !== undefined && { next: cursorOf(last) }) }
}

/** At most this many rows cross a port in one message. */
export const mostRows = 1000
export const limitOf = (asked: number | undefined, standard = 50): number => Math.max(1, Math.min(mostRows, Math.floor(asked ?? standard)))
