import { z } from 'zod'
import { Principal } from '../asker.ts'
import { AppSpec, Name } from '../resources.ts'
import { builders, endpoints, Instant, operators } from './endpoint.ts'

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

/** What people may set without touching the graph itself. */
export const ChangeApp = z.strictObject({
  title: z.string().max(200).optional(),
  description: z.string().max(1000).optional(),
  opening: z.strictObject({ en: z.string().max(2000), zh: z.string().max(2000) }).optional(),
  suggestions: z.array(z.string().min(1).max(400)).max(20).optional(),
  access: z.array(Principal).max(200).optional(),
  /** For a step that searches (by its id in the graph): the names of the knowledge bases it searches. */
  knowledge: z.record(z.string(), z.array(Name).min(1).max(20)).optional(),
  version: z.int().optional(),
})

export const appEndpoints = endpoints({
  listApps: { method: 'GET', path: '/apps', access: operators, summary: 'Apps', response: AppList },
  getApp: { method: 'GET', path: '/apps/{app}', access: operators, summary: 'One app with its graph', response: AppDetail },
  changeApp: {
    method: 'PATCH',
    path: '/apps/{app}',
    access: builders,
    summary: 'Change its words, who may open it, and which knowledge bases it searches',
    body: ChangeApp,
    response: AppDetail,
  },
})
