import { type Spec, specs } from '@gatehouse/contracts'
import type { Base } from '../bases.ts'
import { jsonOf } from './body.ts'
import { type KnownKey, mayUse } from './caller.ts'
import { countsFor } from './counts.ts'
import { DifyRefusal, invalid } from './errors.ts'
import { baseFor, type DifyApp, type DifyKnowledgeParts } from './parts.ts'
import { CreateDataset, check, Paging, PatchDataset } from './schemas.ts'
import { toDataset } from './shapes.ts'

const duplicate = () => new DifyRefusal(409, 'dataset_name_duplicate', 'The dataset name already exists. Please modify your dataset name.')

export function datasetRoutes(app: DifyApp, parts: DifyKnowledgeParts): void {
  const { bases, store, ingest, newId, clock } = parts
  const shown = async (base: Base, key: KnownKey) => toDataset(base, await countsFor(store, base, key))
  const usable = async (key: KnownKey) => (await bases.list(key.project)).filter((base) => mayUse(key, base))
  const actor = ({ consumer }: KnownKey) => `consumer:${consumer}`
  const audit = (key: KnownKey, action: string, id: string) =>
    store.audit.append({ at: clock.now(), project: key.project, actor: actor(key), action, object: `KnowledgeBase/${id}` })

  app.post('/v1/datasets', async (context) => {
    const key = context.get('key')
    const input = check(CreateDataset, await jsonOf(context))
    if (input.provider === 'external') throw invalid('External datasets are not supported.', 'provider')
    if ((await usable(key)).some(({ spec }) => spec.title === input.name)) throw duplicate()
    const spec = specs.KnowledgeBase.parse({
      ...{ title: input.name, description: input.description ?? '', access: [`consumer:${key.consumer}`] },
      retrieval: { topK: input.retrieval_model?.top_k ?? 5 },
      dify: difyFields(key, input),
    })
    const name = `dify-${newId()}`
    const base = await store.resources.put(
      { kind: 'KnowledgeBase', project: key.project, name, spec, managedBy: 'api', ifVersion: 0 },
      actor(key),
    )
    await store.search.createDataset({ id: base.id, project: base.project })
    return context.json(await shown(base, key))
  })

  app.get('/v1/datasets', async (context) => {
    const { page, limit, keyword } = check(Paging, context.req.query())
    const key = context.get('key')
    const found = (await usable(key)).filter(({ spec }) => !keyword || spec.title.toLowerCase().includes(keyword.toLowerCase()))
    const newest = found.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).slice((page - 1) * limit, page * limit)
    const data = await Promise.all(newest.map((base) => shown(base, key)))
    return context.json({ data, has_more: page * limit < found.length, limit, total: found.length, page })
  })

  app.get('/v1/datasets/:dataset', async (context) => {
    const key = context.get('key')
    return context.json(await shown(await baseFor(key, bases, context.req.param('dataset')), key))
  })

  app.patch('/v1/datasets/:dataset', async (context) => {
    const key = context.get('key')
    const base = await baseFor(key, bases, context.req.param('dataset'))
    changeable(base)
    const input = check(PatchDataset, await jsonOf(context))
    if (input.name !== undefined && (await usable(key)).some(({ id, spec }) => id !== base.id && spec.title === input.name))
      throw duplicate()
    if (input.indexing_technique === 'economy' && base.spec.dify.indexing_technique === 'high_quality')
      throw invalid('High quality cannot go back to economy.', 'indexing_technique')
    const spec: Spec<'KnowledgeBase'> = {
      ...base.spec,
      title: input.name ?? base.spec.title,
      description: input.description ?? base.spec.description,
      dify: { ...base.spec.dify, ...difyFields(key, input), consumer: base.spec.dify.consumer },
    }
    const changed = await store.resources.put(
      { kind: 'KnowledgeBase', project: base.project, name: base.name, spec, managedBy: base.managedBy, ifVersion: base.version },
      actor(key),
    )
    return context.json(await shown(changed, key))
  })

  app.delete('/v1/datasets/:dataset', async (context) => {
    const key = context.get('key')
    const base = await baseFor(key, bases, context.req.param('dataset'))
    changeable(base)
    // the resource first: from then on nobody finds anything of it, and what a crash leaves can be removed again
    await store.resources.remove('KnowledgeBase', base.project, base.name, actor(key))
    await ingest.removeBase(base.id)
    await audit(key, 'dataset.remove', base.id)
    return context.body(null, 204)
  })
}

/** What a file declares is changed in that file. */
function changeable({ managedBy }: Base): void {
  if (managedBy === 'file')
    throw new DifyRefusal(403, 'forbidden', 'This dataset is declared in a configuration file and can only be changed there.')
}

function difyFields({ consumer }: KnownKey, input: { [field in 'indexing_technique' | 'permission' | 'retrieval_model']?: unknown }) {
  const { indexing_technique, permission, retrieval_model } = input
  return {
    consumer,
    ...(indexing_technique != null && { indexing_technique }),
    ...(permission != null && { permission }),
    ...(retrieval_model != null && { retrieval_model }),
  }
}
