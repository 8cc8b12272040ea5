import { createDispatch, createLimit, createModels, createRecorder } from '@gatehouse/gateway'
import {
  type Audit,
  type Clock,
  compose,
  createGuardLayer,
  type Datasets,
  type Handler,
  type Inspector,
  type Layer,
  type Models,
  type Recorder,
  type Send,
  type Store,
} from '@gatehouse/kernel'
import { createAppCore, createTurns } from '@gatehouse/workflow'
import type { LiveConfiguration } from './live-configuration.ts'

export interface Pipeline {
  readonly route: Handler
  readonly app: Handler
  readonly record: Recorder
  readonly models: Models
}
export interface PipelineParts {
  readonly configuration: () => LiveConfiguration['current']
  readonly store: Pick<Store, 'counters' | 'journal' | 'conversations' | 'audit'>
  readonly datasets: Datasets
  readonly inspector: Inspector
  readonly send: Send
  readonly clock: Clock
  readonly newId: () => string
}

/**
 * Every call goes through one of these two lists, outermost first; whoever makes it, for a model or for an app. An app's own model calls go
 * through the first list again, as the same asker: there is no other way to a vendor.
 */
export function createPipeline({ configuration, store, datasets, inspector, send, clock, newId }: PipelineParts): Pipeline {
  const now = () => clock.now()
  const snapshot = () => configuration().snapshot
  const limit = createLimit({ counters: store.counters, clock })
  const guard = createGuardLayer()
  const turns = createTurns({ conversations: store.conversations, now, newId })
  const layers: { route: Layer[]; app: Layer[] } = {
    route: [limit, guard],
    app: [limit, turns.layer, guard],
  }
  const names = (list: readonly Layer[]) => list.map(({ name }) => name)
  const written = createRecorder({ journal: store.journal, layers: { route: names(layers.route), app: names(layers.app) } })
  const record = auditingBlocks(written, store.audit, clock)
  const route = compose(layers.route, createDispatch({ send }))
  const models = createModels({ snapshot, handler: route, record, clock })
  const app = compose(
    layers.app,
    createAppCore({
      app: (name, project) => configuration().apps.get(`${project}/${name}`),
      models,
      datasets,
      inspector,
      conversations: store.conversations,
      turns,
      person: ({ user }, project) => {
        const person = user === undefined ? undefined : snapshot().users.get(`${project}/${user}`)
        return person && { title: person.title || user!, language: person.language }
      },
      now,
    }),
  )
  return { route, app, record, models }
}

/** What the policy stopped is in the audit before the caller hears of it; the audit names the rule, never the text. */
function auditingBlocks(record: Recorder, audit: Audit, clock: Clock): Recorder {
  return (exchange, outcome, written) => {
    if (outcome.end !== 'blocked') return record(exchange, outcome, written)
    const { id, project, asker, target } = exchange
    const { rule, stage } = outcome.error?.details ?? {}
    const event = {
      at: clock.now(),
      project,
      actor: asker.user === undefined ? `consumer:${asker.consumer}` : `user:${asker.user}`,
      action: 'policy.block',
      object: `${target.kind}/${target.name}`,
      trace: id,
      details: { policy: target.policy.id, rule, stage },
    }
    audit.append(event).then(() => record(exchange, outcome, written), written)
  }
}
