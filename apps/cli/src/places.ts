import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the master key, the exported heads and the sessions lie; the server looks in the same place. */
export const homeDirectory = ({ GATEHOUSE_HOME, XDG_CONFIG_HOME }: Environment): string =>
  resolve(GATEHOUSE_HOME ?? join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'gatehouse'))

/** The file the master key is read from; none when the environment holds the key itself. */
export function masterKeyFile({ GATEHOUSE_MASTER_KEY, GATEHOUSE_MASTER_KEY_FILE }: Environment, home: string): string | undefined {
  if (GATEHOUSE_MASTER_KEY) return undefined
  return resolve(GATEHOUSE_MASTER_KEY_FILE ?? join(home, 'master.key'))
}
