/** Cyrillic and Greek letters that look like Latin ones. */
const twins: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  е: 'e',
  ё: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  і: 'i',
  ї: 'i',
  ј: 'j',
  ѕ: 's',
  һ: 'h',
  ԁ: 'd',
  ԛ: 'q',
  ԝ: 'w',
  г: 'r',
  п: 'n',
  ь: 'b',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  μ: 'u',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  σ: 'o',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ω: 'w',
  γ: 'y',
}
const latinOf = new Uint16Array(0x600)
for (const [from, to] of Object.entries(twins)) latinOf[from.charCodeAt(0)] = to.charCodeAt(0)

const isLatin = (code: number) => code >= 97 && code <= 122
const isOther = (code: number) => code >= 0x370 && code < 0x530

/** In place, and only in words that hold Latin letters too: Russian and Greek stay themselves. */
export function replaceLookAlikes(units: Uint16Array, length: number): void {
  for (let start = 0; start < length; ) {
    let end = start
    let latin = false
    let other = false
    for (; end < length; end++) {
      const code = units[end]!
      if (isLatin(code)) latin = true
      else if (isOther(code)) other = true
      else break
    }
    if (latin && other)
      for (let at = start; at < end; at++) {
        const code = units[at]!
        if (isOther(code) && latinOf[code]) units[at] = latinOf[code]!
      }
    start = end + 1
  }
}
