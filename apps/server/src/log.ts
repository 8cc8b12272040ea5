import pino, { type Logger } from 'pino'

export type { Logger }

/** Lines about the server itself, as JSON on stderr. Never a prompt, an answer, a header or a body: only named fields are ever passed. */
export const createLogger = (level = 'info'): Logger =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['*.authorization', '*.cookie', '*.secret', '*.password'] },
    pino.destination(2),
  )
