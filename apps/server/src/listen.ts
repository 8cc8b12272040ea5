import type { AddressInfo, Server } from 'node:net'
import { AppError } from '@gatehouse/kernel'

/** Listens on the port asked for, or on the default one and, when that is taken, on the next free of twenty. Resolves to the port. */
export async function listen(server: Server, host: string, asked: number | undefined, standard: number): Promise<number> {
  if (asked !== undefined) return bind(server, host, asked).catch((thrown) => refuse(thrown, host, asked))
  for (let port = standard; port < standard + 20; port++)
    try {
      return await bind(server, host, port)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') refuse(thrown, host, port)
    }
  throw new AppError(
    'conflict',
    `the ports ${standard}–${standard + 19} on ${host} are all taken; choose one with --port or --control-port`,
  )
}

const bind = (server: Server, host: string, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

function refuse(thrown: unknown, host: string, port: number): never {
  const { code, message } = thrown as NodeJS.ErrnoException
  const why =
    code === 'EADDRINUSE'
      ? `port ${port} on ${host} is taken by another program; stop it or choose another port`
      : code === 'EACCES'
        ? `port ${port} needs rights this user does not have; choose one above 1023`
        : code === 'EADDRNOTAVAIL'
          ? `${host} is not an address of this machine`
          : message
  throw new AppError('conflict', why, { cause: thrown })
}

/** An address only this machine can reach. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
