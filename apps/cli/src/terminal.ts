import type { Fetch } from '@gatehouse/sdk'
import type { ServerFace } from './server-face.ts'

/** Everything a command touches outside itself; handed in, so that tests need no terminal, no disk of yours and no server. */
export interface Terminal {
  /** Results, and nothing else. */
  out(text: string): void
  /** Progress, questions and errors. */
  err(text: string): void
  /** Whether a person reads the results. */
  readonly isInteractive: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly fetch: Fetch
  /** Asks on the terminal; what is typed is not shown when it is a secret. */
  ask(question: string, secret?: 'secret'): Promise<string>
  /** All of standard input. */
  readInput(): Promise<string>
  now(): number
  pause(milliseconds: number): Promise<void>
  loadServer(): Promise<ServerFace>
  /** Aborted when the person presses Ctrl-C. */
  readonly signal: AbortSignal
}

// escape sequences in a title or an answer could rewrite what the terminal shows
const controls = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu

/** Text of others, safe to show: no control characters but line feeds and tabs. */
export const printable = (text: string): string => text.replace(controls, '')
