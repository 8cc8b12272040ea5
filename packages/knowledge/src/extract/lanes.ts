import { toAppError } from '@gatehouse/kernel'
import type { PrepareWork } from './prepare.ts'
import type { Reader } from './reading.ts'
import { reasonOf } from './refusal.ts'

/**
 * Two readers side by side, so that files made to be slow hold up nobody but each other: what is not read within the short time of the quick one is
 * begun again by the patient one, and what is large goes there at once.
 */
export function inLanes({ quick, patient, isLarge }: { quick: Reader; patient: Reader; isLarge: (work: PrepareWork) => boolean }): Reader {
  return {
    prepare: (work) => (isLarge(work) ? patient.prepare(work) : quick.prepare(work).catch((thrown) => again(work, thrown))),
    async close() {
      await Promise.all([quick.close(), patient.close()])
    },
  }

  function again(work: PrepareWork, thrown: unknown) {
    if (reasonOf(toAppError(thrown)) !== 'slow') throw thrown
    return patient.prepare(work)
  }
}
