import { AppError } from '@gatehouse/kernel'

/** A header by its lower-case name. */
export type Headers = (name: string) => string | undefined

/** Our own host, and no page of another one. Programs that are no browsers send no origin; they have no cookie to steal. */
export function checkOrigin(headers: Headers, { isOurHost }: { isOurHost(host: string): boolean }): void {
  const host = headers('host') ?? ''
  if (!isOurHost(host)) throw new AppError('forbidden', 'this host name is not ours')
  const origin = headers('origin')
  const site = headers('sec-fetch-site')
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase())
    throw new AppError('forbidden', 'requests from other sites are not allowed')
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new AppError('forbidden', 'requests from other sites are not allowed')
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)
