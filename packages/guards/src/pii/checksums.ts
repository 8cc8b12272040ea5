const digitsOf = (text: string) => text.replace(/\D/g, '')

/** ISO 7812. */
function isLuhn(number: string): boolean {
  const digits = digitsOf(number)
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const value = digits.charCodeAt(digits.length - 1 - at) - 48
    const doubled = at % 2 === 1 ? value * 2 : value
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0
}

/** Issuer ranges of cards in use, with the lengths they have. */
export function isCard(number: string): boolean {
  const digits = digitsOf(number)
  const length = digits.length
  const four = Number(digits.slice(0, 4))
  const ok =
    (/^3[47]/.test(digits) && length === 15) ||
    (/^3(?:0[0-5]|[68])/.test(digits) && length === 14) ||
    (four >= 3528 && four <= 3589 && length === 16) ||
    (/^4/.test(digits) && (length === 16 || length === 13)) ||
    (/^5[1-5]/.test(digits) && length === 16) ||
    (four >= 2221 && four <= 2720 && length === 16) ||
    (/^6(?:011|4[4-9]|5)/.test(digits) && length === 16) ||
    (/^62/.test(digits) && length >= 16 && length <= 19) ||
    (/^(?:5[06-8]|6[0-9])/.test(digits) && (length === 18 || length === 19) && /^(?:5018|5020|5038|6304|6759|676[1-3])/.test(digits))
  return ok && !/^(\d)\1+$/.test(digits) && isLuhn(digits)
}

const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)
export const ibanLength = (country: string): number | undefined => ibanLengths[country]

/** ISO 13616: mod 97. */
export function isIban(compact: string): boolean {
  if (compact.length !== ibanLengths[compact.slice(0, 2)]) return false
  let rest = 0
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

const residentWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const provinces = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
)
/** GB 11643: region, date, mod 11-2. */
export function isResidentId(id: string): boolean {
  if (!provinces.has(id.slice(0, 2)) || !isDate(Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14)))) return false
  let sum = 0
  for (const [at, weight] of residentWeights.entries()) sum += (id.charCodeAt(at) - 48) * weight
  return '10X98765432'[sum % 11] === id[17]!.toUpperCase()
}
/** The form of before 1999: no checksum. */
export const isOldResidentId = (id: string): boolean =>
  provinces.has(id.slice(0, 2)) && isDate(1900 + Number(id.slice(6, 8)), Number(id.slice(8, 10)), Number(id.slice(10, 12)))

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1900 && year < 2100 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const creditAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
/** GB 32100: mod 31. */
export function isCreditCode(code: string): boolean {
  let sum = 0
  for (let at = 0; at < 17; at++) {
    const value = creditAlphabet.indexOf(code[at]!)
    if (value < 0) return false
    sum += value * modPower(3, at, 31)
  }
  return creditAlphabet[(31 - (sum % 31)) % 31] === code[17]
}
function modPower(base: number, exponent: number, modulus: number): number {
  let result = 1
  for (let at = 0; at < exponent; at++) result = (result * base) % modulus
  return result
}
