import { type BaseView, KnowledgeBaseSpec, type knowledgeEndpoints, type Resource } from '@gatehouse/contracts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { checkChangeable, resourceFieldsOf, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

type BaseEndpoints = Pick<typeof knowledgeEndpoints, 'listBases' | 'createBase' | 'getBase' | 'changeBase' | 'removeBase'>

export const baseOperations: Create<BaseEndpoints> = ({ store, library }) => {
  const { resources, search } = store
  return {
    async listBases({ project }) {
      return { items: await Promise.all((await resources.list('KnowledgeBase', project)).map((base) => baseView(base, store))) }
    },

    async createBase({ body: { name, ...fields }, project, operator }) {
      if (await resources.get('KnowledgeBase', project, name)) throw refusal('conflict', 'exists-already', { what: 'KnowledgeBase', name })
      const spec = KnowledgeBaseSpec.parse(fields)
      const base = await resources.put(
        { kind: 'KnowledgeBase', project, name, spec, managedBy: 'console', ifVersion: 0 },
        actorOf(operator),
      )
      await search.createDataset({ id: base.id, project })
      return baseView(base, store)
    },

    async getBase({ path, project }) {
      return baseView(await resourceOf(resources, 'KnowledgeBase', project, path.base!), store)
    },

    async changeBase({ path, body: { version, retrieval, ...fields }, project, operator }) {
      const base = await resourceOf(resources, 'KnowledgeBase', project, path.base!)
      checkChangeable(base, version)
      const spec = { ...base.spec, ...present(fields), retrieval: { ...base.spec.retrieval, ...present(retrieval ?? {}) } }
      const { kind, name, managedBy } = base
      return baseView(await resources.put({ kind, project, name, spec, managedBy, ifVersion: base.version }, actorOf(operator)), store)
    },

    async removeBase({ path, project, operator }) {
      const base = await resourceOf(resources, 'KnowledgeBase', project, path.base!)
      checkChangeable(base)
      // first the resource: from then on nobody's query reaches the dataset
      await resources.remove('KnowledgeBase', project, base.name, actorOf(operator))
      await library.removeBase(base.id)
    },
  }
}

async function baseView(base: Resource<'KnowledgeBase'>, { search }: AdminDependencies['store']): Promise<BaseView> {
  const { title, description, access, splitting, retrieval, policy } = base.spec
  const { documents, segments, characters } = await search.counts(base.id)
  return {
    ...resourceFieldsOf(base),
    title,
    description,
    access: [...access],
    splitting,
    retrieval,
    policy,
    documents,
    segments,
    characters,
  }
}
