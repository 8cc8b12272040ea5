import { expect, it } from 'vitest'
import { inLanes } from './lanes.ts'
import type { Prepared, PrepareWork } from './prepare.ts'
import type { Reader } from './reading.ts'
import { unreadable } from './refusal.ts'

const splitting = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 } as const
const work = (name: string, bytes = 1): PrepareWork => ({ bytes: new Uint8Array(bytes), name, mediaType: 'text/plain', splitting })
const prepared = (text: string): Prepared => ({ text, pieces: [] })

/** Answers by name; what is not in the table never ends. */
function reader(name: string, answers: Readonly<Record<string, Prepared | Error>>): Reader & { readonly closed: string[] } {
  const closed: string[] = []
  return {
    closed,
    prepare: async (given) => {
      const answer = answers[given.name]
      if (answer instanceof Error) throw answer
      return answer ?? new Promise(() => {})
    },
    close: async () => void closed.push(name),
  }
}

it('what is too slow for the quick reader is begun again by the patient one, and nobody waits for it', async () => {
  const quick = reader('quick', { bomb: unreadable('slow'), long: unreadable('slow'), note: prepared('a note') })
  const patient = reader('patient', { long: prepared('a long one'), large: prepared('a large one') })
  const lanes = inLanes({ quick, patient, isLarge: ({ bytes }) => bytes.length > 10 })
  let hasBombEnded = false
  void lanes.prepare(work('bomb')).finally(() => {
    hasBombEnded = true
  })
  expect(await lanes.prepare(work('note'))).toEqual(prepared('a note'))
  expect(await lanes.prepare(work('long'))).toEqual(prepared('a long one'))
  expect(await lanes.prepare(work('large', 11))).toEqual(prepared('a large one'))
  expect(hasBombEnded).toBe(false)
  await lanes.close()
  expect([...quick.closed, ...patient.closed]).toEqual(['quick', 'patient'])
})

it('what is wrong otherwise is final', async () => {
  const quick = reader('quick', { bad: unreadable('corrupt') })
  const lanes = inLanes({ quick, patient: reader('patient', { bad: prepared('never') }), isLarge: () => false })
  await expect(lanes.prepare(work('bad'))).rejects.toMatchObject({ details: { reason: 'corrupt' } })
})
