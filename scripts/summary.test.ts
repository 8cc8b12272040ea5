import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { summaryOf, totalsOf } from './summary.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-summary-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const step = (name: string, status: number, report?: object) => {
  writeFileSync(join(folder, `${name}.exit`), `${status}\n`)
  if (report) writeFileSync(join(folder, `${name}.json`), JSON.stringify(report))
}

test('the steps are summed up', () => {
  step('check', 0)
  step('test', 0, { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 })
  step('services', 0, { numPassedTests: 2, numFailedTests: 0, numPendingTests: 3 })
  expect(summaryOf(folder)).toEqual({ passed: 7, failed: 0, skipped: 5 })
})

test('a step that ended badly is at least one failure', () => {
  step('check', 1)
  step('test', 1, { numPassedTests: 5, numFailedTests: 2 })
  expect(summaryOf(folder)).toEqual({ passed: 5, failed: 3, skipped: 0 })
})

test('a file that could not be loaded is a failure, though no test in it failed', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ]
  expect(totalsOf({ numPassedTests: 1, numFailedTests: 1, testResults })).toEqual({ passed: 1, failed: 2, skipped: 0 })
})

test('no step at all is a failure', () => {
  expect(summaryOf(folder).failed).toBe(1)
})

test('the last line is plain and alone, and a failure is an exit code', () => {
  step('test', 1, { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2 })
  const { stdout, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'summary.mjs'), folder], { encoding: 'utf8' })
  expect(stdout).toBe('3 passed, 1 failed, 2 skipped\n')
  expect(status).toBe(1)
})
