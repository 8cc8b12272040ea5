// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const breaks = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g
/** They turn the direction of what follows or cannot be seen: `fdp.exe` would read `exe.pdf`. */
const unseen = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu
const longest = 255

/** A name, title or path as it is kept and shown everywhere: one line, nothing invisible, not too long. The ending stays. */
export function cleanName(name: string): string {
  const line = name.toWellFormed().normalize('NFC').replace(unseen, '').replace(breaks, ' ').trim()
  if (line.length <= longest) return line
  const ending = /\.[a-z0-9]{1,8}$/i.exec(line)?.[0] ?? ''
  return line.slice(0, longest - ending.length).toWellFormed() + ending
}

/** Where a file lies in what it came from: relative, with `/` between, never upwards. */
export const cleanPath = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .split('/')
    .map(cleanName)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')
    .slice(0, 1000)
