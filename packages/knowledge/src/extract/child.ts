import { type Answer, answerOf } from './answer.ts'
import { extractHeavy } from './heavy-extractors.ts'
import { cut, type PrepareWork } from './prepare.ts'

/** The process that reads files whose parsers are large: no environment, no database, no secret; ended from outside at a limit. */
async function read(work: PrepareWork): Promise<Answer> {
  return answerOf(async () => cut(await extractHeavy(work.bytes, work.mediaType), work))
}

process.on('message', (work: PrepareWork) => {
  // read never rejects: what is thrown becomes the answer
  void read(work).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
