import { randomUUID } from 'node:crypto'
import type { MessageRecord } from '@gatehouse/contracts'
import { uuidv7 } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

const conversationOf = (at: number, owner = 'user:mara') => ({
  ...{ id: randomUUID(), project: 'default', app: 'support', owner, name: `n${at}`, createdAt: at, updatedAt: at },
})
const messageOf = (conversation: string, at: number): MessageRecord => ({
  ...{
    id: uuidv7(at),
    conversation,
    project: 'default',
    call: uuidv7(at),
    at,
    query: `q${at}`,
    answer: `a${at}`,
    status: 'complete',
    citations: [],
  },
})

export function describeConversations(name: string, make: Make): void {
  describe(`${name}: conversations`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('an owner sees their own, newest first, by cursor or by id', async () => {
      const { conversations } = fixture.store
      const made = [1, 2, 3].map((at) => conversationOf(at))
      for (const conversation of [...made, conversationOf(9, 'user:ada')]) await conversations.put(conversation)
      const query = { project: 'default', owner: 'user:mara' }
      const first = await conversations.list({ ...query, limit: 2 })
      expect(first.items).toEqual([made[2], made[1]])
      expect((await conversations.list({ ...query, after: first.next! })).items).toEqual([made[0]])
      expect((await conversations.list({ ...query, after: made[1]!.id })).items).toEqual([made[0]])
    })

    test('messages come oldest first; a new one touches its conversation', async () => {
      const { conversations } = fixture.store
      const conversation = conversationOf(10)
      await conversations.put(conversation)
      const messages = [11, 12, 13, 14].map((at) => messageOf(conversation.id, at))
      for (const message of messages) await conversations.append(message)
      expect(await conversations.messages(conversation.id)).toEqual(messages)
      expect(await conversations.messages(conversation.id, { before: messages[3]!.id, limit: 2 })).toEqual([messages[1], messages[2]])
      expect((await conversations.get(conversation.id))?.updatedAt).toBe(14)
    })

    test('a rating is set and taken back', async () => {
      const { conversations } = fixture.store
      const conversation = conversationOf(20)
      await conversations.put(conversation)
      const message = messageOf(conversation.id, 21)
      await conversations.append(message)
      await conversations.rate(message.id, 'like')
      expect((await conversations.message(message.id))?.feedback).toBe('like')
      await conversations.rate(message.id, undefined)
      expect(await conversations.message(message.id)).toEqual(message)
    })

    test('a removed conversation takes its messages; a message needs its conversation', async () => {
      const { conversations } = fixture.store
      const conversation = conversationOf(30)
      await conversations.put(conversation)
      const message = messageOf(conversation.id, 31)
      await conversations.append(message)
      expect([await conversations.remove(conversation.id), await conversations.remove(conversation.id)]).toEqual([true, false])
      expect(await conversations.message(message.id)).toBeUndefined()
      await expect(conversations.append(message)).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
