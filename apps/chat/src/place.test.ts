import { expect, test } from 'vitest'
import { parsePlace, pathOf } from './place.ts'

test('an address and what it says are each other’s reverse', () => {
  for (const place of [{}, { app: 'handbook' }, { app: 'hand.book', conversation: '019a-b' }])
    expect(parsePlace(pathOf(place))).toEqual(place)
})

test('an address that says nothing leads to the start', () => {
  expect(parsePlace('/chat/')).toEqual({})
})
