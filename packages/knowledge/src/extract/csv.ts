import type { Extracted } from '@gatehouse/kernel'
import { parse } from 'csv-parse/sync'
import { blocksOfRows } from './rows.ts'
import { extractText } from './text.ts'

const delimiters = [',', ';', '\t', '|']

/** A table of which the first row is the header; text that only looks like one is read as text. */
export function extractCsv(text: string, name: string): Extracted {
  try {
    const rows: string[][] = parse(text, {
      delimiter: delimiterOf(text),
      relax_quotes: true,
      relax_column_count: true,
      max_record_size: 1_000_000,
    })
    return { blocks: blocksOfRows(rows) }
  } catch {
    return extractText(text, name)
  }
}

/** The one that parts the first lines most evenly. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .replace(/"[^"]*"/g, '')
    .split('\n')
    .filter(Boolean)
    .slice(0, 20)
  const scores = delimiters.map((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1)
    return { delimiter, score: Math.min(...counts) * 1000 + (counts[0] ?? 0) }
  })
  return scores.reduce((best, each) => (each.score > best.score ? each : best)).delimiter
}
