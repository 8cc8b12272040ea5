import { parentPort } from 'node:worker_threads'
import { type Answer, answerOf } from './answer.ts'
import { type PrepareWork, prepare } from './prepare.ts'

/** One message in, one message out, by number. */
export interface WorkerQuestion {
  readonly number: number
  readonly work: PrepareWork
}
export type WorkerAnswer = { readonly number: number } & Answer
/** Sent once, when everything is loaded. */
export type WorkerReady = 'ready'

parentPort?.on('message', ({ number, work }: WorkerQuestion) => {
  // answerOf never rejects: what is thrown becomes the answer
  void answerOf(() => prepare(work)).then((answer) => parentPort?.postMessage({ number, ...answer } satisfies WorkerAnswer))
})
parentPort?.postMessage('ready' satisfies WorkerReady)
