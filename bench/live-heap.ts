import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that objects of this thread hold after a full collection: what grows here is a leak, whatever the nursery does. */
export function liveHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect() // the second takes what the first one's finalisers let go
  return process.memoryUsage().heapUsed
}
