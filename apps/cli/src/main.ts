#!/usr/bin/env node
import { run } from './run.ts'
import { systemTerminal } from './system-terminal.ts'

// not exit(): a pipe may still hold output, and a server runs on
process.exitCode = await run(process.argv.slice(2), systemTerminal())
