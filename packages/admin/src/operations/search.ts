import type { Asker, knowledgeEndpoints } from '@gatehouse/contracts'
import { principalsOfUser } from '@gatehouse/kernel'
import { checkMayGiveReason } from '../access/documents.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { referencesOf, resolvePassages, retrievalView } from '../views/passages.ts'
import { resourceOf } from '../views/resource.ts'

/** The retrieval test: the real retriever, with a person's rights. What it found is shown as far as the operator may read it. */
export const searchOperations: Create<Pick<typeof knowledgeEndpoints, 'searchBase'>> = ({ store, datasets, clock }) => ({
  async searchBase({ path, body: { query: text, asUser, topK, threshold, reason }, project, operator }) {
    const base = await resourceOf(store.resources, 'KnowledgeBase', project, path.base!)
    const person = asUser === undefined ? operator.person : await resourceOf(store.resources, 'User', project, asUser)
    const asker: Asker = { consumer: 'console', user: person.name, principals: principalsOfUser(person.name, person.spec) }
    const other = person.name !== operator.person.name
    const revealed = other && reason !== undefined
    if (revealed) checkMayGiveReason(operator)
    if (other) {
      const event = { at: clock.now(), project, actor: actorOf(operator), object: `knowledge-base/${base.id}` }
      const details = { asUser: person.name, ...present({ reason }) }
      await store.audit.append({ ...event, action: revealed ? 'content.read' : 'retrieval.act-as', details })
    }
    const found = await datasets.retrieve({ datasets: [base.id], text, countWithheld: true, ...present({ topK, threshold }) }, asker)
    const passage = await resolvePassages(datasets, referencesOf([found.record]), revealed ? asker : operator.asker)
    return {
      ...retrievalView(found.record, passage, [base], found.scores),
      asUser: person.name,
      principals: [...asker.principals],
      // titles come without ids, so for somebody else they cannot be checked against the operator's rights
      nearest: other && !revealed ? [] : [...found.nearest],
    }
  },
})
