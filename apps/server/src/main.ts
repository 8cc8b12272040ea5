import { toAppError } from '@gatehouse/kernel'
import { greet } from './greeting.ts'
import { scrub } from './log-fields.ts'
import { parseOptions } from './options.ts'
import { startServer } from './server.ts'

/** Starts a server and keeps it until it is told to stop. Exits with 1 and one plain line when it cannot start. */
export async function main(args: readonly string[]): Promise<void> {
  const began = performance.now()
  try {
    const options = parseOptions(args, process.env)
    const server = await startServer(options)
    if (!options.quiet)
      await greet(server, {
        began,
        build: Number(process.env.GATEHOUSE_BUILD_MILLISECONDS ?? 0),
        install: Number(process.env.GATEHOUSE_INSTALL_MILLISECONDS ?? 0),
      })
    let stopping = false
    const stop = () => {
      if (stopping) process.exit(1) // asked twice: at once
      stopping = true
      server.close({ gently: true }).then(
        () => process.exit(0),
        () => process.exit(1),
      )
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    // of a closed terminal it comes more than once
    process.on('SIGHUP', () => (options.tls ? server.reload() : stopping || stop()))
  } catch (thrown) {
    const error = toAppError(thrown)
    const message = error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.message
    process.stderr.write(`gatehouse: ${scrub(message)} (${error.code})\n`)
    if (process.env.GATEHOUSE_DEBUG) console.error(thrown)
    process.exit(1)
  }
}

if (import.meta.main) await main(process.argv.slice(2))
