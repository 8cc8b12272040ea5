import { createChildReader } from './child-reader.ts'
import { isHeavy } from './media-types.ts'
import type { Reader } from './reading.ts'
import { createThreadReader } from './thread-reader.ts'

/** Text in a thread, because a process for each small file would cost more than the file; what needs large parsers in a process of its own. */
export function createReader({ milliseconds = 60_000, megabytes = 512 }: { milliseconds?: number; megabytes?: number } = {}): Reader {
  const text = createThreadReader({ milliseconds, megabytes })
  const heavy = createChildReader({ milliseconds, megabytes })
  return {
    prepare: (work) => (isHeavy(work.mediaType) ? heavy : text).prepare(work),
    async close() {
      await Promise.all([text.close(), heavy.close()])
    },
  }
}
