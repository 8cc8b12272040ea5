import { logFields } from './log-fields.ts'

/** The page docs/reference/log.md: every field a line may have. */
export const renderLogReference = (): string =>
  [...opening, ...Object.entries(logFields).map(([name, { kind, means }]) => `| \`${name}\` | ${kinds[kind]} | ${means} |`), ''].join('\n')

const kinds = {
  name: 'text',
  names: 'list of texts',
  count: 'number',
  instant: 'time, ISO 8601',
  flag: 'true or false',
  text: 'text',
} as const

const opening = [
  '# The log',
  '',
  '<!-- Written by `npm run generate` from the list of fields itself; change it there. -->',
  '',
  'Lines of JSON on standard error. Each has `level` (`error`, `warn`, `info`), `time` (ISO 8601) and `msg`, a sentence of ours; the other fields are these and no',
  'others. Whatever else is passed to the log is dropped before it is written, at every depth. Of errors that come from elsewhere only the code is written, because',
  'their text may quote anything. What looks like a key, a token, a cookie or a password in an address is blotted out as well.',
  '',
  '| field | kind | what |',
  '|---|---|---|',
]
