/**
 * Sums up what `.ci/run` left in a folder: `<step>.exit` (what the step ended with) and `<step>.json` (vitest's report).
 * Plain JavaScript without dependencies: it must speak also when the install failed.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const emptyTotals = { passed: 0, failed: 0, skipped: 0 }

/** A file that could not be loaded has no failed test in it, and is a failure all the same. */
export function totalsOf({ numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] }) {
  const unloaded = testResults.filter(
    ({ status, assertionResults = [] }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length, skipped: numPendingTests + numTodoTests }
}

/** A step that ended badly counts as at least one failure, whatever its report says. */
function totalsOfStep(folder, step) {
  const report = join(folder, `${step}.json`)
  const totals = existsSync(report) ? totalsOf(JSON.parse(readFileSync(report, 'utf8'))) : emptyTotals
  const succeeded = Number(readFileSync(join(folder, `${step}.exit`), 'utf8')) === 0
  return succeeded ? totals : { ...totals, failed: Math.max(totals.failed, 1) }
}

export function summaryOf(folder) {
  const steps = readdirSync(folder)
    .filter((name) => name.endsWith('.exit'))
    .map((name) => name.slice(0, -'.exit'.length))
  // nothing to sum up is not a success
  if (steps.length === 0) return { ...emptyTotals, failed: 1 }
  const sum = (one, other) => ({
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  })
  return steps.map((step) => totalsOfStep(folder, step)).reduce(sum)
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  const { passed, failed, skipped } = summaryOf(process.argv[2])
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed === 0 ? 0 : 1
}
