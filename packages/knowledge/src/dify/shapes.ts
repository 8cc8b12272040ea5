import type { DocumentRecord, SegmentRecord } from '@gatehouse/contracts'
import type { Base } from '../bases.ts'
import type { Ranked } from '../retrieve/fusion.ts'
import { RetrievalModel } from './schemas.ts'
import { withHeadings } from './with-headings.ts'

// Our records as Dify's clients expect them. Fields that mean nothing here have the value an ordinary dataset shows.

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)

export interface Counts {
  readonly documents: number
  readonly characters: number
}

export function toDataset({ id, spec, createdAt, updatedAt, managedBy }: Base, { documents, characters }: Counts) {
  const { dify } = spec
  return {
    ...{ id, name: spec.title, description: spec.description, provider: 'vendor', permission: dify.permission ?? 'only_me' },
    ...{ data_source_type: 'upload_file', indexing_technique: dify.indexing_technique ?? null, app_count: 0 },
    ...{ document_count: documents, total_documents: documents, total_available_documents: documents, word_count: characters },
    ...{ created_by: String(dify.consumer ?? managedBy), author_name: String(dify.consumer ?? managedBy), created_at: seconds(createdAt) },
    ...{ updated_by: String(dify.consumer ?? managedBy), updated_at: seconds(updatedAt) },
    ...{ embedding_model: null, embedding_model_provider: null, embedding_available: false },
    retrieval_model_dict: retrievalModelOf(dify.retrieval_model),
    ...{ tags: [], doc_form: 'text_model', doc_metadata: [], built_in_field_enabled: false, external_knowledge_info: null },
    ...{ enable_api: true, is_published: true, partial_member_list: [] },
  }
}

function retrievalModelOf(kept: unknown) {
  const { search_method, top_k, score_threshold_enabled, score_threshold, weights } = RetrievalModel.parse(kept ?? {})
  return {
    ...{ search_method, reranking_enable: false, reranking_mode: null, weights: weights ?? null, top_k: top_k ?? 3 },
    reranking_model: { reranking_provider_name: '', reranking_model_name: '' },
    ...{ score_threshold_enabled: score_threshold_enabled ?? false, score_threshold: score_threshold ?? 0 },
  }
}

/** Our states in Dify's words. */
const states: Readonly<Record<DocumentRecord['status'], string>> = {
  waiting: 'waiting',
  extracting: 'parsing',
  splitting: 'splitting',
  indexing: 'indexing',
  completed: 'completed',
  error: 'error',
  disabled: 'completed',
}
export const isArchived = ({ metadata }: DocumentRecord): boolean => metadata.archived === 'true'

export function displayStatus(document: DocumentRecord): string {
  if (isArchived(document)) return 'archived'
  if (document.status === 'error') return 'error'
  if (document.status === 'waiting') return 'queuing'
  if (document.status !== 'completed' && document.status !== 'disabled') return 'indexing'
  return document.enabled ? 'available' : 'disabled'
}

export function toDocument(document: DocumentRecord, position: number) {
  const { id, name, status, error, enabled, characters, segments, createdBy, createdAt, updatedAt, batch, metadata, language } = document
  return {
    ...{ id, position, data_source_type: 'upload_file', data_source_info: { upload_file_id: id }, data_source_detail_dict: null },
    ...{ dataset_process_rule_id: batch, name, created_from: 'api', created_by: createdBy, created_at: seconds(createdAt) },
    ...{ tokens: Math.ceil(characters / 4), indexing_status: states[status], error: error?.message ?? null, enabled },
    ...{ disabled_at: enabled ? null : seconds(updatedAt), disabled_by: enabled ? null : createdBy, archived: isArchived(document) },
    ...{
      display_status: displayStatus(document),
      word_count: characters,
      hit_count: 0,
      doc_form: 'text_model',
      doc_language: language ?? null,
    },
    doc_metadata: Object.entries(metadata).map(([key, value]) => ({ id: key, name: key, type: 'string', value })),
    ...{ segment_count: segments, summary_index_status: null, need_summary: false },
  }
}

export function toProgress({ id, status, error, segments, createdAt, times, updatedAt }: DocumentRecord) {
  const at = (time: number | undefined) => (time === undefined ? null : time / 1000)
  return {
    ...{ id, indexing_status: states[status], processing_started_at: at(createdAt), parsing_completed_at: at(times.extracted) },
    ...{ cleaning_completed_at: at(times.extracted), splitting_completed_at: at(times.split), completed_at: at(times.completed) },
    ...{ paused_at: null, error: error?.message ?? null, stopped_at: status === 'error' ? at(updatedAt) : null },
    ...{ completed_segments: status === 'completed' ? segments : 0, total_segments: segments },
  }
}

export function toSegment(segment: SegmentRecord, document: DocumentRecord, previous?: SegmentRecord) {
  const { id, position, text, hash, quarantine } = segment
  // what a guard has quarantined is for operators, not for programs
  const content = quarantine ? '' : withHeadings(segment, previous)
  return {
    ...{ id, position, document_id: document.id, content, sign_content: content, answer: null, word_count: text.length },
    ...{ tokens: Math.ceil(text.length / 4), keywords: [], index_node_id: id, index_node_hash: hash, hit_count: 0 },
    ...{ enabled: document.enabled && !quarantine, disabled_at: null, disabled_by: null, status: quarantine ? 'quarantined' : 'completed' },
    ...{
      created_by: document.createdBy,
      created_at: seconds(document.createdAt),
      updated_at: seconds(document.updatedAt),
      updated_by: null,
    },
    ...{
      indexing_at: seconds(document.times.split ?? document.createdAt),
      completed_at: seconds(document.times.completed ?? document.updatedAt),
    },
    ...{ error: null, stopped_at: null, child_chunks: [], attachments: [], summary: null },
  }
}

export function toRecord({ candidate, score, parts }: Ranked, document: DocumentRecord | undefined) {
  const { segment, position, document: documentId, text, hash, title } = candidate
  return {
    segment: {
      ...{ id: segment, position, document_id: documentId, content: text, sign_content: text, answer: null, word_count: text.length },
      ...{ tokens: Math.ceil(text.length / 4), keywords: [], index_node_id: segment, index_node_hash: hash, hit_count: 0 },
      ...{ enabled: true, disabled_at: null, disabled_by: null, status: 'completed', created_by: document?.createdBy ?? '' },
      ...{ created_at: seconds(document?.createdAt ?? 0), indexing_at: null, completed_at: null, error: null, stopped_at: null },
      document: {
        ...{ id: documentId, data_source_type: 'upload_file', name: document?.name ?? title, doc_type: null },
        doc_metadata: document?.metadata ?? {},
      },
    },
    ...{ child_chunks: [], score, component_scores: parts, tsne_position: null, files: [], summary: null },
  }
}
