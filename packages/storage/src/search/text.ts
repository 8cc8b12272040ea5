// The one way to the kernel's search module: threads load it and nothing else of the kernel.
export {
  type DatasetStatistics,
  type FieldStatistics,
  longDocument,
  matchTermsOf,
  scoreWords,
  tokenizerVersion,
  tokensOf,
} from '@gatehouse/kernel/search'
