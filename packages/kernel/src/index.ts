export { anonymousConsumer, builtInConsumers, ownerOf, principalsOfConsumer, principalsOfUser, withinCeiling } from './asker.ts'
export { canonicalOf } from './canonical.ts'
export { type Component, type ComponentDescription, describe, Registry } from './component.ts'
export { lastQuestion, textOfContent } from './content.ts'
export { type Declared, type Problem, parseDeclared, problemsOf, refuse } from './declared.ts'
export type { Block, Connector, ConnectorDefinition, Extracted, ExtractorDefinition, SourceItem } from './document.ts'
export { AppError, toAppError } from './errors.ts'
export { eventsOf, textOf } from './events-of.ts'
export { type End, Exchange, type ExchangeStart, emptyNotes, type Notes, type Outcome, type Target } from './exchange.ts'
export { bindPolicy } from './guard/bind-policy.ts'
export { type Cut, cutPiece, cutsOf } from './guard/cuts.ts'
export { actionFor, decide } from './guard/decide.ts'
export {
  type BoundGuard,
  type BoundPolicy,
  defineGuard,
  type Guard,
  type GuardDefinition,
  lookBehind,
  type Subject,
} from './guard/guard.ts'
export { createGuardLayer } from './guard/guard-layer.ts'
export { createInspector, type InspectorTools } from './guard/inspector.ts'
export { mapEach, mapOthers, mapStrings, protocolWords } from './guard/request-texts.ts'
export { languageOf } from './language.ts'
export { cleanName, cleanPath } from './names.ts'
export { nearest } from './nearest.ts'
export { defineNode, type Emit, type NodeContext, type NodeDefinition } from './node.ts'
export { Pieces } from './pieces.ts'
export { compose, drive, type Handler, type Layer, type Receiver, type Recorder } from './pipeline.ts'
export type * from './ports.ts'
export {
  type Call,
  defineProvider,
  type Provider,
  type ProviderDefinition,
  type Send,
  type UpstreamControl,
  type UpstreamHandler,
  type UpstreamRequest,
} from './provider.ts'
export { type FrameDecoder, PushReply, type Tap } from './push-reply.ts'
export { type Face, type Reply, ReplyEvent, type ReplySink, WholeReply } from './reply.ts'
export { type ViewedMessage, viewMessages } from './revocation.ts'
export {
  contentOf,
  type DatasetStatistics,
  type Expected,
  expectedOf,
  type FieldStatistics,
  holds,
  idf,
  longDocument,
  matchTermsOf,
  type Range,
  type Scorable,
  scoreWords,
  sentencesOf,
  tokenizerVersion,
  tokensOf,
  type WordScore,
  wordsOf,
} from './search/index.ts'
export { resolveSecret, type SecretSources } from './secrets.ts'
export { type KnownNames, type UnknownPrincipal, unknownPrincipals } from './unknown-principals.ts'
export { timeOf, uuidv7 } from './uuid.ts'
export { Watch, Wheel } from './wheel.ts'
