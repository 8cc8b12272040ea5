/**
 * `npm run test:services` runs what needs more than Node: a browser, a database, a sandbox.
 * A folder of tests/services is named after what its tests need (`chromium`, `postgres+redis`); a folder the machine
 * cannot serve is skipped, counted and named. REQUIRE_SERVICES=1 makes that a failure.
 * Tests find a service in GATEHOUSE_SERVICE_<NAME>: the path of its program, or the address the caller gave.
 */
import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parseArgs } from 'node:util'
import { emptyTotals, type Totals, totalsOf } from './summary.mjs'

const root = join(import.meta.dirname, '..')
const tests = join(root, 'tests/services')

/** What a folder can ask for: an address from the caller, or one of these programs on the machine. */
const services: Record<string, { address?: string; programs: readonly string[] }> = {
  bubblewrap: { programs: ['bwrap'] },
  chromium: { programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] },
  deno: { programs: ['deno'] },
  opensearch: { address: 'OPENSEARCH_URL', programs: [] },
  postgres: { address: 'POSTGRES_URL', programs: ['postgres'] },
  python: { programs: ['python3'] },
  redis: { address: 'REDIS_URL', programs: ['redis-server', 'valkey-server'] },
  s3: { programs: ['versitygw'] },
  tesseract: { programs: ['tesseract'] },
}

// Debian keeps the server outside PATH; Playwright keeps its browsers in a folder of its own. What was unpacked into .services comes
// first, the newest before others: it was put there for these tests.
const newest = (folders: readonly string[]) => folders.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
const unpackedFolders = [...newest(globSync(join(root, '.services/*/*/pginstall*/bin'))), ...globSync(join(root, '.services/*/bin'))]
const postgresFolders = newest(globSync('/usr/lib/postgresql/*/bin'))
const browserFolders = globSync(join(process.env.PLAYWRIGHT_BROWSERS_PATH ?? '/nowhere', 'chromium-*/chrome-linux*'))
const folders = [...unpackedFolders, ...(process.env.PATH ?? '').split(delimiter), ...postgresFolders, ...browserFolders]

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** A PostgreSQL without the vector extension cannot run its tests: it counts as absent. */
const hasVector = (file: string) =>
  !file.endsWith('/postgres') ||
  globSync([join(file, '../../share/**/vector.control'), `/usr/share/postgresql/${file.split('/').at(-3)}/extension/vector.control`])
    .length > 0

const programOnMachine = (names: readonly string[]) =>
  names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => isProgram(file) && hasVector(file))

function find(name: string): string | undefined {
  const service = services[name]
  if (!service) throw new Error(`tests/services names a service ${name} nobody knows; there are: ${Object.keys(services).join(', ')}`)
  const given = process.env[`GATEHOUSE_SERVICE_${name.toUpperCase()}`] ?? (service.address && process.env[service.address])
  return given || programOnMachine(name === 'chromium' ? [...service.programs, 'chrome'] : service.programs)
}

// through the shim, which ends the tests when this process is gone
const vitest = (...args: string[]) => [join(root, 'scripts/node24.mjs'), 'vitest', ...args, '--config', 'vitest.services.config.ts']

/** How many tests a folder holds, without running one. */
function countTests(folder: string): number {
  const report = join(scratch, `${folder}.list.json`)
  const { status } = spawnSync(process.execPath, vitest('list', `tests/services/${folder}/`, '--no-staticParse', `--json=${report}`), {
    cwd: root,
    stdio: 'ignore',
  })
  if (status !== 0 || !existsSync(report))
    throw new Error(`the tests of tests/services/${folder} cannot be listed: vitest ended with ${status}`)
  return (JSON.parse(readFileSync(report, 'utf8')) as unknown[]).length
}

function runTests(chosen: readonly string[], environment: Record<string, string>): Totals {
  const report = join(scratch, 'report.json')
  const paths = chosen.map((folder) => `tests/services/${folder}/`)
  const args = vitest('run', ...paths, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`)
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  const totals = existsSync(report) ? totalsOf(JSON.parse(readFileSync(report, 'utf8'))) : emptyTotals
  return status === 0 ? totals : { ...totals, failed: Math.max(totals.failed, 1) }
}

const { values } = parseArgs({ options: { report: { type: 'string' } } })
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-services-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

const wanted = existsSync(tests)
  ? readdirSync(tests, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && globSync('**/*.test.ts', { cwd: join(tests, entry.name) }).length > 0)
      .map(({ name }) => name)
      .sort()
  : []
const found = new Map(wanted.flatMap((folder) => folder.split('+')).map((name) => [name, find(name)]))
const absent = (folder: string) => folder.split('+').filter((name) => !found.get(name))
const runnable = wanted.filter((folder) => absent(folder).length === 0)
const skipped = wanted
  .filter((folder) => absent(folder).length > 0)
  .map((folder) => ({ folder, missing: absent(folder), tests: countTests(folder) }))

const environment = Object.fromEntries(
  [...found].flatMap(([name, where]) => (where ? [[`GATEHOUSE_SERVICE_${name.toUpperCase()}`, where]] : [])),
)
const totals = runnable.length > 0 ? runTests(runnable, environment) : emptyTotals
const required = process.env.REQUIRE_SERVICES === '1'
const skippedTests = skipped.reduce((sum, { tests }) => sum + tests, 0)

for (const folder of runnable) console.log(`ran      ${folder}`)
for (const { folder, missing, tests } of skipped)
  console.log(`skipped  ${folder}: ${tests} ${tests === 1 ? 'test' : 'tests'}, because this machine has no ${missing.join(' and no ')}`)
if (wanted.length === 0) console.log('there are no tests in tests/services yet')
if (required && skipped.length > 0) console.log('REQUIRE_SERVICES=1: an absent service is a failure')

const failed = totals.failed + (required ? skippedTests || skipped.length : 0)
const skippedInAll = totals.skipped + (required ? 0 : skippedTests)
console.log(`services: ${totals.passed} passed, ${failed} failed, ${skippedInAll} skipped`)
if (values.report)
  writeFileSync(values.report, JSON.stringify({ numPassedTests: totals.passed, numFailedTests: failed, numPendingTests: skippedInAll }))
// not exit(): a pipe may still hold output
process.exitCode = failed === 0 ? 0 : 1
