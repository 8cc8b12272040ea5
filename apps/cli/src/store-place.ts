import type { ServeOptions } from '@gatehouse/server'
import type { ServerFace } from './server-face.ts'
import type { Terminal } from './terminal.ts'

/** Where an installation is, as options of a command that works beside its servers. */
export interface PlaceOptions {
  readonly data?: string
  readonly store?: string
  readonly home?: string
  readonly blobs?: string
}

/** Where the store is, said as it is said to `serve`. */
export async function storeAt(terminal: Terminal, options: PlaceOptions): Promise<{ server: ServerFace; place: ServeOptions }> {
  const server = await terminal.loadServer()
  const { data, store, home, blobs } = options
  const given = { data, store, home, blobs }
  const args = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  return { server, place: server.parseOptions(args, terminal.environment) }
}

/** The address of a database holds a password: its name and host tell where it is. */
export const nameOf = ({ storeUrl, data }: Pick<ServeOptions, 'storeUrl' | 'data'>) =>
  storeUrl === undefined ? data : databaseName(storeUrl)

function databaseName(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `database ${pathname.slice(1) || '(default)'} at ${hostname}${port && `:${port}`}`
}
