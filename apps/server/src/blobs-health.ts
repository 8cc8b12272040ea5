import type { Blobs, Clock } from '@gatehouse/kernel'

/** How often an object store is asked, however often we are. */
const every = 10_000

/**
 * How the object store was when it was asked last; undefined for files. Never waits for it: a probe that hangs would take this server
 * away from calls that need no document.
 */
export function watchBlobs(blobs: Blobs, clock: Clock): (() => 'ok' | 'failing') | undefined {
  if (!blobs.check) return undefined
  let last: 'ok' | 'failing' = 'ok' // it was proved at the start
  let askedAt = clock.now()
  let asking = false
  return () => {
    if (!asking && clock.now() - askedAt >= every) {
      asking = true
      askedAt = clock.now()
      blobs.check?.().then(
        () => settle('ok'),
        () => settle('failing'),
      )
    }
    return last
  }
  function settle(found: 'ok' | 'failing'): void {
    last = found
    asking = false
  }
}
