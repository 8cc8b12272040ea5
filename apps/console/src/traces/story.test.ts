import type { Trace } from '@gatehouse/contracts'
import { formatOf, type Language } from '@gatehouse/ui'
import { createInstance } from 'i18next'
import { describe, expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import type { Text } from '../messages/text.ts'
import { zh } from '../messages/zh.ts'
import { storyOf } from './story.ts'

function translator(language: Language): Text {
  const instance = createInstance()
  void instance.init({
    lng: language,
    resources: { en: { translation: en }, zh: { translation: zh } },
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
  })
  return instance.t as unknown as Text // the same narrowing as in useTranslate
}

const passage = { readable: false } as const
const base: Trace = {
  call: {
    id: 'c',
    at: 0,
    consumer: 'chat',
    user: 'mara',
    dialect: 'chat',
    operation: 'app',
    target: 'handbook',
    model: 'builtin',
    stream: true,
    status: 200,
    end: 'complete',
    duration: 412_000,
    firstByte: 61_000,
    usage: { inputTokens: 1200, outputTokens: 96, source: 'provider' },
    content: 'redacted',
  },
  layers: [],
  verdicts: [{ stage: 'input', action: 'allow', took: 1, findings: [] }],
  attempts: [],
  retrieval: [
    {
      bases: [],
      used: [1, 2, 3].map((n) => ({ n, score: 1, passage })),
      left: [],
      withheld: 2,
      weak: false,
      took: 1,
    },
  ],
  citations: [],
  children: [],
  app: { name: 'handbook', title: 'Ask the handbook', path: [] },
  audit: [],
}
const tell = (trace: Trace, language: Language = 'en') =>
  storyOf(trace, translator(language), formatOf(language)).map((sentence) => sentence.replace(/\u00a0/g, ' '))

describe('the story of a call', () => {
  test('says who asked what, with which documents, what the guards said and how long it took', () => {
    expect(tell(base)).toEqual([
      'mara asked the app “Ask the handbook”.',
      'Documents: 3 passages were used and 2 documents were withheld.',
      'The guards allowed everything.',
      'Answered in 412 ms, the first byte after 61 ms.',
      '1,200 tokens in, 96 out.',
    ])
  })

  test('is told in Chinese as well', () => {
    expect(tell(base, 'zh').slice(0, 3)).toEqual([
      'mara 向应用“Ask the handbook”提问。',
      '检索结果：使用了 3 个段落，2 篇文档未提供。',
      '防护全部放行。',
    ])
  })

  test('names the rules that blocked, once each', () => {
    const finding = { guard: 'guard.injection', rule: 'injection.override', score: 1, start: 0, end: 4 }
    const told = tell({
      ...base,
      call: { ...base.call, end: 'blocked', duration: 8_200 },
      retrieval: [],
      verdicts: [{ stage: 'input', action: 'block', took: 1, findings: [finding, finding] }],
    })
    expect(told).toContain('Question: blocked because of injection.override.')
    expect(told).toContain('Stopped by policy after 8.2 ms.')
  })

  test('does not take a finding that was only monitored for a decision', () => {
    const told = tell({ ...base, verdicts: [{ stage: 'output', action: 'block', monitored: true, took: 1, findings: [] }] })
    expect(told).toContain('1 finding was only monitored.')
    expect(told.join(' ')).not.toContain('blocked')
  })

  test('says when the match was too weak, and when no guard looked', () => {
    const [retrieval] = base.retrieval
    const told = tell({ ...base, verdicts: [], retrieval: retrieval ? [{ ...retrieval, used: [], withheld: 0, weak: true }] : [] })
    expect(told).toContain('Documents: no passage was used.')
    expect(told).toContain('The match was too weak to answer from.')
    expect(told).toContain('No guard looked at it.')
  })

  test('names the code of a failure and the caller without a person', () => {
    const { user: _, ...call } = base.call
    const { app: __, ...rest } = base
    const told = tell({
      ...rest,
      call: { ...call, consumer: 'billing', operation: 'chat', end: 'failed', error: { code: 'upstream_failed', message: 'x' } },
    })
    expect(told[0]).toBe('billing asked the model behind “handbook”.')
    expect(told).toContain('Failed after 412 ms with upstream_failed.')
  })
})
