import { ConsumerSpec, type consumerEndpoints, type Resource, type Spec } from '@gatehouse/contracts'
import { principalsOfConsumer } from '@gatehouse/kernel'
import { checkPrincipals } from '../access/principals.ts'
import { spokenFor } from '../access/spoken-for.ts'
import { noteKey, noteWidening } from '../access/widen.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { createKey } from '../keys.ts'
import { actorOf, type Create, type Operator } from '../operation.ts'
import { present } from '../views/call.ts'
import { consumerView, keyIdOf, keyView } from '../views/consumer.ts'
import { checkGroups } from '../views/group.ts'
import { checkChangeable, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'
import { forget } from './credentials.ts'

const mostKeys = 100
/** Calls that are counted for the usage of one consumer. */
const counted = 1000

export const consumerOperations: Create<typeof consumerEndpoints> = ({ store, clock }) => {
  const { resources } = store
  const put = (consumer: Resource<'Consumer'>, spec: Spec<'Consumer'>, operator: Operator) => {
    const { kind, project, name, managedBy, version } = consumer
    return resources.put({ kind, project, name, spec, managedBy, ifVersion: version }, actorOf(operator))
  }
  return {
    async listConsumers({ project }) {
      return { items: (await resources.list('Consumer', project)).map((consumer) => consumerView(consumer, clock.now())) }
    },

    async createConsumer({ body: { name, reason, ...fields }, project, operator }) {
      if (await resources.get('Consumer', project, name)) throw refusal('conflict', 'exists-already', { what: 'Consumer', name })
      await checkGroups(resources, project, fields.groups)
      const spec = ConsumerSpec.parse(fields)
      const after = principalsOfConsumer(name, spec)
      await noteWidening({ store, clock, project }, operator, {
        object: `Consumer/${name}`,
        before: [],
        after,
        isWithinReach: true,
        reason,
      })
      return consumerView(
        await resources.put({ kind: 'Consumer', project, name, spec, managedBy: 'console', ifVersion: 0 }, actorOf(operator)),
        clock.now(),
      )
    },

    async getConsumer({ path, project }) {
      return consumerView(await resourceOf(resources, 'Consumer', project, path.consumer!), clock.now())
    },

    async changeConsumer({ path, body: { version, limits, userLimits, reason, ...fields }, project, operator }) {
      const consumer = await resourceOf(resources, 'Consumer', project, path.consumer!)
      checkChangeable(consumer, version)
      await checkGroups(resources, project, fields.groups ?? [])
      const people = (fields.maySpeakFor ?? []).filter((user) => user !== '*').map((user) => `user:${user}`)
      await checkPrincipals(
        resources,
        project,
        people,
        consumer.spec.maySpeakFor.map((user) => `user:${user}`),
      )
      const spec = { ...consumer.spec, ...present(fields), ...(limits && { limits }), ...(userLimits && { userLimits }) }
      const [before, after] = [principalsOfConsumer(consumer.name, consumer.spec), principalsOfConsumer(consumer.name, spec)]
      const object = `Consumer/${consumer.name}`
      await noteWidening({ store, clock, project }, operator, { object, before, after, isWithinReach: true, reason })
      if (fields.maySpeakFor) {
        const spoken = await spokenFor(resources, project, consumer.spec.maySpeakFor)
        const principals = (await spokenFor(resources, project, spec.maySpeakFor)).filter((label) => !spoken.includes(label))
        await noteKey({ store, clock, project }, operator, { object, principals, key: 'maySpeakFor', reason })
      }
      return consumerView(await put(consumer, spec, operator), clock.now())
    },

    async removeConsumer({ path, project, operator }) {
      const consumer = await resourceOf(resources, 'Consumer', project, path.consumer!)
      checkChangeable(consumer)
      await resources.remove('Consumer', project, consumer.name, actorOf(operator))
      for (const { secrets } of consumer.spec.signingKeys) await forget(store.secrets, secrets)
    },

    async consumerUsage({ path, project }) {
      const { name } = await resourceOf(resources, 'Consumer', project, path.consumer!)
      return usageOf(store.calls, project, name, clock.now() - 86_400_000)
    },

    async createKey({ path, body, project, operator }) {
      const consumer = await resourceOf(resources, 'Consumer', project, path.consumer!)
      checkChangeable(consumer)
      if (consumer.spec.keys.length >= mostKeys) throw refusal('conflict', 'too-many-keys', { most: mostKeys })
      for (const app of body.apps) await resourceOf(resources, 'App', project, app)
      const bases = await Promise.all(body.datasets.map((base) => resourceOf(resources, 'KnowledgeBase', project, base)))
      const { key, hash, prefix } = createKey(body.kind)
      const { kind, title, apps, verbs, expiresAt, reason } = body
      const kept = { kind, title, apps, datasets: bases.map(({ id }) => id), verbs, hash, prefix, ...present({ expiresAt }) }
      const reads = kind !== 'dataset' || verbs.includes('read')
      const principals = reads ? principalsOfConsumer(consumer.name, consumer.spec) : []
      await noteKey({ store, clock, project }, operator, { object: `Consumer/${consumer.name}`, principals, key: prefix, reason })
      await put(consumer, { ...consumer.spec, keys: [...consumer.spec.keys, kept] }, operator)
      return { key, view: keyView(kept, clock.now()) }
    },

    async revokeKey({ path, project, operator }) {
      const consumer = await resourceOf(resources, 'Consumer', project, path.consumer!)
      checkChangeable(consumer)
      const keys = consumer.spec.keys.filter((key) => keyIdOf(key) !== path.key)
      if (keys.length === consumer.spec.keys.length) throw refusal('not_found', 'not-found', { what: 'key', name: path.key!.slice(0, 100) })
      await put(consumer, { ...consumer.spec, keys }, operator)
    },
  }
}

/** An app's usage is the sum of its model calls, which are counted themselves. */
async function usageOf(calls: AdminDependencies['store']['calls'], project: string, consumer: string, from: number) {
  const { items, next } = await calls.list({ project, consumer, from, limit: counted })
  const used = items.filter(({ operation }) => operation !== 'app')
  return {
    from,
    calls: items.length,
    blocked: items.filter(({ end }) => end === 'blocked').length,
    failed: items.filter(({ end }) => end === 'failed').length,
    inputTokens: used.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0),
    outputTokens: used.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0),
    ...(items[0] ? { lastAt: items[0].at } : {}),
    partial: next !== undefined,
  }
}
