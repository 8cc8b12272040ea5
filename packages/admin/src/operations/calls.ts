import type { CallRecord, callEndpoints, Reference, Trace } from '@gatehouse/contracts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Create, type Operator } from '../operation.ts'
import { auditEntry } from '../views/audit.ts'
import { callRow, layersOf, pathOf, present } from '../views/call.ts'
import { referencesOf, resolvePassages, retrievalView } from '../views/passages.ts'
import { refusal } from '../words.ts'

export const callOperations: Create<typeof callEndpoints> = (dependencies) => {
  const { store, clock } = dependencies
  const recordOf = async (project: string, id: string): Promise<CallRecord> => {
    const record = await store.calls.get(project, id)
    if (!record || record.project !== project) throw refusal('not_found', 'not-found', { what: 'call', name: id.slice(0, 100) })
    return record
  }
  return {
    async listCalls({ query: { roots, ...query }, project }) {
      const { items, next } = await store.calls.list({
        project,
        limit: query.limit,
        roots: roots === 'true' && query.consumer !== 'ingest',
        ...present(query),
      })
      return { items: items.map(callRow), ...present({ next }) }
    },

    async getCall({ path, project, operator }) {
      return traceOf(await recordOf(project, path.call!), operator, dependencies)
    },

    async readContent({ path, body, project, operator }) {
      const { id } = await recordOf(project, path.call!)
      // before it is read: a look that is not in the audit does not happen
      await store.audit.append({
        ...{ at: clock.now(), project, actor: actorOf(operator), action: 'content.read', object: `call/${id}`, trace: id },
        details: { reason: body.reason },
      })
      const content = await store.contents.get(id)
      if (!content) throw refusal('not_found', 'no-content')
      return { request: content.request, reply: content.reply }
    },
  }
}

/** The story of a call. Passages are resolved for whoever looks, not for whoever asked. */
async function traceOf(record: CallRecord, operator: Operator, { store, datasets }: AdminDependencies): Promise<Trace> {
  const { project, retrieval = [], citations = [], verdicts } = record
  const references = [
    ...referencesOf(retrieval),
    ...citations.map(({ reference }) => reference),
    ...verdicts.flatMap(({ source }) => source ?? []),
  ]
  const [passage, bases, children, app, audit] = await Promise.all([
    resolvePassages(datasets, references, operator.asker),
    store.resources.list('KnowledgeBase', project),
    store.calls.children(record.id),
    record.operation === 'app' ? store.resources.get('App', project, record.target) : undefined,
    store.audit.list({ project, trace: record.id, limit: 100 }),
  ])
  return {
    call: {
      ...callRow(record),
      ...present({
        key: record.key,
        conversation: record.conversation,
        policy: record.policy,
        reservation: record.reservation && { ...record.reservation },
      }),
      content: record.content,
    },
    layers: layersOf(record),
    verdicts: verdicts.map((verdict) => verdictView(verdict, passage)),
    attempts: record.attempts.map(({ provider, model, at, duration, status, error }) => ({
      provider,
      model,
      at,
      duration,
      ...present({ status, error }),
    })),
    retrieval: retrieval.map((one) => retrievalView(one, passage, bases)),
    citations: citations.map(({ n, reference }) => ({ n, passage: passage(reference) })),
    children: children.filter((child) => child.project === project).map(callRow),
    ...(record.operation === 'app'
      ? {
          app: {
            name: record.target,
            title: app?.spec.title ?? record.target,
            path: pathOf(record),
            ...(app ? { graph: app.spec.graph } : {}),
          },
        }
      : {}),
    audit: audit.items.map(auditEntry),
  }
}

const verdictView = (
  verdict: CallRecord['verdicts'][number],
  passage: (reference: Reference) => Trace['citations'][number]['passage'],
) => ({
  stage: verdict.stage,
  action: verdict.action,
  took: verdict.took,
  findings: verdict.findings.map(({ guard, rule, score, start, end }) => ({ guard, rule, score, start, end })),
  ...present({ monitored: verdict.monitored, source: verdict.source && passage(verdict.source) }),
})
