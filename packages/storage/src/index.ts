export { createEmbeddedStore, type EmbeddedStore, type EmbeddedStoreOptions } from './embedded/store.ts'
export { loadMasterKey, type MasterKeySources, parseMasterKey } from './master-key.ts'
export { verifyAudit } from './verify-audit.ts'
