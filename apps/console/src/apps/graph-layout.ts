import type { Graph } from '@gatehouse/contracts'

export interface Placed {
  readonly id: string
  readonly x: number
  readonly y: number
}
export interface Layout {
  readonly nodes: readonly Placed[]
  readonly width: number
  readonly height: number
}

export const box = { width: 184, height: 58, gapX: 40, gapY: 22 }

/** Columns by the longest way from a start, so that every edge goes to the right. Edges that would go back are not counted. */
export function layoutGraph({ nodes, edges }: Graph): Layout {
  const columns = new Map<string, number>()
  const columnOf = (id: string, seen: readonly string[]): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    const before = edges.filter(({ to, from }) => to === id && !seen.includes(from))
    const column = Math.max(-1, ...before.map(({ from }) => columnOf(from, [...seen, id]))) + 1
    columns.set(id, column)
    return column
  }
  const rows = new Map<number, number>()
  const placed = nodes.map(({ id }) => {
    const column = columnOf(id, [])
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    return { id, column, row }
  })
  const tallest = Math.max(1, ...rows.values())
  const place = ({ id, column, row }: (typeof placed)[number]): Placed => ({
    id,
    x: column * (box.width + box.gapX),
    // short columns stand in the middle
    y: (row + (tallest - (rows.get(column) ?? 1)) / 2) * (box.height + box.gapY),
  })
  const width = Math.max(0, ...columns.values()) * (box.width + box.gapX) + box.width
  return { nodes: placed.map(place), width, height: tallest * (box.height + box.gapY) - box.gapY }
}
