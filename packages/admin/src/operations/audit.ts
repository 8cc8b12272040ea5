import type { AuditReportView, auditEndpoints } from '@gatehouse/contracts'
import { actorOf, type Create } from '../operation.ts'
import { auditEntry } from '../views/audit.ts'
import { present } from '../views/call.ts'

export const auditOperations: Create<typeof auditEndpoints> = ({ store: { audit }, clock }) => ({
  async listAudit({ query, project }) {
    const { limit, ...filters } = query
    const { items, next } = await audit.list({ project, limit, ...present(filters) })
    return { items: items.map(auditEntry), ...present({ next }) }
  },

  async verifyAudit({ project, operator }) {
    const { intact, chains, batches, problems } = await audit.verify()
    const report: AuditReportView = {
      intact,
      chains: chains.map((chain) => ({ ...chain })),
      batches,
      problems: problems.map((one) => ({ ...one })),
    }
    await audit.append({
      at: clock.now(),
      project,
      actor: actorOf(operator),
      action: 'audit.verify',
      details: { intact, problems: problems.length },
    })
    return report
  },

  async signAudit({ project, operator }) {
    await audit.append({ at: clock.now(), project, actor: actorOf(operator), action: 'audit.sign' })
    const head = await audit.sign()
    return { heads: head ? [{ ...head }] : [] }
  },
})
