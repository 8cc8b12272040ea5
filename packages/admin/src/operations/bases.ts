import { type BaseView, KnowledgeBaseSpec, type knowledgeEndpoints, type Resource } from '@gatehouse/contracts'
import { checkPrincipals } from '../access/principals.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { checkChangeable, resourceFieldsOf, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

type BaseEndpoints = Pick<typeof knowledgeEndpoints, 'listBases' | 'createBase' | 'getBase' | 'changeBase' | 'removeBase'>

export const baseOperations: Create<BaseEndpoints> = ({ store, library }) => {
  const { resources, search } = store
  const viewOf = async (base: Resource<'KnowledgeBase'>) => baseView(base, await search.counts(base.id), await library.embeddingOf(base.id))
  return {
    async listBases({ project }) {
      return { items: await Promise.all((await resources.list('KnowledgeBase', project)).map(viewOf)) }
    },

    async createBase({ body: { name, ...fields }, project, operator }) {
      if (await resources.get('KnowledgeBase', project, name)) throw refusal('conflict', 'exists-already', { what: 'KnowledgeBase', name })
      await checkPrincipals(resources, project, fields.access)
      const spec = KnowledgeBaseSpec.parse(fields)
      const base = await resources.put(
        { kind: 'KnowledgeBase', project, name, spec, managedBy: 'console', ifVersion: 0 },
        actorOf(operator),
      )
      await search.createDataset({ id: base.id, project })
      return viewOf(base)
    },

    async getBase({ path, project }) {
      return viewOf(await resourceOf(resources, 'KnowledgeBase', project, path.base!))
    },

    async changeBase({ path, body: { version, retrieval = {}, embedding, ...fields }, project, operator }) {
      const base = await resourceOf(resources, 'KnowledgeBase', project, path.base!)
      checkChangeable(base, version)
      await checkPrincipals(resources, project, fields.access ?? [], base.spec.access)
      const given = { ...present({ embedding }), retrieval: { ...base.spec.retrieval, ...present(retrieval) } }
      const spec = KnowledgeBaseSpec.parse(withoutNulls({ ...base.spec, ...present(fields), ...given }))
      const { kind, name, managedBy } = base
      return viewOf(await resources.put({ kind, project, name, spec, managedBy, ifVersion: base.version }, actorOf(operator)))
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

/** `null` says: not any more. */
const withoutNulls = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, name === 'retrieval' ? withoutNulls(value) : value]),
  )

type Counts = Awaited<ReturnType<AdminDependencies['store']['search']['counts']>>
type Vectors = Awaited<ReturnType<AdminDependencies['library']['embeddingOf']>>

function baseView(base: Resource<'KnowledgeBase'>, { documents, segments, characters }: Counts, vectors: Vectors): BaseView {
  const { title, description, access, embedding, splitting, retrieval, policy } = base.spec
  return {
    ...resourceFieldsOf(base),
    title,
    description,
    access: [...access],
    ...(embedding && { embedding }),
    ...(vectors && { vectors: { ready: !vectors.changing, ...present({ dimensions: vectors.dimensions, problem: vectors.problem }) } }),
    splitting,
    retrieval,
    policy,
    documents,
    segments,
    characters,
  }
}
