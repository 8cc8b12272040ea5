import pino, { type DestinationStream } from 'pino'
import { type logFields, pickFields, scrub } from './log-fields.ts'

export type LogFields = { readonly [name in keyof typeof logFields]?: unknown } & { readonly error?: unknown }
type Write = (fields: LogFields, message: string) => void
export interface Logger {
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  /** Whether lines of this level are written: a line per call is only made when somebody reads it. */
  writes(level: 'info' | 'warn' | 'error'): boolean
}

export const logLevels = ['silent', 'error', 'warn', 'info'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * Lines about the server itself, as JSON on stderr. Only fields of the list are written: never a prompt, an answer, a header or a body, whoever passes
 * them. `message` is a sentence of ours.
 */
export function createLogger(level: LogLevel = 'info', destination: DestinationStream = pino.destination(2)): Logger {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const write =
    (name: 'info' | 'warn' | 'error'): Write =>
    (fields, message) => {
      if (lines.isLevelEnabled(name)) lines[name](pickFields(fields), scrub(message))
    }
  return { info: write('info'), warn: write('warn'), error: write('error'), writes: (name) => lines.isLevelEnabled(name) }
}
