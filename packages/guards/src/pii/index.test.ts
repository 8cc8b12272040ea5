import { expect, test } from 'vitest'
import { isCreditCode } from './checksums.ts'
import { pii } from './index.ts'

const guard = pii.create(pii.config.parse({}))
const inspect = (text: string, by = guard) => [
  ...(by.inspect({ stage: 'output', text }, { consumer: 'tests', principals: [] }) as readonly {
    rule: string
    start: number
    end: number
    replacement?: string
  }[]),
]
const found = (text: string) => inspect(text).map(({ rule, start, end }) => [rule, text.slice(start, end)])

test.each([
  ['pii.e-mail', 'write to mara.lind+hr@mail.firm.example, please', 'mara.lind+hr@mail.firm.example'],
  ['pii.card', 'card 4111 1111 1111 1111 123', '4111 1111 1111 1111'],
  ['pii.card', 'card 4111-1111-1111-1111.', '4111-1111-1111-1111'],
  ['pii.card', 'amex 3782 822463 10005', '3782 822463 10005'],
  ['pii.card', '４１１１ １１１１ １１１１ １１１１', '４１１１ １１１１ １１１１ １１１１'],
  ['pii.iban', 'pay DE89 3704 0044 0532 0130 00 BANK', 'DE89 3704 0044 0532 0130 00'],
  ['pii.iban', 'AT61 1904 3002 3457 3201 BANK', 'AT61 1904 3002 3457 3201'],
  ['pii.iban', 'GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
  ['pii.social-security-number', 'SSN 123-45-6789', '123-45-6789'],
  ['pii.cn-resident-id', '身份证11010519491231002X。', '11010519491231002X'],
  ['pii.cn-resident-id', '身份证号：110105491231002', '110105491231002'],
  ['pii.cn-credit-code', '信用代码 91350100M000100Y43', '91350100M000100Y43'],
  ['pii.phone', '请打13812345678', '13812345678'],
  ['pii.phone', '+86 138-1234-5678', '+86 138-1234-5678'],
  ['pii.phone', '座机 010-62345678', '010-62345678'],
  ['pii.phone', 'call +49 30 1234567 now', '+49 30 1234567'],
  ['pii.phone', 'phone number is 020 7946 0958', '020 7946 0958'],
  ['pii.phone', '(555) 123-4567', '(555) 123-4567'],
])('%s in %s', (rule, text, value) => {
  expect(found(text)).toEqual([[rule, value]])
})

test.each([
  'order no. 4111111111111111',
  'order 20240117-0001, 3 items at 19.99',
  'version 1.2.3-rc.4 of 2024-01-17 15:30:22',
  'timestamp 1705500000000',
  '4111 1111 1111 1112',
  '订单号13812345678',
  '110105194912310021',
  'DE88 3704 0044 0532 0130 00',
  '000-45-6789',
  'user@localhost',
  'a@@b.co',
  'IPv4 192.168.10.20:8080',
  'ISBN 978-3-16-148410-0',
  'call me at noon, room 12',
  'SKU 555-1234-99',
])('is nobody’s data: %s', (text) => {
  expect(found(text)).toEqual([])
})

test('digits of an account number are no phone number too, and every finding says what stands there instead', () => {
  const findings = inspect('DE89 3704 0044 0532 0130 00 and a@b.example')
  expect(findings.map(({ rule, replacement }) => [rule, replacement]).sort()).toEqual([
    ['pii.e-mail', '[e-mail]'],
    ['pii.iban', '[IBAN]'],
  ])
})

test('only the kinds that were chosen are looked for', () => {
  const mail = pii.create(pii.config.parse({ kinds: ['e-mail'] }))
  expect(inspect('a@b.example 123-45-6789', mail).map(({ rule }) => rule)).toEqual(['pii.e-mail'])
})

test('a credit code with one character changed is none', () => {
  expect(isCreditCode('91350100M000100Y43')).toBe(true)
  expect(isCreditCode('91350100M000100Y44')).toBe(false)
})
