import type { House } from './house.ts'

/** By then the first documents are read, and the thread that read them has ended. */
const restMilliseconds = 20_000

/** Gives memory back once, when nothing was asked for a while: the collection drops compiled code too, and who calls then pays for it. */
export function restOnce({ store, transport: { counts } }: Pick<House, 'store' | 'transport'>): () => void {
  let seen = counts.begun
  const rest = () => {
    if (counts.begun === seen && store.counters.open() === 0) return store.rest()
    seen = counts.begun
    resting.refresh()
  }
  const resting = setTimeout(rest, restMilliseconds).unref()
  return () => clearTimeout(resting)
}
