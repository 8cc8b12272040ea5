import { defineNode } from '@gatehouse/kernel'
import { z } from 'zod'

export const answer = defineNode({
  id: 'node.answer',
  version: 1,
  category: 'io',
  title: 'Answer',
  summary: 'What people read. A text that a node is still writing streams through.',
  config: z.strictObject({ answer: z.string().min(1).meta({ title: 'Answer', widget: 'template' }) }),
  output: z.object({ answer: z.string() }),
  speaks: 'answer',
  async run({ config }) {
    return { output: { answer: config.answer } }
  },
})
