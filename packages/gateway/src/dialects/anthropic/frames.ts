import type { Json } from './blocks.ts'

export const frame = (body: Json): string => `event: ${String(body.type)}\ndata: ${JSON.stringify(body)}\n\n`

/** A complete message as the stream it would have been. */
export function framesOf(message: Json): string {
  const { content, stop_reason, stop_sequence, usage } = message
  let text = frame({ type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } })
  for (const [index, block] of (content as readonly Json[]).entries()) text += blockFrames(index, ...inPieces(block))
  text += frame({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: usage ?? {} })
  return text + frame({ type: 'message_stop' })
}

export function blockFrames(index: number, block: Json, deltas: readonly Json[]): string {
  const pieces = deltas.map((delta) => frame({ type: 'content_block_delta', index, delta }))
  return (
    frame({ type: 'content_block_start', index, content_block: block }) + pieces.join('') + frame({ type: 'content_block_stop', index })
  )
}

function inPieces(block: Json): [block: Json, deltas: Json[]] {
  const { type, text, thinking, signature, input } = block
  if (type === 'text') return [{ ...block, text: '' }, [{ type: 'text_delta', text }]]
  if (type === 'tool_use') return [{ ...block, input: {} }, [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }]]
  if (type !== 'thinking') return [block, []]
  const signed = { type: 'signature_delta', signature }
  return [{ ...block, thinking: '', signature: '' }, [{ type: 'thinking_delta', thinking }, signed]]
}
