import { z } from 'zod'
import { invalid } from './errors.ts'

const technique = z.enum(['high_quality', 'economy']).nullish()
export const Segmentation = z.object({
  separator: z.string().max(100).optional(),
  delimiter: z.string().max(100).optional(),
  max_tokens: z.int().min(50).max(4000).default(500),
  chunk_overlap: z.int().min(0).max(2000).nullish(),
})
export const ProcessRule = z.object({
  mode: z.enum(['automatic', 'custom', 'hierarchical']).default('automatic'),
  rules: z
    .object({
      pre_processing_rules: z.array(z.object({ id: z.string(), enabled: z.boolean() })).nullish(),
      segmentation: Segmentation.nullish(),
    })
    .nullish(),
})
export type ProcessRule = z.output<typeof ProcessRule>

const weight = z.number().min(0).max(1)
export const RetrievalModel = z.object({
  search_method: z.enum(['semantic_search', 'full_text_search', 'hybrid_search', 'keyword_search']).default('hybrid_search'),
  reranking_enable: z.boolean().nullish(),
  reranking_mode: z.string().nullish(),
  reranking_model: z.looseObject({}).nullish(),
  weights: z
    .looseObject({
      vector_setting: z.looseObject({ vector_weight: weight }).nullish(),
      keyword_setting: z.looseObject({ keyword_weight: weight }).nullish(),
    })
    .nullish(),
  top_k: z.int().min(1).max(100).nullish(),
  score_threshold_enabled: z.boolean().nullish(),
  score_threshold: z.number().min(0).max(1).nullish(),
})
export type RetrievalModel = z.output<typeof RetrievalModel>

export const CreateDataset = z.object({
  name: z.string().trim().min(1).max(40),
  description: z.string().max(400).nullish(),
  indexing_technique: technique,
  permission: z.enum(['only_me', 'all_team_members', 'partial_members']).nullish(),
  provider: z.enum(['vendor', 'external']).nullish(),
  retrieval_model: RetrievalModel.nullish(),
})
export const PatchDataset = CreateDataset.omit({ provider: true }).partial()

export const CreateByText = z.object({
  name: z.string().min(1).max(255),
  text: z.string().min(1),
  indexing_technique: technique,
  doc_form: z.string().nullish(),
  doc_language: z.string().nullish(),
  process_rule: ProcessRule.nullish(),
  original_document_id: z.string().nullish(),
})
export const CreateByFile = CreateByText.omit({ name: true, text: true })
  .extend({ name: z.string().max(255).nullish() })
  .partial()
export const UpdateByText = z.object({
  name: z.string().min(1).max(255).nullish(),
  text: z.string().min(1).nullish(),
  process_rule: ProcessRule.nullish(),
})

export const mostQuery = 4000
export const Retrieve = z.object({
  query: z.string().min(1).max(mostQuery),
  retrieval_model: RetrievalModel.nullish(),
  top_k: z.int().min(1).max(100).nullish(),
})
export const DocumentIds = z.object({ document_ids: z.array(z.string()).min(1).max(1000) })

export const Paging = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  keyword: z.string().max(200).optional(),
  status: z.string().optional(),
})

/** Parses, or refuses with the field that is wrong. */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') || 'body'
  throw invalid(`${field}: ${issue?.message ?? 'is not valid'}`, field)
}
