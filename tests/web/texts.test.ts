import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Each package with texts of its own: its two tables, and where they are used. */
const packages = [
  { room: 'packages/ui', en: 'src/i18n/english.ts', zh: 'src/i18n/chinese.ts' },
  { room: 'apps/console', en: 'src/messages/en.ts', zh: 'src/messages/zh.ts' },
  { room: 'apps/chat', en: 'src/messages/en.ts', zh: 'src/messages/zh.ts' },
]

const tableOf = (file: string) =>
  new Map(
    [...read(file).matchAll(/^ {2}'([^']+)':\s*(?:'([^'\n]*)'|"([^"\n]*)"),$/gm)].map(([, key = '', text, other]) => [
      key,
      text ?? other ?? '',
    ]),
  )
const bare = (key: string) => key.replace(/_(one|other)$/, '')
const keysOf = (table: ReadonlyMap<string, string>) => [...new Set([...table.keys()].map(bare))].sort()
const valuesIn = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort()

/** Keys as they stand in code, and patterns of those put together at run time. */
function usedIn(sources: readonly string[]) {
  const literals = sources.flatMap((source) => [...source.matchAll(/'([a-z][\w-]*(?:\.[\w-]+)+)'/gi)].map(([, key = '']) => key))
  const patterns = sources.flatMap((source) =>
    [...source.matchAll(/`([a-z][\w-]*\.[^`\s]*\$\{[^`\s]+)`/gi)].map(
      ([, template = '']) => new RegExp(`^${template.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '[\\w-]+')}$`),
    ),
  )
  return (key: string) => literals.includes(key) || patterns.some((pattern) => pattern.test(key))
}

describe.each(packages)('the texts of $room', ({ room, en, zh }) => {
  const english = tableOf(`${room}/${en}`)
  const chinese = tableOf(`${room}/${zh}`)
  // English texts of the shared parts are used by both applications as well
  const sources = globSync('{packages/ui,apps/console,apps/chat}/src/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && !file.endsWith(en) && !file.endsWith(zh))
    .filter((file) => room === 'packages/ui' || file.startsWith(room))
    .map(read)

  test('every line of a table was read', () => {
    const lines = read(`${room}/${en}`)
      .split('\n')
      .filter((line) => /^ {2}'[\w.-]+':/.test(line))
    expect(english.size).toBe(lines.length)
    expect(english.size).toBeGreaterThan(20)
  })

  test('English and Chinese have the same keys', () => {
    expect(keysOf(chinese)).toEqual(keysOf(english))
  })

  test('no text is used by nobody', () => {
    const isUsed = usedIn(sources)
    expect(keysOf(english).filter((key) => !isUsed(key))).toEqual([])
  })

  test('both languages name the same values', () => {
    const other = (key: string) => chinese.get(key) ?? chinese.get(`${bare(key)}_other`) ?? ''
    // "one document" may do without its number
    const differing = [...english]
      .filter(([key]) => !key.endsWith('_one'))
      .filter(([key, text]) => String(valuesIn(text)) !== String(valuesIn(other(key))))
    expect(differing.map(([key]) => key)).toEqual([])
  })

  test('no Chinese text was left in English', () => {
    const left = [...chinese].filter(([, text]) => /[a-z]{3}/i.test(text.replace(/\{\{\w+\}\}/g, '')) && !/\p{Script=Han}/u.test(text))
    expect(left.map(([key]) => key)).toEqual(room === 'apps/chat' ? ['app.name'] : [])
  })
})

test('a text that nobody uses, and one put together at run time, are told apart', () => {
  const isUsed = usedIn(['t(`steps.$' + '{status}`)', "t('a.known')"])
  expect(['steps.done', 'a.known', 'a.other'].map(isUsed)).toEqual([true, true, false])
})
