import type { MessageRecord, Reference, Resolved } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { viewMessages } from './revocation.ts'

const reference = (document: string): Reference => ({
  dataset: 'd',
  document,
  version: 1,
  segment: `${document}-1`,
  start: 0,
  end: 4,
  hash: 'h',
})
const message = (id: string, cited: string[], used?: string[]): MessageRecord => ({
  id,
  conversation: 'c',
  project: 'default',
  call: id,
  at: 0,
  query: 'q',
  answer: 'a',
  status: 'complete',
  citations: cited.map((document, index) => ({ n: index + 1, reference: reference(document) })),
  ...(used ? { used: used.map(reference) } : {}),
})
const passage = (from: Reference): Resolved => ({
  readable: true,
  reference: from,
  title: from.document,
  headings: [],
  text: 'text',
  current: true,
})
const datasets = (secret: string) => ({
  resolve: async (references: readonly Reference[]) =>
    references.map((each) => (each.document === secret ? { readable: false as const } : passage(each))),
})
const viewer = { consumer: 'chat', user: 'mara', principals: [] }

test('an answer is masked when one of its sources is revoked, and only then', async () => {
  const kept = [message('1', ['open', 'secret']), message('2', ['open']), message('3', [], ['secret']), message('4', [])]
  const viewed = await viewMessages(kept, datasets('secret'), viewer)
  expect(viewed.map(({ message: { id }, readable }) => [id, readable])).toEqual([
    ['1', false],
    ['2', true],
    ['3', false],
    ['4', true],
  ])
  expect(viewed[1]!.passages).toHaveLength(1)
})

test('a resolver that answers too little masks instead of showing', async () => {
  const [viewed] = await viewMessages([message('1', ['open'])], { resolve: async () => [] }, viewer)
  expect(viewed!.readable).toBe(false)
})
