import { expect, test } from 'vitest'
import { decodeChat } from './dialects/openai-chat.ts'
import { decodeEmbeddings } from './dialects/openai-embeddings.ts'
import { decodeRerank } from './dialects/rerank.ts'
import { compileParameters, refusedParameter, withParameters } from './parameters.ts'

const changes = {
  defaults: { temperature: 0.2, seed: 1 },
  overrides: { max_tokens: 50, dimensions: 64, top_n: 2 },
  remove: ['seed', 'logprobs'],
}
const messages = [{ role: 'user', content: 'Hi' }]

test('defaults stand where the caller says nothing, overrides always, removals last', () => {
  const { raw, maxTokens } = withParameters(
    decodeChat({ model: 'm', messages, temperature: 1, max_tokens: 900, logprobs: true, other: 1 }),
    changes,
  )
  expect(raw).toEqual({ model: 'm', messages, temperature: 1, max_tokens: 50, dimensions: 64, top_n: 2, other: 1 })
  expect(maxTokens).toBe(50)
})

test('they hold for texts to vectors and for ranking too', () => {
  expect(withParameters(decodeEmbeddings({ model: 'm', input: 'a', dimensions: 8 }), changes).dimensions).toBe(64)
  expect(withParameters(decodeRerank({ model: 'm', query: 'q', documents: ['a'] }), changes).topN).toBe(2)
})

test('a request that is so already is the very same', () => {
  const request = decodeChat({ model: 'm', messages, temperature: 0.2 })
  expect(withParameters(request, { defaults: { temperature: 1 }, overrides: { temperature: 0.2 }, remove: ['seed'] })).toBe(request)
})

test('a target that changes nothing costs nothing, and what a request is made of is no parameter', () => {
  expect(compileParameters({ defaults: {}, overrides: {}, remove: [] })).toBeUndefined()
  for (const name of ['model', 'messages', 'stream', 'input', 'documents']) expect(refusedParameter(name)).toContain('is no parameter')
  expect(refusedParameter('temperature')).toBeUndefined()
})
