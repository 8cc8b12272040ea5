export { createAdminApi } from './api.ts'
export type { AdminDependencies, Library, ServerFacts, Upload } from './dependencies.ts'
export { createKey, type KeyKind, looksLikeKey, type NewKey } from './keys.ts'
export { describeApi } from './openapi.ts'
export {
  type AdminSessions,
  createSessions,
  type LinkKind,
  type OneTimeLink,
  type Opened,
  type Passwords,
  type SessionsDependencies,
} from './sessions/sessions.ts'
