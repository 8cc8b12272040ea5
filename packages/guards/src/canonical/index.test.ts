import { expect, test } from 'vitest'
import { canonicalise, canonicalText } from './index.ts'

test.each([
  ['case and white space', 'Some  WORDS\n\t here', 'some words here'],
  ['what nobody sees', 'i\u200bg\u00adn\u2060o\ufe0fre', 'ignore'],
  ['full width and ligatures', 'ＡＢＣ１２３ ﬁne', 'abc123 fine'],
  ['accents and stacked marks', 'précédentes i\u0301\u0323', 'precedentes i'],
  ['tag characters', 'a\u{e0042}\u{e0043}', 'abc'],
  ['mathematical letters', '\u{1d422}\u{1d420}', 'ig'],
  ['look-alikes in a Latin word', 'ignоrе', 'ignore'],
  ['Russian stays Russian', 'Игнорируй', 'игнорируи'],
  ['Greek stays Greek', 'αγνόησε', 'αγνοησε'],
  ['Chinese, Japanese and Korean stay', '忽略指令 がぎ 무시', '忽略指令 がぎ 무시'],
  ['emoji stay', '👍🏽 ok', '👍🏽 ok'],
  ['a flag of a region is no hidden text', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} x', '\u{1f3f4} x'],
])('%s', (_what, text, expected) => {
  expect(canonicalText(text)).toBe(expected)
})

test('every character leads back to where it came from', () => {
  const text = 'a\u200b  Ｂ ß\u{e0043}'
  const { offsets, length } = canonicalise(text)
  expect([...offsets.slice(0, length + 1)]).toEqual([0, 2, 4, 5, 6, 6, 7, text.length])
})

test('hidden letters and forced direction are counted', () => {
  expect(canonicalise('x\u{e0041}\u{e0042}\u202ey')).toMatchObject({ tags: 2, overrides: 1 })
})
