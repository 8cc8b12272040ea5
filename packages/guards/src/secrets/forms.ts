import type { Hit, Recogniser } from '../recogniser.ts'
import { entropyOf, isJwtHeader, isPlaceholder, isRandom } from './looks.ts'

const textOf = ({ start, end }: Hit, text: string) => text.slice(start, end)
const when = (test: (value: string) => boolean) => (hit: Hit, text: string) => (test(textOf(hit, text)) ? hit : undefined)

/** The longest value that is taken out in one piece; a longer run is taken out piece by piece. */
export const mostValue = 512
/** The longest private key and token that are followed to their end. */
export const mostKey = 16_000
export const mostToken = 8000
const keyBody = /[A-Za-z0-9+/=\s\\:,.-]*/y

/** From the header to the end mark, or as far as it looks like a key. */
function wholeKey({ start, end }: Hit, text: string): Hit {
  keyBody.lastIndex = end
  const body = keyBody.exec(text.slice(0, end + mostKey))![0]
  const mark = /-----END [A-Z0-9 ]{0,40}-----/.exec(body)
  return { start, end: end + (mark ? mark.index + mark[0].length : body.length) }
}

export const forms: readonly Recogniser[] = [
  {
    rule: 'secrets.private-key',
    gate: 'pem',
    before: 70,
    after: 60,
    pattern: /-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g,
    score: 1,
    replacement: '[private key]',
    check: wholeKey,
  },
  {
    rule: 'secrets.api-key',
    gate: 'prefix',
    before: 70,
    after: 320,
    pattern:
      /(?<![A-Za-z0-9_])(?:A(?:KIA|SIA)[A-Z2-7]{16}|LTAI[A-Za-z0-9]{12,26}|AKID[A-Za-z0-9]{32}|gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{22,251}|glpat-[\w-]{20,64}|xox[abeoprs]-[A-Za-z0-9-]{10,200}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,40}|SG\.[\w-]{16,32}\.[\w-]{16,64}|dop_v1_[a-f0-9]{64}|ya29\.[\w-]{20,280}|pypi-[\w-]{50,250}|shpat_[a-fA-F0-9]{32})(?![A-Za-z0-9_])/g,
    score: 1,
    replacement: '[API key]',
    check: when((value) => /\d/.test(value) || /[a-z][A-Z]/.test(value) || value.startsWith('A')),
  },
  {
    rule: 'secrets.api-key',
    gate: 'prefix',
    before: 70,
    after: 320,
    pattern: /(?<![A-Za-z0-9_-])(?:sk|gh|app|dataset|key)-[A-Za-z0-9_-]{20,250}(?![A-Za-z0-9_-])/g,
    score: 0.95,
    replacement: '[API key]',
    check: when((value) => isRandom(value.slice(value.indexOf('-') + 1))),
  },
  {
    rule: 'secrets.token',
    gate: 'jwt',
    before: 70,
    after: mostToken + 16,
    pattern: /(?<![A-Za-z0-9_-])eyJ[\w-]{8,1000}\.eyJ[\w-]{8,5900}\.[\w-]{0,1000}/g,
    score: 1,
    replacement: '[token]',
    check: when(isJwtHeader),
  },
  {
    rule: 'secrets.authorization',
    gate: 'scheme',
    before: 16,
    after: mostValue + 8,
    pattern: /(?<=(?<![A-Za-z])(?:bearer|basic)\s{1,3})(?<value>[A-Za-z0-9+/_.~-]{16,509}={0,2})/gi,
    score: 0.9,
    replacement: '[credential]',
    check: when((value) => isRandom(value)),
  },
  {
    rule: 'secrets.address-password',
    gate: 'address',
    before: 26,
    after: 180,
    pattern: /(?<=(?<![A-Za-z0-9+])[A-Za-z][A-Za-z0-9+]{1,18}:\/\/[^\s:@/]{0,30}:)(?<value>[A-Za-z0-9_\-.+=:%~!$&*#?^]{3,128})(?=@[\w.-])/g,
    score: 0.95,
    replacement: '[password]',
    check: when((value) => !isPlaceholder(value)),
  },
  {
    rule: 'secrets.password',
    gate: 'assigned',
    before: 34,
    after: mostValue + 24,
    pattern:
      /(?<=(?<![A-Za-z])(?:[A-Za-z0-9]{1,12}_){0,1}(?:password|passwd|pwd|passphrase|passcode|口令|密码)["'”’]?\s{0,3}(?:=>|:=|=|:|：|\bis\b:?|是[:：]?|为[:：]?)\s{0,3}["'“‘`]?)(?<value>[A-Za-z0-9_\-.+/=:@%~!$&*#?^]{6,512})/gi,
    score: 0.9,
    replacement: '[password]',
    check: when((value) => isPassword(value)),
  },
  {
    rule: 'secrets.assigned-key',
    gate: 'assigned',
    before: 34,
    after: mostValue + 24,
    pattern:
      /(?<=(?<![A-Za-z])(?:[A-Za-z0-9]{1,10}[_-]){0,2}(?:secret|api[_ -]?key|(?:access|secret|private|account)[_ -]?key|token|credential|密钥)["'”’]?\s{0,3}(?:=>|:=|=|:|：|\bis\b:?|是[:：]?|为[:：]?)\s{0,3}["'“‘`]?)(?<value>[A-Za-z0-9_\-.+/=@%~!$]{16,512})/gi,
    score: 0.85,
    replacement: '[secret]',
    check: when((value) => isRandom(value)),
  },
]

/** Mixed as passwords are; a word, a type, a call or a path is none. */
const isPassword = (value: string) => {
  const bare = value.replace(/[.,;:!?]+$/, '')
  if (bare.length < 6 || isPlaceholder(bare)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9.,:;/_-]/].filter((kind) => kind.test(bare)).length
  return (
    (kinds >= 2 && /\d|[^A-Za-z0-9.,:;/_\-=]/.test(bare) && !/^[\d.,:/-]+$/.test(bare) && !/^https?:/.test(bare)) ||
    (bare.length >= 16 && entropyOf(bare) > 3.5 && isRandom(bare))
  )
}
