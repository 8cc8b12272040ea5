import type { Exchange } from '../exchange.ts'
import type { Layer } from '../pipeline.ts'
import type { Reply } from '../reply.ts'
import { guardRequest } from './guard-request.ts'
import { guardWhole } from './guard-whole.ts'
import { GuardedReply } from './guarded-reply.ts'

/** Inspects what the caller sent before anything else sees it, and what is sent back before the caller does. */
export function createGuardLayer(): Layer {
  return function guard(exchange, next) {
    if (exchange.parent !== undefined || exchange.inspected) return next(exchange) // the app exchange guards what people see
    const passed = guardRequest(exchange)
    const onward = (checked: Exchange) => {
      const reply = next(checked)
      if (!exchange.target.policy.stages.output) return reply
      return reply instanceof Promise ? reply.then((each) => guardReply(exchange, each)) : guardReply(exchange, reply)
    }
    return passed instanceof Promise ? passed.then(onward) : onward(passed)
  }
}

const guardReply = (exchange: Exchange, reply: Reply): Reply | Promise<Reply> =>
  reply.whole ? guardWhole(exchange, reply, reply.whole) : new GuardedReply(exchange, reply)
