import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { LinkView } from '@gatehouse/contracts'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { type ServerProcess, spawnServer, temporaryPlace } from '../../end-to-end/server-process.ts'
import { type Faults, launch, openContext } from './browser.ts'

const root = join(import.meta.dirname, '../../..')
export const password = 'five calm words in a row'

/** The server as people run it, the sample company in it, and a browser in front. */
export interface Site extends Pick<ServerProcess, 'dataUrl' | 'consoleUrl'> {
  /** The one link that was printed. */
  readonly setUpLink: string
  readonly chatUrl: string
  readonly faults: Faults
  /** A browser context of its own: one person at one machine. */
  open(options?: BrowserContextOptions): Promise<BrowserContext>
  /** The chat as somebody of the sample company, in a context of its own. */
  chatAs(operator: Page, user: string, options?: BrowserContextOptions): Promise<Page>
  close(): Promise<void>
}

export async function openSite(): Promise<Site> {
  // what people get, not what a test runner's environment would build
  const env = { ...process.env, NODE_ENV: 'production' }
  execFileSync(process.execPath, [join(root, 'scripts/start.ts'), '--build-only'], { stdio: 'ignore', env })
  const place = temporaryPlace()
  const server = await spawnServer(place)
  const browser: Browser = await launch()
  const faults: Faults = { strays: [], errors: [] }
  const own = [server.dataUrl, new URL(server.consoleUrl).origin]
  const open = (options?: BrowserContextOptions) => openContext(browser, faults, own, options)
  return {
    ...{ dataUrl: server.dataUrl, consoleUrl: server.consoleUrl, chatUrl: `${server.dataUrl}/chat` },
    setUpLink: /http:\S+#link=\S+/.exec(server.output)?.[0] ?? '',
    faults,
    open,
    async chatAs(operator, user, options) {
      const page = await (await open(options)).newPage()
      await page.goto(await chatLink(operator, user))
      await page.locator('#question').waitFor()
      return page
    },
    async close() {
      await browser.close()
      await server.stop()
      place.remove()
    },
  }
}

/** A call of the admin API with the session of a page. */
export async function callApi(page: Page, method: 'GET' | 'POST' | 'PATCH', path: string, data?: object): Promise<unknown> {
  const { request } = page.context()
  const { origin } = new URL(page.url())
  const { csrf } = await (await request.get(`${origin}/api/me`)).json()
  const reply = await request.fetch(`${origin}/api${path}`, { method, headers: { origin, 'x-csrf-token': csrf }, ...(data && { data }) })
  if (!reply.ok()) throw new Error(`${method} ${path} was answered with ${reply.status()}: ${await reply.text()}`)
  return reply.json()
}

/** As the button "Chat as" asks for it. */
async function chatLink(operator: Page, user: string): Promise<string> {
  const { url } = (await callApi(operator, 'POST', `/users/${user}/links`, { kind: 'chat-as' })) as LinkView // the API's own answer
  return url
}

/** Opens the console by the one link and sets a password. */
export async function becomeOperator(site: Site, context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(site.setUpLink)
  await page.getByLabel('New password').fill(password)
  await page.getByLabel('The same again').fill(password)
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  return page
}

/** Asks, and gives the answer when it is finished. */
export async function ask(chat: Page, text: string): Promise<Locator> {
  const before = await chat.getByRole('article').count()
  await chat.locator('#question').fill(text)
  await chat.keyboard.press('Enter')
  const answer = chat.getByRole('article').nth(before)
  await answer.waitFor()
  await chat.locator('button[type=submit]').waitFor()
  return answer
}
