import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildAutomaton } from './automaton.ts'
import { type GateName, gates } from './gates.ts'
import { isOpen, scan } from './scan.ts'

test('an automaton finds every literal, also inside and across others', () => {
  const literals = ['he', 'she', 'hers', 'his', '00'].map((text, gate) => ({ text, gate }))
  const { next, classes, shift, low, firstOutput } = buildAutomaton(literals)
  const gatesIn = (text: string) => {
    let state = 0
    let open = 0
    for (const character of text) {
      state = next[(state << shift) | classes[character.charCodeAt(0)]!]!
      if (state >= firstOutput) open |= low[state]!
    }
    return literals.filter(({ gate }) => open & (1 << gate)).map(({ text: literal }) => literal)
  }
  expect(gatesIn('uSHErs')).toEqual(['he', 'she', 'hers'])
  expect(gatesIn('room 42')).toEqual(['00'])
  expect(gatesIn('h e')).toEqual([])
})

const plain = Object.entries(gates).flatMap(([name, texts]) =>
  texts.filter((text) => /^[a-z '-]+$/.test(text) && text.trim() === text).map((text) => [name, text] as const),
)

test('a literal opens its gate wherever it stands, in text of any length, and nothing else does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...plain), fc.nat(2000), fc.nat(2000), fc.boolean(), ([name, literal], before, after, wide) => {
      const text = `${'#'.repeat(before)}${literal.toUpperCase()}${'#'.repeat(after)}${wide ? '名' : ''}`
      const found = scan(text)
      expect(isOpen(found, name as GateName)).toBe(true)
      expect([...found.at]).toContain(before + literal.length - 1)
    }),
    { numRuns: 500 },
  )
  expect(scan('#'.repeat(3000))).toMatchObject({ low: 0, high: 0 })
})
