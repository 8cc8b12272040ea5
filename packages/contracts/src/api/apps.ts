import { z } from 'zod'
import { Principal } from '../asker.ts'
import { AppSpec } from '../resources.ts'
import { endpoints, Instant, operators } from './endpoint.ts'

export const ManagedByView = z.enum(['file', 'console', 'api'])
/** What every resource shows beside its own fields. */
export const resourceFields = {
  id: z.string(),
  name: z.string(),
  managedBy: ManagedByView,
  version: z.number(),
  createdAt: Instant,
  updatedAt: Instant,
}

export const AppRow = z
  .object({
    ...resourceFields,
    title: z.string(),
    description: z.string(),
    kind: z.enum(['chatflow', 'workflow']),
    access: z.array(Principal),
    policy: z.string(),
    nodes: z.number(),
    /** Where people open it. */
    url: z.string(),
  })
  .meta({ id: 'AppRow' })
export type AppRow = z.infer<typeof AppRow>
export const AppList = z.object({ items: z.array(AppRow) }).meta({ id: 'AppList' })
export type AppList = z.infer<typeof AppList>
export const AppDetail = AppRow.extend({ spec: AppSpec }).meta({ id: 'AppDetail' })
export type AppDetail = z.infer<typeof AppDetail>

export const appEndpoints = endpoints({
  listApps: { method: 'GET', path: '/apps', access: operators, summary: 'Apps', response: AppList },
  getApp: { method: 'GET', path: '/apps/{app}', access: operators, summary: 'One app with its graph', response: AppDetail },
})
