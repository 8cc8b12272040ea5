import type { Embedding } from '@gatehouse/contracts'
import type { Records } from '@gatehouse/kernel'

/** Which model's vectors a dataset holds. Absent: none. */
export interface DatasetEmbedding {
  /** Of `embeddingKey`. */
  readonly key: string
  readonly model: string
  /** Known from the first vector on. */
  readonly dimensions?: number
  /** Vectors of this model and of another, or of none, stand side by side until all are made anew: none is compared. */
  readonly changing: boolean
  /** Why the change does not go on. */
  readonly problem?: string
}

const kind = 'dataset-embedding'

export const embeddingKey = (embedding: Embedding | undefined): string =>
  embedding ? `${embedding.model}@${embedding.dimensions ?? ''}` : ''

/** Kept in the store, so that every process sees the same at the next query. */
export interface DatasetEmbeddings {
  of(dataset: string): Promise<DatasetEmbedding | undefined>
  put(dataset: string, embedding: DatasetEmbedding): Promise<void>
  remove(dataset: string): Promise<void>
}
export const createDatasetEmbeddings = (records: Records): DatasetEmbeddings => ({
  of: (dataset) => records.get<DatasetEmbedding>(kind, dataset),
  put: (dataset, embedding) => records.put(kind, dataset, embedding),
  remove: async (dataset) => void (await records.remove(kind, dataset)),
})
