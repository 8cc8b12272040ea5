import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** The real thing. */
export function systemTerminal(): Terminal {
  const stopping = new AbortController()
  // once: a second Ctrl-C ends the program at once
  process.once('SIGINT', () => stopping.abort(new Failure('cancelled', 'stopped')))
  process.stdout.on('error', endWithTheReader)
  return {
    out: (written) => void process.stdout.write(written),
    err: (written) => void process.stderr.write(written),
    isInteractive: process.stdout.isTTY === true,
    environment: process.env,
    fetch: (input, init) => fetch(input, init),
    ask,
    readInput: () => text(process.stdin),
    now: Date.now,
    pause: (milliseconds) => setTimeout(milliseconds, undefined, { signal: stopping.signal }).catch(() => {}), // being stopped ends the pause
    loadServer: () => import('@gatehouse/server'),
    signal: stopping.signal,
  }
}

/** `gatehouse … | head` has read enough. */
function endWithTheReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

async function ask(question: string, secret?: 'secret'): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Failure('invalid_request', 'there is no terminal to ask on', { advice: 'give --user and --password-stdin' })
  if (secret) process.stderr.write(question)
  // what is typed is echoed to `output` only
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: secret ? nowhere : process.stderr, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.on('SIGINT', () => reject(new Failure('cancelled', 'stopped')))
      lines.on('close', () => reject(new Failure('cancelled', 'nothing was entered')))
      lines.question(secret ? '' : question).then(resolve, reject)
    })
  } finally {
    lines.close()
    if (secret) process.stderr.write('\n')
  }
}
