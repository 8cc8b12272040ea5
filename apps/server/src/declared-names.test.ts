import { type Kind, type Spec, specs } from '@gatehouse/contracts'
import type { Declared } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { unknownNames } from './declared-names.ts'

const declare = (kind: Kind, name: string, spec: unknown, project = 'default'): Declared => ({
  ...{ kind, project, name },
  spec: specs[kind].parse(spec) as Spec<Kind>,
})
const group = declare('Group', 'people', {})

test('a principal nobody has made is named with its place and the nearest name', () => {
  const declared = [
    group,
    declare('User', 'mara', { groups: ['peple'] }),
    declare('KnowledgeBase', 'handbook', { access: ['everyone', 'group:poeple', 'group:mara', 'consumer:chat'] }),
    declare('Consumer', 'shop', { groups: ['people'], maySpeakFor: ['*', 'marra'] }),
    declare('App', 'helper', { graph: { nodes: [], edges: [] }, access: ['public', 'consumer:shops'] }),
  ]
  expect(unknownNames(declared, declared).map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'User/mara spec.groups: nobody is "group:peple"; did you mean "group:people"?',
    'KnowledgeBase/handbook spec.access: nobody is "group:poeple"; did you mean "group:people"?',
    'KnowledgeBase/handbook spec.access: nobody is "group:mara"; did you mean "user:mara"?',
    'Consumer/shop spec.maySpeakFor: nobody is "user:marra"; did you mean "user:mara"?',
    'App/helper spec.access: nobody is "consumer:shops"; did you mean "consumer:shop"?',
  ])
})

test('what is made in the same apply may be named, and what only another project has may not', () => {
  const base = declare('KnowledgeBase', 'handbook', { access: ['group:people'] })
  expect(unknownNames([base, group], [base, group])).toEqual([])
  const elsewhere = declare('Group', 'people', {}, 'other')
  expect(unknownNames([base], [base, elsewhere])).toEqual([
    { path: 'KnowledgeBase/handbook spec.access', message: 'nobody is "group:people"' },
  ])
})
