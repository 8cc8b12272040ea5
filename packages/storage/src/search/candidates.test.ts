import { expect, test } from 'vitest'
import { deciding } from './candidates.ts'

const found = new Map(Object.entries({ never: 0, rare: 40, usual: 2990, common: 9000, everywhere: 15_000 }))

test('all terms decide while they match little', () => {
  expect(deciding(['never', 'rare', 'usual'], found)).toEqual(['never', 'rare', 'usual'])
})

test('common terms only rank once rarer ones match enough', () => {
  expect(deciding(['rare', 'usual', 'common', 'everywhere'], found)).toEqual(['rare', 'usual'])
  expect(deciding(['common', 'everywhere'], found)).toEqual(['common'])
  expect(deciding(['rare', 'common', 'everywhere'], found)).toEqual(['rare', 'common'])
})

test('for those who may read little more terms decide', () => {
  expect(deciding(['rare', 'usual', 'common', 'everywhere'], found, 0.3)).toEqual(['rare', 'usual', 'common'])
  expect(deciding(['rare', 'usual', 'common', 'everywhere'], found, 0)).toHaveLength(4)
})
