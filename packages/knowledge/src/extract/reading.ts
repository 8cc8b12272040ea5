import { AppError } from '@gatehouse/kernel'
import type { Prepared, PrepareWork } from './prepare.ts'

/** Files to text and pieces, outside the event loop and within limits. */
export interface Reader {
  prepare(work: PrepareWork): Promise<Prepared>
  close(): Promise<void>
}
export interface Waiting {
  readonly work: PrepareWork
  readonly resolve: (prepared: Prepared) => void
  readonly reject: (error: Error) => void
}
export const stopping = () => new AppError('overloaded', 'the server is stopping')
