import { expect, test } from 'vitest'
import { chosenOf, droppedIn, sortOut } from './chosen-files.ts'

const file = (name: string) => new File(['x'], name)
const fileEntry = (fullPath: string) => ({
  isFile: true,
  isDirectory: false,
  fullPath,
  file: (done: (file: File) => void) => done(file(fullPath.split('/').at(-1)!)),
})
const folderEntry = (fullPath: string, portions: readonly (readonly object[])[]) => ({
  isFile: false,
  isDirectory: true,
  fullPath,
  createReader: () => {
    const left = [...portions]
    return { readEntries: (done: (entries: readonly object[]) => void) => done(left.shift() ?? []) }
  },
})

test('a dropped folder is read to its end, and each file keeps its place in it', async () => {
  const inner = folderEntry('/rules/inner', [[fileEntry('/rules/inner/c.pdf')]])
  const entries = [folderEntry('/rules', [[fileEntry('/rules/a.md')], [inner, fileEntry('/rules/b.md')]]), fileEntry('/d.txt')]
  // of the browser's types only what is used
  const dropped = { items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] } as unknown as DataTransfer
  expect((await droppedIn(dropped)).map(({ path }) => path)).toEqual(['rules/a.md', 'rules/inner/c.pdf', 'rules/b.md', 'd.txt'])
})

test('of a folder only readable kinds are sent; a file that was chosen itself always is', () => {
  const inFolder = ['a.md', 'photo.png', '.hidden.md', 'B.PDF'].map((name) => ({ file: file(name), path: `x/${name}` }))
  const { taken, leftOut } = sortOut([...inFolder, ...chosenOf([file('slides.pptx')])])
  expect([taken.map(({ path }) => path), leftOut]).toEqual([['x/a.md', 'x/B.PDF', 'slides.pptx'], 2])
})
