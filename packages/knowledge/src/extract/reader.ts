import { createChildReader } from './child-reader.ts'
import { inLanes } from './lanes.ts'
import { isHeavy } from './media-types.ts'
import type { PrepareWork } from './prepare.ts'
import type { Reader } from './reading.ts'
import { createThreadReader, timeFor } from './thread-reader.ts'

/** Of a processor; on the clock it may be some times as much. */
const quickly = { text: 1_000, heavy: 2_500 }
const patience = 5
const large = { text: 2_000_000, heavy: 10_000_000 }

/**
 * Text in a thread, because a process for each small file would cost more than the file; what needs large parsers in a process of its own.
 * Of each there are two, a quick and a patient one, started when there is something to read.
 */
export function createReader({ milliseconds = 60_000, megabytes = 512 }: { milliseconds?: number; megabytes?: number } = {}): Reader {
  const text = inLanes({
    quick: createThreadReader({
      milliseconds: () => Math.min(milliseconds, quickly.text * patience),
      working: quickly.text,
      megabytes,
      files: 32,
    }),
    patient: createThreadReader({ milliseconds: (bytes) => timeFor(bytes, milliseconds), megabytes, files: 1 }),
    isLarge: ({ bytes }) => bytes.length > large.text,
  })
  const heavy = inLanes({
    quick: createChildReader({ milliseconds: Math.min(milliseconds, quickly.heavy * patience), working: quickly.heavy, megabytes }),
    patient: createChildReader({ milliseconds, megabytes }),
    isLarge: ({ bytes }) => bytes.length > large.heavy,
  })
  return {
    prepare: (work: PrepareWork) => (isHeavy(work.mediaType) ? heavy : text).prepare(work),
    async close() {
      await Promise.all([text.close(), heavy.close()])
    },
  }
}
