import { defineGuard } from '@gatehouse/kernel'
import { z } from 'zod'
import { digit, lower, plainWidth, setOf, tailOf, upper } from '../canonical/width.ts'
import { recognise } from '../recognise.ts'
import { forms, mostKey, mostToken, mostValue } from './forms.ts'

const id = 'guard.secrets'
const ofValue = setOf(`${upper}${lower}${digit}_-.+/=:@%~!$&*#?^`)
const ofToken = setOf(`${upper}${lower}${digit}_-.`)
const header = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y
const growingHeader = /-----BEGIN[A-Z0-9 ]{0,70}-{0,4}$/
const keyBody = /^[A-Za-z0-9+/=\s\\:,.-]*/
const endMark = /-----END [A-Z0-9 ]{0,40}-----/

/** Keys, passwords and tokens of known form, and what is plainly assigned to one. */
export const secrets = defineGuard({
  id,
  title: 'Secrets',
  summary: 'Private keys, API keys, tokens and passwords of known form, or plainly named as such.',
  config: z.strictObject({}),
  stages: ['input', 'context', 'ingest', 'tool-call', 'tool-result', 'output'],
  create: () => ({ inspect: recognise(id, forms), openFrom }),
})

/** The last run of characters a secret may consist of; the start of a key or token that has not ended. */
function openFrom(original: string): number {
  const text = plainWidth(original)
  const run = tailOf(text, ofValue, mostValue)
  const token = text.length - run === mostValue ? startOfToken(text) : run
  return Math.min(run, token, startOfKey(text))
}

function startOfToken(text: string): number {
  const from = tailOf(text, ofToken, mostToken + 16)
  const start = text.indexOf('eyJ', from)
  return start < 0 ? text.length : start
}

/** The first key whose body still reaches the end of the text. */
function startOfKey(text: string): number {
  for (let start = text.indexOf('-----BEGIN'); start >= 0; ) {
    const closed = endOfKey(text, start)
    if (closed === undefined) return start
    start = text.indexOf('-----BEGIN', closed)
  }
  return text.length
}

/** Behind which place to look on; undefined while a key that starts here may go on. */
function endOfKey(text: string, start: number): number | undefined {
  header.lastIndex = start
  const found = header.exec(text)
  if (!found) return growingHeader.test(text.slice(start, start + 100)) && text.length - start < 100 ? undefined : start + 1
  const from = start + found[0].length
  const body = keyBody.exec(text.slice(from, from + mostKey))![0]
  if (body.length === mostKey) return start + 1
  return from + body.length < text.length || endMark.test(body) ? from : undefined
}
