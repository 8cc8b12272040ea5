import { PolicySpec } from '@gatehouse/contracts'

/** What a person would miss most when it is taken out, and what nobody needs to read in an answer. */
const numbersNobodyNeeds = { 'pii.card': 'redact', 'pii.cn-resident-id': 'redact', 'pii.social-security-number': 'redact' } as const

/**
 * The policy of routes and apps that name none. Only what is sure stops or changes anything: rules that stand alone and data with a checksum.
 * - Input: overrides are refused, secrets never reach a vendor. Addresses and phone numbers are only written down: people ask about them.
 * - Context, ingest, tool results: text with orders to the machine is withheld; personal data in documents is governed by who may read them.
 * - Output: secrets, cards and identity numbers are taken out. E-mail addresses, phone and account numbers are not: a colleague's work
 *   address or the company's own account from a document the asker may read is a right answer.
 */
export const defaultPolicy: PolicySpec = PolicySpec.parse({
  title: 'Standard',
  stages: {
    input: [
      { guard: 'guard.injection', action: 'block' },
      { guard: 'guard.secrets', action: 'redact' },
      { guard: 'guard.pii', action: 'flag', rules: numbersNobodyNeeds },
    ],
    context: [{ guard: 'guard.injection', action: 'block' }],
    ingest: [{ guard: 'guard.injection', action: 'block' }],
    'tool-result': [
      { guard: 'guard.injection', action: 'block' },
      { guard: 'guard.secrets', action: 'redact' },
    ],
    output: [
      { guard: 'guard.secrets', action: 'redact' },
      { guard: 'guard.pii', action: 'flag', rules: numbersNobodyNeeds },
    ],
  },
  message: {
    en: 'This request was refused: it tries to change or reveal the instructions of the assistant.',
    zh: '此请求已被拒绝：它试图更改或获取助手的内部指令。',
  },
})
