import type { Command } from 'commander'
import type { Format } from './output.ts'
import { homeDirectory } from './places.ts'
import type { Terminal } from './terminal.ts'

/** What every command is told. */
export interface Settings {
  /** The control plane. */
  readonly url: string
  readonly output: Format
  readonly quiet: boolean
  /** The user's configuration directory. */
  readonly home: string
}

const standardUrl = 'http://127.0.0.1:8081'
export const standardGateway = 'http://127.0.0.1:8080'

export function settingsOf(command: Command, { environment }: Terminal): Settings {
  const { url, output, quiet } = command.optsWithGlobals<{ url?: string; output: Format; quiet?: boolean }>()
  return {
    url: withoutSlash(url ?? environment.GATEHOUSE_URL ?? standardUrl),
    output,
    quiet: quiet ?? false,
    home: homeDirectory(environment),
  }
}

export const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** Progress, unless it is not wanted. */
export const progressOf =
  (terminal: Terminal, { quiet }: Settings) =>
  (text: string) =>
    quiet || terminal.err(`${text}\n`)
