import { describe, expect, it } from 'vitest'
import { contentOf, wordsOf } from './content.ts'
import { tokensOf } from './tokens.ts'

const about = (question: string) => tokensOf(contentOf(question))

describe('what a question is about', () => {
  it.each([
    ['Hi, could you tell me how long the lease of a kayak lasts?', 'the lease of a kayak lasts'],
    ["I'd like to know whether I really need a helmet, please", 'a helmet'],
    ['Are we allowed to paddle at night? Thanks a lot!', 'paddle at night'],
    ['请问独木舟可以租多少天？', '独木舟 租 天'],
    ['救生衣要不要自己洗？', '救生衣 洗'],
  ])('%s', (question, content) => {
    expect(about(question)).toEqual(tokensOf(content))
  })
  it('a word of asking within another word stays', () => {
    expect(about('What does I/O error 5 in an-only.get mean?')).toEqual(expect.arrayContaining(['error', '5', 'an-only.get']))
    expect(about('会议在线吗')).toEqual(expect.arrayContaining(['会议', '在线']))
  })
  it('where nothing else was asked, the question stays as it is', () => {
    expect(contentOf('请问可以吗')).toBe('请问可以吗')
    expect(contentOf('How long?')).toBe('How long?')
  })
  it('Chinese is cut into words, with no pair over a border', () => {
    expect(wordsOf('独木舟出租')).toEqual([expect.arrayContaining(['独木', '木舟']), expect.arrayContaining(['出租'])])
    expect(wordsOf('独木舟出租').flat()).not.toContain('舟出')
  })
})
