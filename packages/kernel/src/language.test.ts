import { expect, test } from 'vitest'
import { languageOf } from './language.ts'

test('the language with more words wins; a Han character counts as one', () => {
  const rows = [
    ['How many days carry over?', 'en'],
    ['年假可以结转几天？', 'zh'],
    ['OpenTelemetry 配置', 'zh'],
    ['What does 年假 mean here?', 'en'],
    ['42', 'en'],
  ] as const
  for (const [text, language] of rows) expect([text, languageOf(text)]).toEqual([text, language])
  expect(languageOf('42', 'zh')).toBe('zh')
})
