import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, becomeOperator, openSite, type Site } from './site.ts'

let site: Site
let operator: Page
let chat: Page

beforeAll(async () => {
  site = await openSite()
  operator = await becomeOperator(site, await site.open())
  chat = await site.chatAs(operator, 'tamsin')
}, 120_000)
afterAll(() => site?.close())

/** What has the focus, as somebody who listens is told. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent ?? element?.textContent?.trim() ?? ''
  })()`)
const isVisible = (page: Page): Promise<boolean> =>
  page.evaluate(`(() => {
    const style = getComputedStyle(document.activeElement)
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
  })()`)

/** Presses Tab until something of this name has the focus; gives what was passed. */
async function tabTo(page: Page, name: RegExp, most = 40): Promise<string[]> {
  const passed: string[] = []
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    if (name.test(now)) return passed
    passed.push(now)
  }
  throw new Error(`the keyboard does not reach ${name}; it passed ${passed.join(' · ')}`)
}

describe('the console by keyboard alone', () => {
  test('the first stop is the way past the navigation, and it goes to the content', async () => {
    await operator.goto(site.consoleUrl)
    await operator.getByRole('heading', { name: 'Overview' }).waitFor()
    await operator.keyboard.press('Tab')
    expect(await focused(operator)).toBe('Skip to the content')
    expect(await isVisible(operator)).toBe(true)
    await operator.keyboard.press('Enter')
    expect(await operator.locator(':focus').getAttribute('id')).toBe('main')
  })

  test('the pages come in the order they are read, and each can be seen to have the focus', async () => {
    await operator.goto(site.consoleUrl)
    await operator.getByRole('heading', { name: 'Overview' }).waitFor()
    const passed = await tabTo(operator, /^People$/)
    expect(passed).toEqual([
      'Skip to the content',
      expect.stringMatching(/^Go to…/),
      'Overview',
      'Traces',
      'Audit',
      'Knowledge',
      'Apps',
      'Consumers',
    ])
    expect(await isVisible(operator)).toBe(true)
    await operator.keyboard.press('Enter')
    await operator.getByRole('heading', { name: 'People' }).waitFor()
  })

  test('a dialog keeps the focus inside, Escape closes it, and the focus returns to what opened it', async () => {
    await operator.goto(`${site.consoleUrl}/people?tab=groups`)
    await operator.getByRole('table', { name: 'Groups' }).waitFor()
    await tabTo(operator, /^New group$/)
    await operator.keyboard.press('Enter')
    const dialog = operator.getByRole('dialog', { name: 'New group' })
    await dialog.waitFor()
    for (let pressed = 0; pressed < 8; pressed++) {
      await operator.keyboard.press('Tab')
      // the browser's own controls are the one other place it may go
      expect(
        await operator.evaluate(
          `document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)`,
        ),
      ).toBe(true)
    }
    await operator.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(operator)).toBe('New group')
  })

  test('Ctrl K goes anywhere by a few letters', async () => {
    await operator.keyboard.press('Control+k')
    await operator.getByPlaceholder('Pages, apps', { exact: false }).or(operator.getByRole('combobox')).first().waitFor()
    await operator.keyboard.type('handb')
    await operator.keyboard.press('Enter')
    await operator.getByRole('heading', { name: 'Handbook' }).waitFor()
  })
})

describe('the chat by keyboard alone', () => {
  test('the first stop is the way to the question', async () => {
    await chat.goto(site.chatUrl)
    await chat.getByLabel('Your question').waitFor()
    await chat.keyboard.press('Tab')
    expect(await focused(chat)).toBe('Skip to the question')
    await chat.keyboard.press('Enter')
    await expect.poll(() => chat.locator(':focus').getAttribute('id')).toBe('question')
  })

  test('a question is sent, its source opened and closed, and the focus comes back to the source', async () => {
    await chat.keyboard.type('How do I claim travel expenses?')
    await chat.keyboard.press('Enter')
    await chat
      .getByRole('button', { name: /^Source 1/ })
      .first()
      .waitFor()
    await chat.getByRole('button', { name: 'Send' }).waitFor()
    for (let pressed = 0; pressed < 10 && !/^Source 1/.test(await focused(chat)); pressed++) await chat.keyboard.press('Shift+Tab')
    await tabToSource()
    await chat.keyboard.press('Enter')
    const passage = chat.getByRole('complementary', { name: 'Source 1' })
    await passage.locator('mark').waitFor()
    await chat.keyboard.press('Escape')
    await passage.waitFor({ state: 'detached' })
    expect(await focused(chat)).toMatch(/^Source 1/)
  })

  /** From wherever it stands, upwards. */
  async function tabToSource(): Promise<void> {
    for (let pressed = 0; pressed < 20 && !/^Source 1/.test(await focused(chat)); pressed++) await chat.keyboard.press('Shift+Tab')
    expect(await focused(chat)).toMatch(/^Source 1/)
  }

  test('what is read aloud is one sentence, not the text piece by piece', async () => {
    expect(await chat.getByRole('log').getAttribute('aria-live')).toBe('off')
    await chat.getByRole('status').filter({ hasText: 'Answer finished, 1 source' }).waitFor({ state: 'attached' })
  })

  test('Enter that ends the writing of a Chinese word sends nothing; the next one does', async () => {
    const before = await chat.getByRole('article').count()
    await chat.getByLabel('Your question').focus()
    const session = await chat.context().newCDPSession(chat)
    await session.send('Input.imeSetComposition', { text: 'nianjia', selectionStart: 7, selectionEnd: 7 })
    await chat.getByLabel('Your question').dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
    expect(await chat.getByRole('article').count()).toBe(before)
    await session.send('Input.insertText', { text: '年假可以结转多少天？' })
    expect(await chat.getByLabel('Your question').inputValue()).toBe('年假可以结转多少天？')
    await chat.keyboard.press('Enter')
    await chat.getByRole('article').nth(before).waitFor()
    await chat.getByRole('button', { name: 'Send' }).waitFor()
  })
})

test('who wants less motion gets none that lasts', async () => {
  const calm = await site.chatAs(operator, 'bram', { reducedMotion: 'reduce' })
  await ask(calm, 'How do I claim travel expenses?')
  const longest = `Math.max(...[...document.querySelectorAll('*')].flatMap((element) => {
    const { animationDuration, animationName, transitionDuration } = getComputedStyle(element)
    return [animationName === 'none' ? '0s' : animationDuration, transitionDuration].map(Number.parseFloat)
  }))`
  expect(await calm.evaluate(longest)).toBeLessThanOrEqual(0.001)
  await calm.context().close()
})

test('nothing of all this left the server, and no page made an error', () => {
  expect(site.faults).toEqual({ strays: [], errors: [] })
})
