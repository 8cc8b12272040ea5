import type { Server } from 'node:http'
import { type Addresses, urlHost } from './addresses.ts'
import { createListener } from './http.ts'
import { listen } from './listen.ts'
import type { ServeOptions } from './options.ts'
import type { Planes } from './planes.ts'
import type { TlsFollower } from './tls.ts'

export interface Listener {
  readonly plane: 'data' | 'control'
  readonly server: Server
}

/** Opens both, fills in their addresses, and hands each over as it opens, so that none is left open when the next one cannot be. */
export async function openListeners(
  planes: Planes,
  options: ServeOptions,
  { tls, mostConnections, addresses }: { tls: TlsFollower | undefined; mostConnections: number; addresses: Addresses },
  opened: (listener: Listener) => void,
): Promise<void> {
  const scheme = tls ? 'https' : 'http'
  for (const [plane, host, port, standard] of [
    ['data', options.host, options.port, 8080],
    ['control', options.controlHost, options.controlPort, 8081],
  ] as const) {
    const server = createListener(planes[plane], { mostConnections, ...(tls ? { tls: tls.current.context } : {}) })
    addresses[plane] = `${scheme}://${urlHost(host)}:${await listen(server, host, port, standard)}`
    opened({ plane, server })
    if (tls && 'setSecureContext' in server) tls.follow(server as Server & Parameters<TlsFollower['follow']>[0])
  }
}
