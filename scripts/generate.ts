/**
 * `npm run generate` writes every generated file; `-- --check` writes nothing and fails when one differs from what would be written.
 * A generated file is committed, and is a pure function of the source: no time, no machine, no random value.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderReference } from '../apps/cli/src/reference.ts'
import { renderLogReference } from '../apps/server/src/log-reference.ts'
import { renderMetricsReference } from '../apps/server/src/metrics/reference.ts'
import { renderPage } from '../bench/report.ts'
import { vendorsReference } from '../packages/providers/src/vendors/reference.ts'

interface Generator {
  /** From the root of the repository. */
  file: string
  render(): string | Promise<string>
}

const generators: readonly Generator[] = [
  { file: 'docs/reference/cli.md', render: renderReference },
  { file: 'docs/performance.md', render: renderPage },
  { file: 'docs/reference/log.md', render: renderLogReference },
  { file: 'docs/reference/metrics.md', render: renderMetricsReference },
  { file: 'docs/reference/vendors.md', render: vendorsReference },
]

const root = join(import.meta.dirname, '..')

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return undefined
  }
}

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}

const onlyCheck = process.argv.includes('--check')
const stale: string[] = []
for (const { file, render } of generators) {
  const content = await render()
  if (contentOf(file) === content) continue
  stale.push(file)
  if (!onlyCheck) write(file, content)
}

for (const file of stale) console.log(onlyCheck ? `${file} is not what its source says: npm run generate` : `wrote ${file}`)
console.log(
  `${generators.length} generated ${generators.length === 1 ? 'file' : 'files'}, ${stale.length} ${onlyCheck ? 'stale' : 'written'}`,
)
if (onlyCheck && stale.length > 0) process.exitCode = 1
