import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/invariants.md'), 'utf8')
const sections = page.split(/^## /m).slice(1)

/** `- path/of/tests.ts` — `name of the test` */
const proofsOf = (section: string) =>
  [...section.matchAll(/^- `([^`]+\.ts)` — `([^`]+)`$/gm)].map(([, file, name]) => ({ file: file!, name: name! }))

test('every invariant of the design stands in docs/invariants.md', () => {
  expect(sections.map((section) => Number.parseInt(section, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

for (const section of sections) {
  const [title = ''] = section.split('\n')
  describe(title, () => {
    test('has a test, or says that nothing it is about exists yet', () => {
      expect(proofsOf(section).length > 0 || section.includes('Not built yet:')).toBe(true)
    })
    for (const { file, name } of proofsOf(section))
      test(`${file} has the test "${name}"`, () => {
        expect(existsSync(join(root, file)), `${file} does not exist`).toBe(true)
        // in the source as it is written: 'name', "name" or `name`
        expect(readFileSync(join(root, file), 'utf8').replace(/\\'/g, "'").includes(name), `${file} has no test of this name`).toBe(true)
      })
  })
}
