import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expandConfig, parseConfig, referencesIn } from './config-template.ts'
import { expand, malformed, parseTemplate, type Values } from './template.ts'

const values =
  (all: Record<string, unknown>): Values =>
  (node, field) =>
    all[`${node}.${field}`]

test('references become parts, everything else is literal', () => {
  expect(parseTemplate('Hi {{#sys.user_name#}}, {{ x }} {{#llm.out.first#}}')).toEqual([
    { literal: 'Hi ' },
    { node: 'sys', path: ['user_name'] },
    { literal: ', {{ x }} ' },
    { node: 'llm', path: ['out', 'first'] },
  ])
})

test('a value that contains a reference stays literal, in any split and nesting', () => {
  const secret = values({ 'env.secret': 's3cret', 'a.x': '{{#env.secret#}}', 'a.y': '{{#env.', 'a.z': 'secret#}}' })
  expect(expand(parseTemplate('{{#a.x#}}'), secret)).toBe('{{#env.secret#}}')
  expect(expand(parseTemplate('{{#a.y#}}{{#a.z#}}'), secret)).toBe('{{#env.secret#}}')
  expect(expand(parseTemplate('{{#{{#a.z#}}'), secret)).toBe('{{#secret#}}')
})

test('property: expansion is the parts joined, whatever the values hold', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('{{#env.secret#}}', '{{#a.a#}}', '{{#', '#}}', '$&', '$1', '{{#sys.query#}}{{#env.secret#}}'),
  )
  fc.assert(
    fc.property(hostile, hostile, fc.constantFrom('', ' ', '-', 'x{{', '}}'), (first, second, between) => {
      const text = expand(
        parseTemplate(`{{#a.a#}}${between}{{#a.b#}}`),
        values({ 'a.a': first, 'a.b': second, 'env.secret': 'LEAKED-SECRET' }),
      )
      expect(text).toBe(first + between + second)
    }),
  )
})

test('property: the same holds for configs, where a value may be inserted beside another', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const config = parseConfig({ list: [{ text: 'a {{#n.v#}}' }, 'plain'], number: 4 })
      expect(expandConfig(config, values({ 'n.v': `${value}{{#n.w#}}`, 'n.w': 'LEAK' }))).toEqual({
        list: [{ text: `a ${value}{{#n.w#}}` }, 'plain'],
        number: 4,
      })
    }),
  )
})

test('expanding leaves the config as it was', () => {
  const config = parseConfig({ a: { b: '{{#n.v#}}' } })
  expandConfig(config, values({ 'n.v': 'x' }))
  expect(config.config).toEqual({ a: { b: '{{#n.v#}}' } })
  expect(referencesIn(config)).toEqual([{ path: ['a', 'b'], reference: { node: 'n', path: ['v'] } }])
})

test('objects render as JSON, missing values as nothing, and a path never reaches a prototype', () => {
  const all = values({ 'n.o': { a: [1, true] }, 'n.n': 4, 'n.none': null })
  expect(expand(parseTemplate('{{#n.o#}}|{{#n.n#}}|{{#n.none#}}|{{#n.gone#}}|{{#n.o.constructor.name#}}|{{#n.o.__proto__#}}'), all)).toBe(
    '{"a":[1,true]}|4||||',
  )
})

test('what looks like a reference and is none is told apart', () => {
  expect(malformed(parseTemplate('a {{# b.c #}}'))).toContain('{{# b.c')
  expect(malformed(parseTemplate('a {{#b.c#}} {{ d }}'))).toBeUndefined()
})
