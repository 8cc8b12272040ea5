import { existsSync } from 'node:fs'
import { Failure } from './failure.ts'
import { masterKeyFile } from './places.ts'
import type { ServerFace } from './server-face.ts'
import type { Terminal } from './terminal.ts'

/** Never made here: a new key opens no store, proves nothing and fits no backup. */
export function existingMasterKey({ environment }: Terminal, server: ServerFace, where: { home: string; data: string }): Buffer {
  const file = masterKeyFile(environment, where.home)
  if (file !== undefined && !existsSync(file))
    throw new Failure('not_found', `the master key ${file} is missing`, {
      advice: 'bring your copy of it back, or set GATEHOUSE_MASTER_KEY or GATEHOUSE_MASTER_KEY_FILE',
    })
  return server.loadMasterKey({ environment, configDirectory: where.home, dataDirectory: where.data })
}
