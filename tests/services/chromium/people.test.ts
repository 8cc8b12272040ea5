import type { DocumentPage } from '@gatehouse/contracts'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, becomeOperator, callApi, openSite, type Site } from './site.ts'

const question = 'What is the maximum of salary band B4 in Leeds, in pounds a year?'
let site: Site
let operator: Page
let bram: Page
let tamsin: Page

beforeAll(async () => {
  site = await openSite()
  operator = await becomeOperator(site, await site.open())
  ;[bram, tamsin] = await Promise.all([site.chatAs(operator, 'bram'), site.chatAs(operator, 'tamsin')])
}, 120_000)
afterAll(() => site?.close())

describe('two people with different rights, at the same time', () => {
  test('one gets the answer with its source, the other an honest refusal that names nothing of it', async () => {
    const [allowed, refused] = await Promise.all([ask(bram, question), ask(tamsin, question)])
    await allowed.getByRole('button', { name: /^Source 1: Salary/ }).waitFor()
    await refused.getByText('not in the documents you can read', { exact: false }).waitFor()
    expect((await tamsin.content()).toLowerCase()).not.toContain('salary table')
  })

  test('the citation opens the passage with where it stands, what is around it, and the file', async () => {
    await bram
      .getByRole('button', { name: /^Source 1: Salary/ })
      .first()
      .click()
    const passage = bram.getByRole('complementary', { name: 'Source 1' })
    await passage.locator('mark').waitFor()
    expect(await passage.getByRole('list', { name: 'Where it stands' }).innerText()).not.toBe('')
    const [around, marked] = [passage.getByRole('region', { name: 'Text around the passage' }), passage.locator('mark')]
    expect((await around.innerText()).length).toBeGreaterThan((await marked.innerText()).length)
    const [download] = await Promise.all([
      bram.waitForEvent('download'),
      passage.getByRole('link', { name: 'Save the original file' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/salary-bands-2026\.md$/)
    await bram.keyboard.press('Escape')
    await passage.waitFor({ state: 'detached' })
    expect(await bram.locator(':focus').getAttribute('aria-label')).toMatch(/^Source 1: Salary/)
  })

  test('the refusal is the same when it is read again, without the titles that were shown in passing', async () => {
    expect(await tamsin.getByText('Nearest documents:', { exact: false }).count()).toBe(1)
    await tamsin.reload()
    await tamsin.getByText('not in the documents you can read', { exact: false }).waitFor()
    expect(await tamsin.getByText('Nearest documents:', { exact: false }).count()).toBe(0)
  })

  test('revoked while the page is open, the passage is closed at once and the answer is hidden when it is read again', async () => {
    await revokeSalaries(operator)
    await bram
      .getByRole('button', { name: /^Source 1: Salary/ })
      .first()
      .click()
    const passage = bram.getByRole('complementary', { name: 'Source 1' })
    await passage.getByText('No longer readable').waitFor()
    expect((await passage.innerText()).toLowerCase()).not.toContain('salary')
    await bram.reload()
    await bram.getByText('This answer is hidden').waitFor()
    expect(await bram.getByRole('log').innerText()).not.toContain('£')
    const again = await ask(bram, question)
    await again.getByText('not in the documents you can read', { exact: false }).waitFor()
  })

  test('the operator sees in the trace what was found, how much was withheld, what the guards said and where the time went', async () => {
    await operator.goto(`${site.consoleUrl}/traces?user=tamsin`)
    await operator.getByRole('table', { name: 'Calls' }).waitFor()
    await operator
      .getByRole('row', { name: /Not in documents/ })
      .getByRole('link')
      .click()
    await operator.getByRole('heading', { name: 'Trace', exact: true }).waitFor()
    const main = operator.getByRole('main')
    await main.getByText('withheld from the asker', { exact: false }).waitFor()
    await main.getByText('Too weak to answer from', { exact: true }).waitFor()
    const shown = await main.innerText()
    for (const part of ['Layers', 'limit', 'guard', 'Allowed', 'Place in the audit', 'journal.bind']) expect(shown).toContain(part)
    // what the operator may not read stays without a name here too
    expect(shown.toLowerCase()).not.toContain('salary table')
  })

  test('the search is tested as another person, with scores and what was withheld, and the audit verifies afterwards', async () => {
    await operator.goto(`${site.consoleUrl}/knowledge/handbook?tab=test`)
    await operator.getByLabel('Question').fill('How many days of annual leave carry over?')
    await operator.getByLabel('As', { exact: true }).selectOption('tamsin')
    await operator.getByRole('button', { name: 'Search' }).click()
    await operator.getByText('Searched with the rights of tamsin', { exact: false }).waitFor()
    await operator
      .getByText(/score 0\.\d/)
      .first()
      .waitFor()
    await operator.goto(`${site.consoleUrl}/audit`)
    await operator.getByText('retrieval.act-as').first().waitFor()
    await operator.getByRole('button', { name: 'Verify chains' }).click()
    await operator.getByText('All chains are intact').waitFor()
  })

  test('nothing of this left the server, and no page made an error', () => {
    expect(site.faults).toEqual({ strays: [], errors: [] })
  })
})

/** Closed to Bram's group, by an operator who may not read them either: with a reason. */
async function revokeSalaries(page: Page): Promise<void> {
  const reason = 'salaries are closed this week'
  const path = `/bases/handbook/documents?limit=200&reason=${encodeURIComponent(reason)}`
  const { items } = (await callApi(page, 'GET', path)) as DocumentPage // the API's own answer
  const salaries = items.filter(({ title = '' }) => /salary/i.test(title))
  expect(salaries).toHaveLength(1)
  for (const { id } of salaries) await callApi(page, 'PATCH', `/documents/${id}`, { access: ['group:finance'], reason })
}
