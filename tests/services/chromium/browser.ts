import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** The machine's own Chromium; nothing is downloaded. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.GATEHOUSE_SERVICE_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--disable-dev-shm-usage', '--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })

/** What must never happen on any page, gathered while the tests run. */
export interface Faults {
  /** Requests to anywhere but the server's own addresses; they are stopped. */
  readonly strays: string[]
  /** Errors thrown, and what the content security policy stopped. */
  readonly errors: string[]
}

/** `own`: the origins of the server, and nothing else of the machine. */
export async function openContext(
  browser: Browser,
  faults: Faults,
  own: readonly string[],
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options })
  context.setDefaultTimeout(15_000)
  const isStray = (address: string | URL) => {
    const { origin, protocol } = new URL(address)
    return /^(https?|wss?):$/.test(protocol) && !own.includes(origin.replace(/^ws/, 'http'))
  }
  await context.route(isStray, (route) => {
    faults.strays.push(route.request().url())
    return route.abort()
  })
  context.on('page', (page) => watch(page, isStray, faults))
  return context
}

function watch(page: Page, isStray: (address: string) => boolean, { strays, errors }: Faults): void {
  page.on('websocket', (socket) => isStray(socket.url()) && strays.push(socket.url()))
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    // a 401 before signing in is no fault of the page
    if (message.type() === 'error' && !/status of 401/.test(message.text())) errors.push(message.text())
  })
}

/** Serious accessibility findings of a page, in words. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${new URL(page.url()).pathname}: ${id} at ${nodes[0]?.html.slice(0, 160)}`)
}

/** How many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
