import { expect, it } from 'vitest'
import { linesOf, type Run } from './pdf-lines.ts'

const run = (text: string, x: number, y: number, direction: Run['direction'] = 'right'): Run => ({
  ...{ text, x, y, direction, size: 10 },
  width: text.length * 5,
})
const texts = (runs: readonly Run[]) => linesOf(runs).map(({ text }) => text)

it('what stands on one line is one line, whatever order it was drawn in', () => {
  expect(texts([run('two', 40, 500), run('below', 20, 480), run('one', 20, 500)])).toEqual(['one two', 'below'])
})
it('a raised sign stays with its line', () => {
  expect(texts([run('E = mc', 20, 500), run('2', 50, 504), run('next', 20, 480)])).toEqual(['E = mc2', 'next'])
})
it('wide gaps part cells', () => {
  expect(linesOf([run('name', 20, 500), run('price', 120, 500)])[0]!.cells.map(({ text }) => text)).toEqual(['name', 'price'])
})
it('Arabic and Hebrew are read from the right', () => {
  expect(texts([run('עולם', 20, 500, 'left'), run('שלום', 45, 500, 'left')])).toEqual(['שלום עולם'])
})
it('columns that run down are read from the right', () => {
  expect(texts([run('第二行', 80, 700, 'down'), run('第一行', 100, 700, 'down')])).toEqual(['第一行', '第二行'])
})
it('what stands along a margin comes last', () => {
  expect(texts([run('along the margin', 5, 700, 'turned'), run('the text', 60, 600)])).toEqual(['the text', 'along the margin'])
})
it('a title across two columns comes before both', () => {
  const sentence = (side: string, at: number) => `some running text, ${side} ${at} of it, as long as that`
  const left = Array.from({ length: 6 }, (_, at) => run(sentence('left', at), 20, 600 - at * 12))
  const right = Array.from({ length: 6 }, (_, at) => run(sentence('right', at), 290, 600 - at * 12))
  const title = run('A title that reaches across both of the columns below, and by far', 60, 700)
  const found = texts([...right, ...left, title])
  expect([found[0]!.slice(0, 7), found[1]!.slice(19, 25), found[6]!.slice(19, 25), found[7]!.slice(19, 26)]).toEqual([
    'A title',
    'left 0',
    'left 5',
    'right 0',
  ])
})
