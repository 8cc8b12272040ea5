import { usageOf } from './reply.ts'

type Json = Record<string, unknown>

/** A complete answer as strict clients need it: `content` always there, reasoning under one name, both counts of usage or none. The same object when it is so. */
export function repairedAnswer(source: Json, estimate: () => Json): Json {
  let next = source
  if (!usageOf(source.usage as Parameters<typeof usageOf>[0])) next = { ...next, usage: estimate() }
  if (!Array.isArray(source.choices)) return next
  const choices = source.choices.map((choice: unknown) => (isObject(choice) && isObject(choice.message) ? withMessage(choice) : choice))
  return choices.some((choice, at) => choice !== (source.choices as unknown[])[at]) ? { ...next, choices } : next
}

function withMessage(choice: Json): Json {
  const message = choice.message as Json
  const { reasoning, ...rest } = message
  const renamed = typeof reasoning === 'string' ? { ...rest, ...(!rest.reasoning_content && { reasoning_content: reasoning }) } : message
  if ('content' in renamed) return renamed === message ? choice : { ...choice, message: renamed }
  return { ...choice, message: { ...renamed, content: '' } }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
