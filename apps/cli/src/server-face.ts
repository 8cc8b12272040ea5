import type { installation, ServeOptions } from '@gatehouse/server'

/** What the command line needs of the server; loaded only by the commands that run or inspect one. */
export interface ServerFace {
  main(args: readonly string[]): Promise<void>
  parseOptions(args: readonly string[], environment: ServeOptions['environment']): ServeOptions
  loadMasterKey(sources: { environment: ServeOptions['environment']; configDirectory: string; dataDirectory?: string }): Buffer
  /** Where a data directory's signed heads are exported to. */
  headsFileOf(where: { data: string; home: string; environment: ServeOptions['environment'] }): string
  /** Throws what is wrong with the place of the documents' bytes. */
  checkBlobs(where: Pick<ServeOptions, 'data' | 'blobs' | 'environment'>): Promise<void>
  /** What is done to a store beside its servers. */
  readonly installation: typeof installation
  readDeclared(path: string): Promise<readonly { kind: string; project: string; name: string }[]>
}
