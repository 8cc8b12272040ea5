import type { Finding } from '@gatehouse/contracts'
import type { Cut } from './cuts.ts'
import { lookBehind } from './guard.ts'

/**
 * One text of a streaming reply, seen through a window: `lookBehind` characters of what is already safe, and what is still held.
 * All offsets but `base` count from the start of the text; the window always holds original text, never a replacement.
 */
export class Lane {
  window = ''
  /** Where the window starts. */
  base = 0
  /** Up to here no finding can change any more: events may go. */
  safe = 0
  /** Whether something came since the last look. */
  dirty = false
  /** In order; dropped when their last event has gone. */
  cuts: Cut[] = []

  get end(): number {
    return this.base + this.window.length
  }

  get held(): number {
    return this.end - this.safe
  }

  append(text: string): void {
    this.window += text
    this.dirty = true
  }

  /** Moves on to `safe` and forgets what no guard may look back at. */
  advance(safe: number): void {
    this.safe = safe
    const from = safe - lookBehind - this.base
    if (from <= 0) return
    this.window = this.window.slice(from)
    this.base += from
  }

  /**
   * Findings that start in what is held. What starts before was decided when it was held itself; seen again, with less in front of it
   * than there was, it may look like something else.
   */
  undecided(findings: readonly Finding[]): readonly Finding[] {
    const from = this.safe - this.base
    return from === 0 || findings.length === 0 ? findings : findings.filter(({ start }) => start >= from)
  }

  /** The end of all that is decided: `open` in the window, drawn back to the start of every finding it would cut. */
  boundary(open: number, findings: readonly Finding[]): number {
    let cut = open
    for (let moved = true; moved; ) {
      moved = false
      for (const { start, end } of findings)
        if (start < cut && end > cut) {
          cut = start
          moved = true
        }
    }
    return Math.max(this.base + cut, this.safe)
  }
}
