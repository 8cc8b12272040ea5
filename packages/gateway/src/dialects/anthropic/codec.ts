import type { ChatCodec } from '../codec.ts'
import { anthropicStatus } from '../errors.ts'
import { MessagesEncoder } from './encode.ts'
import { OwnEncoder } from './own.ts'

const own = 'anthropic'

/** Anthropic's Messages. A reply in the same dialect leaves as the bytes it was read from; any other is written as blocks. */
export const messagesCodec: ChatCodec = {
  dialect: own,
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  takesBytes: false,
  statusOf: anthropicStatus,
  headers: (id) => ['request-id', id],
  encoder: (id, model, from) => (from === own ? new OwnEncoder(id, model) : new MessagesEncoder(id, model)),
}
