import type { NodeContext } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { appExchange, mara, ScriptedDatasets, sourceOf } from '../../scripted.ts'
import { createKnowledgeRetrieval } from './index.ts'

const definition = createKnowledgeRetrieval((name, project) =>
  name === 'handbook' && project === 'default' ? 'id-of-handbook' : undefined,
)
const run = async (config: Record<string, unknown>, datasets = new ScriptedDatasets([sourceOf(1, 'leave', 'Five days.')])) => {
  const exchange = appExchange('q')
  // no model and no reader here
  const context = { exchange, datasets } as unknown as NodeContext
  const { output } = await definition.run({ config: definition.config.parse(config), context })
  return { output, exchange, datasets }
}

test('names become ids of the own project, each asked once, and the record goes to the notes', async () => {
  const { output, exchange, datasets } = await run({ datasets: ['handbook', 'handbook'], query: 'days?', topK: 3 })
  expect(datasets.queries).toEqual([{ datasets: ['id-of-handbook'], text: 'days?', asker: mara }])
  expect(output).toMatchObject({ weak: false, text: '[1] Title of leave\nFive days.', termWeights: { leave: 2.5 } })
  expect(exchange.notes.retrieval).toHaveLength(1)
})

test('a knowledge base that does not exist is an error that does not repeat its name', async () => {
  await expect(run({ datasets: ['salaries'] })).rejects.toThrow(/^the knowledge base this app names does not exist in its project$/)
})

test('how many were withheld never comes out', async () => {
  expect(JSON.stringify((await run({ datasets: ['handbook'] })).output)).not.toContain('withheld')
})
