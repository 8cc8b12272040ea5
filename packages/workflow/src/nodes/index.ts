import { type NodeDefinition, Registry } from '@gatehouse/kernel'
import { answer } from './answer/index.ts'
import { branch } from './branch/index.ts'
import { createKnowledgeRetrieval, type FindDataset } from './knowledge-retrieval/index.ts'
import { createLlm } from './llm/index.ts'
import { start } from './start/index.ts'

/** All node types. `nonce` is for tests. */
export const createNodes = (options: { findDataset: FindDataset; nonce?: () => string }): Registry<NodeDefinition> =>
  new Registry<NodeDefinition>([start, createKnowledgeRetrieval(options.findDataset), createLlm(options.nonce), branch, answer])
