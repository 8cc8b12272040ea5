import { stringify } from 'yaml'
import { printable, type Terminal } from './terminal.ts'

export const formats = ['table', 'json', 'yaml'] as const
export type Format = (typeof formats)[number]

export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string | number | undefined
}

/** A result in the form that was asked for: `value` for programs, `text` for people. */
export function show(terminal: Terminal, format: Format, value: unknown, text: () => string): void {
  if (format === 'json') terminal.out(`${JSON.stringify(value, undefined, 2)}\n`)
  else if (format === 'yaml') terminal.out(stringify(value))
  else terminal.out(`${text()}\n`)
}

/** Rows under their titles; numbers to the right. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): string {
  if (rows.length === 0) return empty
  const cells = rows.map((row) => columns.map(({ of }) => printable(String(of(row) ?? '')).replace(/\s+/g, ' ')))
  const right = columns.map(({ of }) => rows.some((row) => typeof of(row) === 'number'))
  const widths = columns.map(({ title }, at) => Math.max(widthOf(title), ...cells.map((line) => widthOf(line[at]!))))
  const line = (parts: readonly string[]) =>
    parts
      .map((part, at) => {
        const gap = ' '.repeat(widths[at]! - widthOf(part))
        return right[at] ? gap + part : part + gap
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n')
}

const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu

/** Columns on a terminal: Chinese characters take two. */
export const widthOf = (text: string): number => [...text].length + (text.match(wide)?.length ?? 0)

const colours = { green: 32, yellow: 33, red: 31, dim: 2 } as const

/** Coloured where a person reads and has not said no. */
export function paint({ isInteractive, environment }: Terminal, colour: keyof typeof colours, text: string): string {
  const plain = !isInteractive || environment.NO_COLOR || environment.TERM === 'dumb'
  return plain ? text : `\u001b[${colours[colour]}m${text}\u001b[0m`
}

export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 19)

/** Microseconds for people. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`
  if (microseconds < 1_000_000) return `${(microseconds / 1000).toFixed(microseconds < 10_000 ? 1 : 0)} ms`
  return `${(microseconds / 1_000_000).toFixed(2)} s`
}

export const plural = (count: number, noun: string, many = `${noun}s`): string => `${count} ${count === 1 ? noun : many}`
