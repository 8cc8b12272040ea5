import { expect, test } from 'vitest'
import { matchPath, paths, reservedPrefixes } from './paths.ts'

const concrete = (path: string) => path.replace('/**', '/x/y').replace('*', 'some-id')

for (const row of paths)
  for (const method of row.methods)
    test(`${method} ${row.path} is ${row.surface}${row.operation ? ` ${row.operation}` : ''}`, () => {
      const { surface, operation, dialect } = row
      expect(matchPath(method, concrete(row.path))).toMatchObject({ surface, dialect, prefix: '', ...(operation && { operation }) })
      const prefixed = () => matchPath(method, `/team/a${concrete(row.path)}`)
      if (row.where === 'suffix') expect(prefixed()).toMatchObject({ surface, operation, prefix: '/team/a' })
      else expect(prefixed).toThrow(/nothing is served|takes/)
      for (const kind of ['model', 'app', 'dataset'] as const) {
        const matched = () => matchPath(method, concrete(row.path), kind)
        if (row.keys && !row.keys.includes(kind)) expect(matched).toThrow(`${row.keys.join(' or ')} keys, not ${kind} keys`)
        else expect(matched().surface).toBe(surface)
      }
    })

test.each(reservedPrefixes)('no model route is reached under the reserved prefix /%s', (prefix) => {
  const reached = () => matchPath('POST', `/${prefix}/v1/chat/completions`)
  if (prefix === 'chat') expect(reached().surface).toBe('chat')
  else if (prefix === 'mcp' || prefix === 'extensions') expect(reached().surface).not.toBe('model')
  else expect(reached).toThrow('nothing is served')
})

test('the method decides between Anthropic and Dify at /v1/messages', () => {
  expect(matchPath('POST', '/v1/messages')).toMatchObject({ surface: 'model', dialect: 'anthropic' })
  expect(matchPath('GET', '/v1/messages')).toMatchObject({ surface: 'dify' })
  expect(() => matchPath('GET', '/team/v1/messages')).toThrow('this path takes POST')
})

test('a doubled /v1 is collapsed', () => {
  expect(matchPath('POST', '/v1/v1/chat/completions')).toMatchObject({ operation: 'chat', prefix: '' })
  expect(matchPath('POST', '/team/v1/v1/chat/completions')).toMatchObject({ operation: 'chat', prefix: '/team' })
})

test('an unknown path names itself, without control characters', () => {
  expect(() => matchPath('POST', '/v1/chat\n/complete')).toThrow('nothing is served at /v1/chat?/complete')
})
