import { z } from 'zod'
import { Name } from '../resources.ts'
import { ManagedByView } from './apps.ts'
import { administrators, endpoints } from './endpoint.ts'

export const TakeOver = z.strictObject({
  kind: z.enum(['Provider', 'Route', 'Consumer', 'Policy', 'KnowledgeBase', 'App', 'Tool', 'User', 'Group']),
  name: Name,
})
export const TakenOver = z
  .object({ kind: z.string(), name: z.string(), managedBy: ManagedByView, version: z.number() })
  .meta({ id: 'TakenOver' })
export type TakenOver = z.infer<typeof TakenOver>

export const resourceEndpoints = endpoints({
  takeOver: {
    method: 'POST',
    path: '/resources/take-over',
    access: administrators,
    summary: 'Let the console change a resource that a file declared; the file no longer counts for it',
    body: TakeOver,
    response: TakenOver,
  },
})
