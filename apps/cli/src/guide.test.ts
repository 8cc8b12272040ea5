import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { documentProblems, statusOf } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { createProgram } from './program.ts'
import { scriptedTerminal } from './scripted-terminal.ts'

const guide = join(import.meta.dirname, '../../../docs/guide')
const pages = globSync('*.md', { cwd: guide }).map((name) => ({ name, text: readFileSync(join(guide, name), 'utf8') }))
const pageOf = (name: string) => pages.find((page) => page.name === name)?.text ?? ''

test.each(Object.entries(statusOf))('docs/guide/troubleshooting.md says what to do about %s (%i)', (code, status) => {
  expect(pageOf('troubleshooting.md')).toMatch(new RegExp(`^\\| \`${code}\` \\| ${status} \\| .+ \\| .+ \\|$`, 'm'))
})

test('the guide knows no code that does not exist', () => {
  const told = [...pageOf('troubleshooting.md').matchAll(/^\| `(\w+)` \| \d+ \|/gm)].map(([, code]) => code)
  expect(told.sort()).toEqual(Object.keys(statusOf).sort())
})

test.each(Object.keys(documentProblems))('docs/guide/your-documents.md says what to do about a file that is %s', (problem) => {
  expect(pageOf('your-documents.md')).toMatch(new RegExp(`^\\| \`${problem}\` \\| .+ \\| .+ \\|$`, 'm'))
})

test('every page is in the table of contents, and every link leads somewhere', () => {
  for (const { name } of pages) if (name !== 'README.md') expect(pageOf('README.md')).toContain(`(${name})`)
  const broken = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .filter(([, to]) => !existsSync(resolve(dirname(join(guide, name)), to!)))
      .map(([, to]) => `${name}: ${to}`),
  )
  expect(broken).toEqual([])
})

test('every command the guide shows exists, with its options', () => {
  const shown = pages.flatMap(({ text }) => [...text.matchAll(/^npm run (?:--silent )?gatehouse -- (.+)$/gm)].map(([, line]) => line!))
  expect(shown.length).toBeGreaterThan(5)
  for (const line of shown) {
    const words = line.replace(/\s+[|>#].*$/, '').split(/\s+/)
    let command = createProgram(scriptedTerminal({}))
    const options = [...command.options]
    for (const word of words) {
      const child = command.commands.find((one) => one.name() === word)
      if (!child) break
      command = child
      options.push(...child.options)
    }
    expect(command.parent, line).not.toBeNull()
    const known = options.flatMap(({ long, short }) => [long, short])
    for (const word of words.filter((one) => /^--?[a-z]/.test(one))) expect(known, `${word} in: ${line}`).toContain(word.split('=')[0])
  }
})
