import { expect, it } from 'vitest'
import { cleanName, cleanPath } from './names.ts'

it.each([
  ['leave\u202efdp.exe', 'leavefdp.exe'],
  ['a\r\nset-cookie: x\u0000.md', 'a set-cookie: x .md'],
  ['\u2066hidden\u2069\u200b \u{e0041}name.txt', 'hidden name.txt'],
  ['休假  办法.docx', '休假 办法.docx'],
  ['family \u{1f469}\u200d\u{1f467}.txt', 'family \u{1f469}\u200d\u{1f467}.txt'],
  ['half \ud83d.txt', 'half \ufffd.txt'],
])('%j is kept as %j', (given, kept) => {
  expect(cleanName(given)).toBe(kept)
})
it('a long name keeps its ending', () => {
  expect(cleanName(`${'x'.repeat(400)}.pdf`)).toBe(`${'x'.repeat(251)}.pdf`)
})
it('a path stays inside and has one form', () => {
  expect(['a/b.md', './a//b.md', 'a\\b.md', '/a/../b.md', '../../etc/x'].map(cleanPath)).toEqual([
    'a/b.md',
    'a/b.md',
    'a/b.md',
    'a/b.md',
    'etc/x',
  ])
})
