import type { Finding } from '@gatehouse/contracts'
import type { Subject } from '@gatehouse/kernel'
import { plainWidth } from './canonical/width.ts'
import { anyGate, hitsIn, type Recogniser, windowsOf } from './recogniser.ts'
import { type Scan, scanOf } from './scan.ts'

const none: readonly Finding[] = []

/** What recognisers of fixed forms find, in the original text. Nothing is tried where no literal opened its gate. */
export function recognise(guard: string, recognisers: readonly Recogniser[]): (subject: Subject) => readonly Finding[] {
  const concerns = anyGate(recognisers.map(({ gate }) => gate))
  return (subject) => {
    const scanned = scanOf(subject)
    return concerns(scanned) ? found(guard, recognisers, subject, scanned) : none
  }
}

function found(guard: string, recognisers: readonly Recogniser[], subject: Subject, scanned: Scan): readonly Finding[] {
  const text = scanned.offsets ? plainWidth(subject.text) : subject.text
  const findings: Finding[] = []
  for (const recogniser of recognisers)
    for (const window of windowsOf(scanned, recogniser.gate, recogniser.before, recogniser.after, text.length, true))
      for (const hit of hitsIn(text, window, recogniser.pattern)) {
        const kept = recogniser.check ? recogniser.check(hit, text) : hit
        if (!kept) continue
        const { start, end, score = recogniser.score } = kept
        findings.push({
          guard,
          rule: recogniser.rule,
          score,
          start,
          end,
          ...(recogniser.replacement && { replacement: recogniser.replacement }),
        })
      }
  return findings
}
