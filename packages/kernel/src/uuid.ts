import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let taken = pool.length
let millisecond = -1
let start = ''
const variants = '89ab'

/** A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, the rest random. Sortable by time of making. */
export function uuidv7(now: number = Date.now()): string {
  if (taken + 10 > pool.length) {
    randomFillSync(pool) // one system call for about 400 ids
    taken = 0
  }
  const whole = Math.floor(now)
  if (whole !== millisecond) start = startOf(whole)
  const random = pool.toString('hex', taken, taken + 10)
  const variant = variants[pool[taken + 9]! & 3]! // of the byte whose digits are not used
  taken += 10
  return `${start}${random.slice(0, 3)}-${variant}${random.slice(3, 6)}-${random.slice(6, 18)}`
}

/** Ids of one millisecond share it. */
function startOf(whole: number): string {
  millisecond = whole
  const time = whole.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7`
}

/** When an id was made, in milliseconds since 1970. */
export const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
