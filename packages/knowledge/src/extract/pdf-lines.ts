/** A piece of text on a page as the file draws it; y grows upwards. */
export interface Run {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly size: number
  /** Down is how Chinese and Japanese are written from the right; turned stands along a margin or across the page. */
  readonly direction: 'right' | 'left' | 'down' | 'turned'
}
/** What stands on one base line, in reading order; wide gaps part its cells. */
export interface Line {
  readonly text: string
  readonly cells: readonly { readonly text: string; readonly x: number }[]
  readonly x: number
  readonly y: number
  readonly right: number
  readonly size: number
}

/** A gap this many letters high parts cells. */
const cellGap = 1.3
const deepest = 12

/** The lines of a page in reading order: columns of running text one after the other, rows of a table across. */
export function linesOf(runs: readonly Run[]): Line[] {
  const across = runs.filter(({ direction }) => direction === 'right' || direction === 'left')
  const down = runs.filter(({ direction }) => direction === 'down').sort((a, b) => b.x - a.x || b.y - a.y)
  const turned = runs.filter(({ direction }) => direction === 'turned') // after everything else
  return [...regionLines(across, 0), ...down.map(alone), ...turned.map((run) => ({ ...alone(run), size: 0 }))] // large as it may be, it is no heading
}

const alone = (run: Run): Line => lineOf([run])

function regionLines(runs: readonly Run[], depth: number): Line[] {
  const lines = rowsOf(runs).map(lineOf)
  if (depth >= deepest || lines.length < 4) return lines
  for (const gutter of guttersOf(lines)) {
    const parted = part(runs, lines, gutter)
    if (parted) return parted.flatMap((region) => regionLines(region, depth + 1))
  }
  return lines
}

/** Runs on one base line, from the top down; a raised or lowered sign stays with its line. */
function rowsOf(runs: readonly Run[]): Run[][] {
  const rows: { y: number; size: number; runs: Run[] }[] = []
  for (const run of [...runs].sort((a, b) => b.y - a.y || a.x - b.x)) {
    const row = rows.at(-1)
    if (row && row.y - run.y < Math.max(1, Math.max(row.size, run.size) * 0.45)) {
      row.runs.push(run)
      if (run.size > row.size) row.size = run.size
    } else rows.push({ y: run.y, size: run.size, runs: [run] })
  }
  return rows.map(({ runs }) => runs.sort((a, b) => a.x - b.x))
}

function lineOf(given: readonly Run[]): Line {
  const letters = (direction: Run['direction']) => given.reduce((sum, run) => sum + (run.direction === direction ? run.text.length : 0), 0)
  const runs = letters('left') > letters('right') ? mirrored(given) : given
  const cells: { text: string; x: number }[] = []
  let right = Number.NEGATIVE_INFINITY
  for (const run of runs) {
    const gap = run.x - right
    const cell = cells.at(-1)
    if (!cell || gap > run.size * cellGap) cells.push({ text: run.text, x: run.x })
    else cell.text += gap > run.size * 0.15 && !/\s$/.test(cell.text) && !/^\s/.test(run.text) ? ` ${run.text}` : run.text
    right = Math.max(right, run.x + run.width)
  }
  const tidy = cells.map(({ text, x }) => ({ text: text.replace(/\s+/g, ' ').trim(), x })).filter(({ text }) => text)
  const heaviest = runs.reduce((best, run) => (run.text.length > best.text.length ? run : best))
  return {
    ...{ text: tidy.map(({ text }) => text).join(' '), cells: tidy },
    ...{ x: Math.min(...given.map(({ x }) => x)), right: Math.max(...given.map(({ x, width }) => x + width)) },
    ...{ y: heaviest.y, size: heaviest.size },
  }
}

/** Arabic and Hebrew: the rightmost first. */
const mirrored = (runs: readonly Run[]): Run[] => runs.map((run) => ({ ...run, x: -(run.x + run.width) })).sort((a, b) => a.x - b.x)

/** Places where a second column may begin: many cells that are not the first of their line start there. */
function guttersOf(lines: readonly Line[]): number[] {
  const starts = new Map<number, number>()
  for (const { cells } of lines) for (const { x } of cells) starts.set(Math.round(x / 4) * 4, (starts.get(Math.round(x / 4) * 4) ?? 0) + 1)
  const left = Math.min(...lines.map(({ x }) => x))
  const right = Math.max(...lines.map((line) => line.right))
  return [...starts]
    .filter(([x, count]) => count >= 3 && x > left + (right - left) * 0.2 && x < right - (right - left) * 0.15)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 6)
    .map(([x]) => x - 8) // quotation marks and minus signs hang into the gap
}

/**
 * Cuts a page at a gutter: what crosses it (a title, a wide figure) stays above and below, the rest is left column, then right column.
 * Only for running text: both sides must be wide and their lines long, else it is a table, which is read across.
 */
function part(runs: readonly Run[], lines: readonly Line[], gutter: number): Run[][] | undefined {
  const crosses = (run: Run) => run.x < gutter - 1 && run.x + run.width > gutter + 1
  const wide = new Set(
    lines.filter(({ y, size }) => runs.some((run) => crosses(run) && Math.abs(run.y - y) < size * 0.5)).map(({ y }) => y),
  )
  const regions: { isWide: boolean; runs: Run[] }[] = []
  for (const row of rowsOf(runs)) {
    const isWide = row.some(crosses) || (row.length > 0 && wide.has(row[0]!.y))
    const last = regions.at(-1)
    if (last && last.isWide === isWide) last.runs.push(...row)
    else regions.push({ isWide, runs: [...row] })
  }
  const narrow = regions.filter(({ isWide }) => !isWide)
  if (!narrow.some(({ runs }) => isProse(runs, gutter))) return undefined
  return regions.flatMap(({ isWide, runs }) => {
    const left = runs.filter(({ x }) => x < gutter)
    const right = runs.filter(({ x }) => x >= gutter)
    const isShort = rowsOf(runs).length <= 3 // between two wide lines, or at the foot
    return isWide || !left.length || !right.length || !(isShort || isProse(runs, gutter)) ? [runs] : [left, right]
  })
}

function isProse(runs: readonly Run[], gutter: number): boolean {
  const sides = [runs.filter(({ x }) => x < gutter), runs.filter(({ x }) => x >= gutter)]
  return sides.every((side) => {
    const lines = rowsOf(side).map(lineOf)
    if (lines.length < 3) return false
    const left = Math.min(...lines.map(({ x }) => x))
    const right = Math.max(...lines.map((line) => line.right))
    const long = lines.filter((line) => line.right - line.x > (right - left) * 0.6 && line.cells.length === 1 && weight(line.text) >= 25)
    return long.length >= lines.length * 0.5
  })
}
const weight = (text: string) => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0)
