import { randomFillSync } from 'node:crypto'

const pool = new Uint8Array(4096)
let taken = pool.length

/** A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, the rest random. Sortable by time of making. */
export function uuidv7(now: number = Date.now()): string {
  if (taken + 10 > pool.length) {
    randomFillSync(pool) // one system call for about 400 ids
    taken = 0
  }
  const time = Math.floor(now).toString(16).padStart(12, '0')
  const a = (0x7000 | (((pool[taken]! << 8) | pool[taken + 1]!) & 0x0fff)).toString(16)
  const b = (0x8000 | (((pool[taken + 2]! << 8) | pool[taken + 3]!) & 0x3fff)).toString(16)
  let rest = ''
  for (let at = 4; at < 10; at++) rest += pool[taken + at]!.toString(16).padStart(2, '0')
  taken += 10
  return `${time.slice(0, 8)}-${time.slice(8)}-${a}-${b}-${rest}`
}

/** When an id was made, in milliseconds since 1970. */
export const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
