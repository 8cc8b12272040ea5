import { expect, test } from 'vitest'
import { secrets } from './index.ts'

const guard = secrets.create({})
const inspect = (text: string) => [
  ...(guard.inspect({ stage: 'output', text }, { consumer: 'tests', principals: [] }) as readonly {
    rule: string
    start: number
    end: number
  }[]),
]
const found = (text: string) => inspect(text).map(({ rule, start, end }) => [rule, text.slice(start, end)])
// Put together here, so that no scanner takes this file for a leak.
const made = (...parts: string[]) => parts.join('')

test.each([
  ['secrets.api-key', made('AKIA', 'IOSFODNN7EXAMPL2')],
  ['secrets.api-key', made('LTAI', '5tQnKxBvR8mWcYpZ')],
  ['secrets.api-key', made('ghp', '_abcdefghijklmnopqrstuvwxyz0123456789')],
  ['secrets.api-key', made('github', '_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwx')],
  ['secrets.api-key', made('glpat', '-Zx8Yq2Lm5pQ7xZ1vB4tK')],
  ['secrets.api-key', made('xoxb', '-123456789012-abcdefGHIJKL')],
  ['secrets.api-key', made('sk', '_live_4eC39HqLyjWDarjtT1zdp7dc')],
  ['secrets.api-key', made('sk', '-proj-a8F3kd92Lm5pQ7xZ1vB4')],
  ['secrets.api-key', made('AIza', 'SyD3xampleKey_0123456789abcdefghijk')],
  ['secrets.api-key', made('npm', '_abcdefghijklmnopqrstuvwxyz0123456789')],
  ['secrets.token', made('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiJleGFtcGxlLW9uZSJ9.c2lnbmF0dXJl')],
])('%s: %s', (rule, value) => {
  expect(found(`The value is: ${value}, keep it.`)).toContainEqual([rule, value])
})

test.each([
  ['secrets.password', 'password: S3cret!pass', 'S3cret!pass'],
  ['secrets.password', '"password": "Winter2024!"', 'Winter2024!'],
  ['secrets.password', 'DB_PASSWORD=hunter2hunter2', 'hunter2hunter2'],
  ['secrets.password', '密码是 Zx9$kLm2p', 'Zx9$kLm2p'],
  ['secrets.password', '口令：Abc12345!', 'Abc12345!'],
  ['secrets.authorization', 'Authorization: Bearer a8F3kd92Lm5pQ7xZ1vB4', 'a8F3kd92Lm5pQ7xZ1vB4'],
  ['secrets.address-password', 'postgres://app:Tr0ub4dor@db.internal:5432/main', 'Tr0ub4dor'],
  ['secrets.assigned-key', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzz9', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzz9'],
  ['secrets.assigned-key', 'client_secret: "9f86d081884c7d659a2feaa0c55ad015"', '9f86d081884c7d659a2feaa0c55ad015'],
])('%s in %s, and only the value', (rule, text, value) => {
  expect(found(text)).toContainEqual([rule, value])
})

test.each([
  'Password: at least 12 characters, one digit',
  'password: string',
  'password = process.env.DB_PASSWORD2',
  'password: ********',
  'Your password is required.',
  'token: 4096 per minute',
  'Bearer authentication is described below',
  'https://host.example:8080/path?x=1',
  'postgres://user:password@localhost/db',
  'sk-learn-is-a-library-for-machine-learning',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  'The secret of good bread is time.',
  'api_key = YOUR_API_KEY_HERE_12345',
  '密码：请联系管理员',
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG\n-----END PUBLIC KEY-----',
  'Asia and Malta are not keys.',
])('is no secret: %s', (text) => {
  expect(found(text)).toEqual([])
})

test('a private key is taken whole, also without its end', () => {
  const whole = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg\n-----END EC PRIVATE KEY-----'
  expect(found(`a ${whole} b`)).toEqual([['secrets.private-key', whole]])
  expect(found('-----BEGIN PRIVATE KEY-----\nMHcCAQEEIBkg')).toEqual([['secrets.private-key', '-----BEGIN PRIVATE KEY-----\nMHcCAQEEIBkg']])
})
