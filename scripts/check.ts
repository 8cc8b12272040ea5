/**
 * `npm run check`: format and lint, types, dead code, generated files. No tests.
 * `npm run check -- types` runs only the steps whose name starts with a given word.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { program } from './node24.mjs'

const root = join(import.meta.dirname, '..')

interface Step {
  name: string
  command: readonly [name: string, ...args: string[]]
}

const types = (project: string): Step => ({ name: `types ${project}`, command: ['tsc', '--noEmit', '--pretty', 'false', '-p', project] })

const steps: readonly Step[] = [
  { name: 'format and lint', command: ['biome', 'check', '--colors=off', '--max-diagnostics=50', '--error-on-warnings'] },
  types('.'),
  types('packages/ui'),
  types('apps/console'),
  types('apps/chat'),
  { name: 'dead code', command: ['knip', '--no-progress', '--no-config-hints'] },
  { name: 'generated files', command: ['scripts/generate.ts', '--check'] },
]

interface Outcome {
  step: Step
  passed: boolean
  output: string
  milliseconds: number
}

function run(step: Step): Promise<Outcome> {
  const from = performance.now()
  const [name, ...args] = step.command
  const child = spawn(process.execPath, [program(root, name), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ step, passed: code === 0, output: Buffer.concat(output).toString(), milliseconds: performance.now() - from }),
    )
  })
}

const wanted = process.argv.slice(2)
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)))
if (chosen.length === 0) {
  console.error(`no step named ${wanted.join(', ')}; there are: ${steps.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const from = performance.now()
const outcomes = await Promise.all(chosen.map(run))
for (const { step, passed, output } of outcomes) if (!passed) console.log(`\n── ${step.name}\n${output.trim()}\n`)
for (const { step, passed, milliseconds } of outcomes)
  console.log(`${passed ? 'ok    ' : 'failed'}  ${step.name.padEnd(20)} ${(milliseconds / 1000).toFixed(1)} s`)
const failed = outcomes.filter(({ passed }) => !passed).length
console.log(
  `${failed === 0 ? 'check passed' : `check failed: ${failed} of ${outcomes.length}`} in ${((performance.now() - from) / 1000).toFixed(1)} s`,
)
// not exit(): a pipe may still hold output
process.exitCode = failed === 0 ? 0 : 1
