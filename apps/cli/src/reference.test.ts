import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderReference } from './reference.ts'

test('docs/reference/cli.md is what the commands say; `npm run generate` writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../docs/reference/cli.md'), 'utf8')).toBe(renderReference())
})

test('every command of the house is in it', () => {
  const page = renderReference()
  const commands =
    'serve login logout whoami ask kb|ls kb|create kb|ingest kb|search trace|ls trace|get trace|tail audit|verify audit|export doctor config|validate version'
  for (const command of commands.split(' ')) expect(page).toContain(`\n## gatehouse ${command.replace('|', ' ')}\n`)
})
