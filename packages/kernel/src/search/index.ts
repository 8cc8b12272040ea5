// The public face `@gatehouse/kernel/search`: index workers load this and nothing else of the kernel.
export { longDocument, type Scorable, scoreWords, type WordScore } from './bm25.ts'
export { contentOf, wordsOf } from './content.ts'
export { type Expected, expectedOf, holds } from './question-type.ts'
export { type Range, sentencesOf } from './sentences.ts'
export { type DatasetStatistics, type FieldStatistics, idf } from './statistics.ts'
export { matchTermsOf, tokenizerVersion, tokensOf } from './tokens.ts'
