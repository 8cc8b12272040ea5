import type { MessagePort } from 'node:worker_threads'
import type { Kind } from '@gatehouse/contracts'
import type { PlainFailure } from './failure.ts'

export interface Request {
  readonly id: number
  readonly name: string
  readonly args: unknown
  readonly now: number
}
export interface Response {
  readonly id: number
  readonly result?: unknown
  readonly failure?: PlainFailure
}
/** To a worker: requests of one tick, a port that another worker asks through, or a word to rest. */
export interface ToWorker {
  readonly requests?: readonly Request[]
  readonly port?: MessagePort
  /** Nothing is to be done for a while: give memory back. */
  readonly rest?: true
}
/** A resource that another process changed. */
export interface Changed {
  readonly kind: Kind
  readonly name: string
}
export interface FromWorker {
  readonly changed?: readonly Changed[]
  readonly responses?: readonly Response[]
  readonly ready?: true
  /** It could not start, or cannot go on. */
  readonly fatal?: PlainFailure
}
export interface WorkerData {
  readonly directory: string
  readonly file: string
  readonly masterKey: Uint8Array
  readonly headsFile: string
  /** UUIDv7 of this process's chain. */
  readonly writer: string
  readonly now: number
}
