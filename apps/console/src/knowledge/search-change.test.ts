import { expect, test } from 'vitest'
import { searchChange } from './search-change.ts'

test('empty models are taken away, and numbers left out keep their standard', () => {
  expect(searchChange({ topK: '7', threshold: '0.2', mode: 'words', embedding: '', rerank: '', weight: '', dimensions: '' })).toEqual({
    embedding: null,
    retrieval: { topK: 7, threshold: 0.2, mode: 'words', weights: null, rerank: null },
  })
})

test('a model and a weight are what was typed', () => {
  const change = searchChange({
    topK: '5',
    threshold: '0',
    mode: 'hybrid',
    embedding: 'embeddings',
    dimensions: '512',
    weight: '0.15',
    rerank: 'ranks',
  })
  expect(change.embedding).toEqual({ model: 'embeddings', dimensions: 512 })
  expect(change.retrieval).toMatchObject({
    weights: { words: 0.85, vectors: 0.15 },
    rerank: { model: 'ranks', candidates: 50, timeout: 800 },
  })
})
