import type { Hit, Recogniser } from '../recogniser.ts'
import { ibanLength, isCard, isCreditCode, isIban, isOldResidentId, isResidentId } from './checksums.ts'

const textOf = ({ start, end }: Hit, text: string) => text.slice(start, end)
const when = (test: (value: string) => boolean) => (hit: Hit, text: string) => (test(textOf(hit, text)) ? hit : undefined)
/** What stands shortly before a hit; within what a stream still knows. */
const before = ({ start }: Hit, text: string) => text.slice(Math.max(0, start - 40), start)
const orderLike =
  /(?:order|invoice|ticket|item|part|sku|serial|tracking|version|build|ref(?:erence)?|case|batch|model|isbn|单号|编号|订单|流水|序列|型号|批次)\S{0,6}\s{0,2}(?:no|number|id|nr)?\.?\s{0,2}[:：#=]?\s{0,2}$/i

/** Within the reach of `openFrom`: a form that may span blanks is at most this long. */
export const mostNumber = 48
export const mostMail = 350

/** Grows over the groups of an IBAN until its country's length is reached. */
function wholeIban({ start }: Hit, text: string): Hit | undefined {
  const length = ibanLength(text.slice(start, start + 2))
  if (!length) return undefined
  let compact = ''
  let at = start
  for (; compact.length < length && at < start + 44; at++) {
    const character = text[at]
    if (character !== undefined && /[A-Z0-9]/.test(character)) compact += character
    else if (character !== ' ' || text[at - 1] === ' ') return undefined
  }
  return /[A-Za-z0-9]/.test(text[at] ?? '') || !isIban(compact) ? undefined : { start, end: at }
}

const numbers = { gate: 'number', before: 64, after: 64 } as const

export const forms: readonly Recogniser[] = [
  {
    rule: 'pii.e-mail',
    gate: 'mail',
    before: 70,
    after: 290,
    pattern: /(?<![\w.%+-])[A-Za-z0-9][\w.%+-]{0,61}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}(?![\w@-])/g,
    score: 1,
    replacement: '[e-mail]',
  },
  {
    ...numbers,
    rule: 'pii.card',
    pattern: /(?<![\w-]|[\w-][.,])(?<![A-Z]{2}\d\d )(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5}|\d{13,19})(?![\w]|-\d)/g,
    score: 1,
    replacement: '[card number]',
    check: (hit, text) => {
      const value = textOf(hit, text)
      const bare = /^\d+$/.test(value)
      return isCard(value) && !(bare && orderLike.test(before(hit, text))) ? hit : undefined
    },
  },
  {
    ...numbers,
    rule: 'pii.iban',
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?= ?[A-Z0-9]{4})/g,
    score: 1,
    replacement: '[IBAN]',
    check: wholeIban,
  },
  {
    ...numbers,
    rule: 'pii.social-security-number',
    pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|-\d)/g,
    score: 0.95,
    replacement: '[social security number]',
  },
  {
    ...numbers,
    rule: 'pii.cn-resident-id',
    pattern: /(?<![\w])[1-8]\d{5}(?:19|20)\d{9}[\dXx](?![\w])/g,
    score: 1,
    replacement: '[resident id]',
    check: when(isResidentId),
  },
  {
    ...numbers,
    rule: 'pii.cn-resident-id',
    pattern: /(?<=(?:身份证|证件号)\D{0,12})(?<!\w)[1-8]\d{14}(?!\w)/g,
    score: 0.9,
    replacement: '[resident id]',
    check: when(isOldResidentId),
  },
  {
    ...numbers,
    rule: 'pii.cn-credit-code',
    pattern: /(?<![\w])[159AY][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![\w])/g,
    score: 1,
    replacement: '[credit code]',
    check: when((value) => isCreditCode(value)),
  },
  {
    ...numbers,
    rule: 'pii.phone',
    pattern: /(?<![\w.-]|\d )(?:(?:\+|00)86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}(?!\w|[-.]\d)/g,
    score: 0.9,
    replacement: '[phone number]',
    check: (hit, text) => (orderLike.test(before(hit, text)) ? undefined : hit),
  },
  {
    ...numbers,
    rule: 'pii.phone',
    pattern:
      /(?<![\w.-])(?:\(?0\d{2,3}\)?[ -]\d{7,8}|\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{1,4}(?:[ -]?\d{2,4}){2,4}|\(\d{3}\) ?\d{3}-\d{4}|(?<!\d )\d{3}[-.]\d{3}[-.]\d{4})(?!\w|[-.]\d| \d{4}(?!\d))/g,
    score: 0.85,
    replacement: '[phone number]',
    check: (hit, text) => {
      const digits = textOf(hit, text).replace(/\D/g, '').length
      return digits >= 9 && digits <= 15 && !orderLike.test(before(hit, text)) ? hit : undefined
    },
  },
  {
    gate: 'phoneWord',
    before: 12,
    after: 64,
    rule: 'pii.phone',
    pattern:
      /(?<=(?:phone|tel|mobile|cell|fax|whatsapp|call|reach|电话|手机|座机|传真|致电)(?:ephone|(?: ?(?:no|number|nr))|me|号码?|us|at|on|\b){0,2}\.?\s{0,2}(?:is|at|on|[:：=]|是|为)?\s{0,2})(?<value>[+(]?\d[\d ().-]{5,20}\d)(?![\w-])/gi,
    score: 0.85,
    replacement: '[phone number]',
    check: (hit, text) => {
      const value = textOf(hit, text)
      const digits = value.replace(/\D/g, '').length
      return digits >= 7 && digits <= 15 && !/^\d{4}[-.]\d{2}[-.]\d{2}/.test(value) ? hit : undefined
    },
  },
]
