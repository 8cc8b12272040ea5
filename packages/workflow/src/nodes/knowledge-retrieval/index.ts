import type { Source } from '@gatehouse/contracts'
import { AppError, defineNode } from '@gatehouse/kernel'
import { z } from 'zod'

/** A knowledge base's name in a project → its id. */
export type FindDataset = (name: string, project: string) => string | undefined

export const createKnowledgeRetrieval = (findDataset: FindDataset) =>
  defineNode({
    id: 'node.knowledge-retrieval',
    version: 1,
    category: 'knowledge',
    title: 'Knowledge retrieval',
    summary: 'Finds the passages that answer a question, among those the person may read.',
    config: z.strictObject({
      datasets: z.array(z.string().min(1)).min(1).max(20).meta({
        title: 'Knowledge bases',
        description: 'By name; {{#start.field#}} takes one from an input.',
        widget: 'dataset',
      }),
      query: z.string().min(1).default('{{#sys.query#}}').meta({ title: 'Question', widget: 'template' }),
      topK: z.int().min(1).max(50).optional().meta({ title: 'How many passages' }),
      threshold: z.number().min(0).max(1).optional().meta({ title: 'Lowest score' }),
    }),
    output: z.object({
      sources: z.array(z.custom<Source>()),
      weak: z.boolean(),
      nearest: z.array(z.string()),
      /** Numbered, for answers that show passages as they are. */
      text: z.string(),
      termWeights: z.record(z.string(), z.number()).optional(),
    }),
    async run({ config, context }) {
      const { exchange } = context
      const datasets = [...new Set(config.datasets.filter(Boolean))].map((name) => idOf(name, exchange.project, findDataset))
      const { topK, threshold } = config
      const query = {
        datasets,
        text: config.query,
        ...(topK === undefined ? {} : { topK }),
        ...(threshold === undefined ? {} : { threshold }),
      }
      const { sources, weak, nearest, record, termWeights } = await context.datasets.retrieve(query, exchange.asker)
      if (!exchange.notes.retrieval.includes(record)) exchange.notes.retrieval.push(record)
      const text = sources.map((source) => `[${source.n}] ${source.title}\n${source.text}`).join('\n\n')
      return {
        output: { sources: [...sources], weak, nearest: [...nearest], text, ...(termWeights ? { termWeights: { ...termWeights } } : {}) },
      }
    },
  })

function idOf(name: string, project: string, find: FindDataset): string {
  const id = find(name, project)
  // the name may come from an input: it is not repeated
  if (id === undefined) throw new AppError('not_found', 'the knowledge base this app names does not exist in its project')
  return id
}
