import { parentPort } from 'node:worker_threads'
import { toAppError } from '@gatehouse/kernel'
import { type Prepared, type PrepareWork, prepare } from './prepare.ts'

/** One message in, one message out, by number. */
export interface WorkerQuestion {
  readonly number: number
  readonly work: PrepareWork
}
export type WorkerAnswer =
  | { readonly number: number; readonly prepared: Prepared }
  | { readonly number: number; readonly error: { readonly code: string; readonly message: string } }

const answer = ({ number, work }: WorkerQuestion): WorkerAnswer => {
  try {
    return { number, prepared: prepare(work) }
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    return {
      number,
      error:
        code === 'internal' ? { code: 'invalid_request', message: 'the file could not be read; it may be damaged' } : { code, message },
    }
  }
}

parentPort?.on('message', (question: WorkerQuestion) => parentPort?.postMessage(answer(question)))
