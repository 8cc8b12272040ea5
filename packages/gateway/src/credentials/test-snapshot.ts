import { type Kind, type PolicySpec, type Resource, specs } from '@gatehouse/contracts'
import { defineProvider, type ProviderDefinition, Registry } from '@gatehouse/kernel'
import { z } from 'zod'
import { compile, type Snapshot } from '../snapshot.ts'

const silent = defineProvider({
  id: 'provider.silent',
  title: 'Silent',
  summary: 'For tests.',
  config: z.strictObject({}),
  create: () => ({ dialect: 'openai-chat', chat: () => Promise.reject(new Error('never called')) }),
})

/** A resource as the store would hold it. */
export const resource = (kind: Kind, name: string, spec: unknown, project = 'default'): Resource => ({
  ...{ id: name, kind, project, name, managedBy: 'file', version: 1, createdAt: 0, updatedAt: 0 },
  spec: specs[kind].parse(spec) as Resource['spec'],
})
export const route = (name: string, models: string[], more: object = {}, project = 'default'): Resource =>
  resource('Route', name, { models, targets: [{ provider: 'silent' }], ...more }, project)

/** For tests: a snapshot in which the secret of a reference is what stands behind the colon. */
export const snapshotOf = (resources: readonly Resource[]): Promise<Snapshot> => {
  const projects = new Set(['default', ...resources.map(({ project }) => project)])
  const providers = [...projects].map((project) => resource('Provider', 'silent', { use: 'provider.silent' }, project))
  return compile([...providers, ...resources], {
    providers: new Registry<ProviderDefinition>([silent]),
    bindPolicy: (id: string, spec: PolicySpec) => ({ id, spec, stages: {} }),
    resolveSecret: async (reference) => reference.slice(reference.indexOf(':') + 1),
  })
}
