/**
 * What the paced vendor sends and the caller expects: each stream its own text, so that a frame lost, swapped or of another stream is seen.
 */
const words = 'the annual leave that was not taken can be carried over into the next year with the consent of the team lead'.split(' ')

const frame = (stream: number, delta: object, finish: string | null = null) =>
  `data: {"id":"chatcmpl-${stream}","object":"chat.completion.chunk","created":1790000000,"model":"paced","system_fingerprint":"fp_paced","choices":[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]}\n\n`

/** The frame that opens an answer says nothing yet. */
export const opening = (stream: number): string => frame(stream, { role: 'assistant', content: '' })

/** `at` from 1. `size`: of its text, for readers that are slow and vendors that are not. */
export function textFrame(stream: number, at: number, size = 24): string {
  let text = `${at} `
  for (let next = stream + at; text.length < size; next++) text += `${words[next % words.length]} `
  return frame(stream, { content: text })
}
export const ending = (stream: number, count: number): string =>
  `${frame(stream, {}, 'stop')}data: {"id":"chatcmpl-${stream}","object":"chat.completion.chunk","created":1790000000,"model":"paced","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":${count},"total_tokens":${12 + count}}}\n\ndata: [DONE]\n\n`

/** How a caller asks for a stream of its own, and how the vendor finds it. */
export const nameOf = (stream: number, burst: boolean): string => `${burst ? 'burst' : 'paced'}-${stream}`
export function askedFor(body: string): { stream: number; burst: boolean } {
  const found = /(paced|burst)-(\d+)/.exec(body)
  return { stream: Number(found?.[2] ?? 0), burst: found?.[1] === 'burst' }
}
/** A burst comes as fast as it is taken. */
export const burst = { frames: 1536, size: 16_000 }
