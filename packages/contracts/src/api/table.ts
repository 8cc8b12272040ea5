import { appEndpoints } from './apps.ts'
import { auditEndpoints } from './audit.ts'
import { callEndpoints } from './calls.ts'
import { consumerEndpoints } from './consumers.ts'
import { credentialEndpoints } from './credentials.ts'
import { knowledgeEndpoints } from './knowledge.ts'
import { peopleEndpoints } from './people.ts'
import { resourceEndpoints } from './resources.ts'
import { sessionEndpoints } from './session.ts'
import { systemEndpoints } from './system.ts'

/** Every operation of the admin API by name. */
export const adminEndpoints = {
  ...systemEndpoints,
  ...sessionEndpoints,
  ...callEndpoints,
  ...knowledgeEndpoints,
  ...consumerEndpoints,
  ...credentialEndpoints,
  ...peopleEndpoints,
  ...appEndpoints,
  ...auditEndpoints,
  ...resourceEndpoints,
} as const
export type AdminEndpoints = typeof adminEndpoints
export type AdminOperation = keyof AdminEndpoints
