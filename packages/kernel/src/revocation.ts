import type { Asker, MessageRecord, Reference, Resolved } from '@gatehouse/contracts'
import type { Datasets } from './ports.ts'

/** A kept turn as somebody may see it now. */
export interface ViewedMessage {
  readonly message: MessageRecord
  /** False: a document behind the answer was revoked, so nothing of the answer may be shown or used. */
  readonly readable: boolean
  /** The citations' passages, in order of `message.citations`. */
  readonly passages: readonly Resolved[]
}

/** Kept turns under the viewer's rights of this moment: history, memory and exports all go through here. */
export async function viewMessages(
  messages: readonly MessageRecord[],
  datasets: Pick<Datasets, 'resolve'>,
  viewer: Asker,
): Promise<ViewedMessage[]> {
  const references = messages.flatMap(referencesOf)
  const resolved = references.length ? await datasets.resolve(references, viewer) : []
  let at = 0
  return messages.map((message) => {
    const count = referencesOf(message).length
    const mine = resolved.slice(at, at + count)
    at += count
    // an entry that is missing counts as unreadable
    const readable = mine.length === count && mine.every((each) => each.readable)
    return { message, readable, passages: mine.slice(0, message.citations.length) }
  })
}

const referencesOf = (message: MessageRecord): Reference[] => [
  ...message.citations.map(({ reference }) => reference),
  ...(message.used ?? []),
]
