import { expect, test } from 'vitest'
import { formatOf } from './format.ts'

const en = formatOf('en')
const zh = formatOf('zh')
const plain = (text: string) => text.replace(/\u00a0/g, ' ')

test('a duration is told in the unit a reader would choose', () => {
  expect([340, 1900, 412_000, 1_240_000, 90_000_000].map((value) => plain(en.duration(value)))).toEqual([
    '340 µs',
    '1.9 ms',
    '412 ms',
    '1.24 s',
    '1.5 min',
  ])
  expect(plain(zh.duration(412_000))).toBe('412 毫秒')
})

test('whole milliseconds below one are not called nothing', () => {
  expect([0, 12, 1240].map((value) => plain(en.milliseconds(value)))).toEqual(['< 1 ms', '12 ms', '1.24 s'])
})

test('times lie in the past or the future, in words', () => {
  const now = Date.UTC(2026, 0, 2)
  expect(en.relative(now - 3 * 60_000, now)).toBe('3 minutes ago')
  expect(en.relative(now + 2 * 86_400_000, now)).toBe('in 2 days')
  expect(zh.relative(now - 3_600_000, now)).toBe('1小时前')
})

test('numbers and sizes are grouped as the language does', () => {
  expect(en.number(1_234_567)).toBe('1,234,567')
  expect(en.percent(0.963)).toBe('96%')
  expect([131, 12_300, 2_450_000].map((value) => plain(en.bytes(value)))).toEqual(['131 B', '12 kB', '2.5 MB'])
  expect(zh.compact(123_456)).toBe('12.3万')
})

test('lists are joined as sentences are', () => {
  expect(en.list(['a', 'b', 'c'])).toBe('a, b and c')
  expect(zh.list(['甲', '乙'])).toBe('甲和乙')
})
