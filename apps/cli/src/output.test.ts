import { expect, test } from 'vitest'
import { type Column, duration, paint, plural, show, table, widthOf } from './output.ts'
import { scriptedTerminal } from './scripted-terminal.ts'

const columns: readonly Column<{ name: string; count: number }>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'COUNT', of: ({ count }) => count },
]

test('numbers stand to the right, and Chinese characters take two columns', () => {
  const rows = [
    { name: '手册', count: 7 },
    { name: 'a', count: 120 },
  ]
  expect(table(rows, columns, 'none')).toBe('NAME  COUNT\n手册      7\na       120')
  expect(widthOf('手册a')).toBe(5)
})

test('a cell is one line, whatever it holds', () => {
  expect(table([{ name: 'a\n\u001b[1mb', count: 1 }], columns, 'none')).toBe('NAME    COUNT\na [1mb      1')
})

test('no row is told in words', () => expect(table([], columns, 'there is none')).toBe('there is none'))

test('a result is shown as it was asked for', () => {
  const terminal = scriptedTerminal({})
  const value = { a: [1] }
  for (const format of ['table', 'json', 'yaml'] as const) show(terminal, format, value, () => 'words')
  expect(terminal.written.out).toBe('words\n{\n  "a": [\n    1\n  ]\n}\na:\n  - 1\n')
})

test.each([
  [12, '12 µs'],
  [2500, '2.5 ms'],
  [95_000, '95 ms'],
  [1_234_000, '1.23 s'],
])('%i microseconds are %s', (value, words) => expect(duration(value)).toBe(words))

test('colour needs a terminal, and NO_COLOR takes it away', () => {
  const plain = scriptedTerminal({})
  expect(paint(plain, 'red', 'x')).toBe('x')
  expect(paint({ ...plain, isInteractive: true }, 'red', 'x')).toBe('\u001b[31mx\u001b[0m')
  expect(paint({ ...plain, isInteractive: true, environment: { NO_COLOR: '1' } }, 'red', 'x')).toBe('x')
})

test('one and many', () =>
  expect([plural(1, 'file'), plural(0, 'file'), plural(2, 'batch', 'batches')]).toEqual(['1 file', '0 files', '2 batches']))
