import type { Finding } from '@gatehouse/contracts'
import { defineGuard } from '@gatehouse/kernel'
import { z } from 'zod'
import { digit, lower, setOf, tailOf, upper } from '../canonical/width.ts'
import { recognise } from '../recognise.ts'
import { forms, mostMail, mostNumber } from './forms.ts'

const id = 'guard.pii'
const kinds = ['e-mail', 'phone', 'card', 'iban', 'social-security-number', 'cn-resident-id', 'cn-credit-code'] as const
const ofWord = setOf(`${upper}${lower}${digit}._%+-@`)
const ofNumber = setOf(`${upper}${digit} ().+-`)
const startsNumber = setOf(`${digit}+(`)
const isUpper = setOf(upper)
const isDigit = setOf(digit)

/** Personal data of fixed form: with a checksum where there is one, by what stands before it where there is none. */
export const pii = defineGuard({
  id,
  title: 'Personal data',
  summary: 'E-mail addresses, phone, card and account numbers, identity numbers; English and Chinese. Names in free text are not promised.',
  config: z.strictObject({
    kinds: z
      .array(z.enum(kinds))
      .default([...kinds])
      .meta({ title: 'What to look for' }),
  }),
  stages: ['input', 'context', 'ingest', 'tool-call', 'tool-result', 'output'],
  create(config) {
    const chosen = forms.filter(({ rule }) => (config.kinds as readonly string[]).includes(rule.slice(4)))
    const all = recognise(id, chosen)
    return { inspect: (subject) => withoutInner(all(subject)), openFrom }
  },
})

/** What lies inside another finding is part of it: the digits of an account number are no phone number. */
function withoutInner(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings
  return findings.filter(
    (each, at) =>
      !findings.some((other, index) => {
        if (other === each || other.start > each.start || other.end < each.end) return false
        return other.end - other.start > each.end - each.start || index < at
      }),
  )
}

/** The last word, and the numbers before it that may belong together. */
function openFrom(text: string): number {
  const word = tailOf(text, ofWord, mostMail)
  return Math.min(word, numberFrom(text, tailOf(text, ofNumber, mostNumber)))
}

function numberFrom(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (startsNumber[code]) return at
    if (isUpper[code] && isUpper[text.charCodeAt(at + 1)] && isDigit[text.charCodeAt(at + 2)]) return at
  }
  return text.length
}
