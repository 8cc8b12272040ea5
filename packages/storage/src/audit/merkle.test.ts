import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import { merkleRoot } from './merkle.ts'

test('a root changes with every line, their order and their number', () => {
  const roots = [[], ['a'], ['b'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'b'], ['a', 'b', 'b', 'b'], ['a', 'b', 'c', 'd', 'e']].map(merkleRoot)
  expect(new Set(roots).size).toBe(roots.length)
})

test('canonical text does not depend on the order of keys, and leaves out what is undefined', () => {
  expect(canonical({ b: [1, undefined, { d: 'é', c: null }], a: undefined })).toBe('{"b":[1,null,{"c":null,"d":"é"}]}')
  expect(canonical({ x: 1, a: { z: 1, y: 2 } })).toBe(canonical({ a: { y: 2, z: 1 }, x: 1 }))
})
