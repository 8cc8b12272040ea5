import { createHmac, randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seriousFindings } from './browser.ts'
import { becomeOperator, openSite, type Site } from './site.ts'

let site: Site
let console_: Page

beforeAll(async () => {
  site = await openSite()
  console_ = await becomeOperator(site, await site.open())
}, 120_000)
afterAll(() => site?.close())

/** What stands beside a field of Dify's plugin in the open dialog. */
const settingOf = (field: string) => console_.getByRole('dialog').locator(`dt:text-is("${field}") + dd code`).innerText()

async function signedCall({ base, accessKey, secret }: { base: string; accessKey: string; secret: string }): Promise<number> {
  const [date, nonce, stamp] = [new Date().toUTCString(), randomUUID(), String(Date.now())]
  const lines = [`x-ca-key:${accessKey}`, `x-ca-nonce:${nonce}`, 'x-ca-signature-method:HmacSHA256', `x-ca-timestamp:${stamp}`]
  const text = ['POST', '*/*', '', 'application/json', date, ...lines, '/v1/chat/completions'].join('\n')
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      ...{ accept: '*/*', 'content-type': 'application/json', date, 'x-ca-key': accessKey, 'x-ca-nonce': nonce, 'x-ca-timestamp': stamp },
      ...{ 'x-ca-signature-method': 'HmacSHA256', 'x-ca-signature-headers': 'x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp' },
      'x-ca-signature': createHmac('sha256', secret).update(text).digest('base64'),
    },
    body: JSON.stringify({ model: 'app/handbook', messages: [{ role: 'user', content: 'How do I claim travel expenses?' }] }),
  })
  await response.text()
  return response.status
}

test('a consumer gets a signing key, whose settings for Dify’s plugin work as they are shown, once', async () => {
  await console_.goto(`${site.consoleUrl}/consumers`)
  await console_.getByRole('button', { name: 'New consumer' }).click()
  const form = console_.getByRole('dialog')
  await form.getByLabel('Title').fill('Dify')
  await form.getByLabel('Name', { exact: true }).fill('dify')
  await form.getByRole('button', { name: 'Create' }).click()
  await console_.getByRole('button', { name: 'New signing key' }).click()
  await form.getByLabel('Title').fill('Plugin')
  await form.getByRole('button', { name: 'Create' }).click()
  await console_.getByRole('heading', { name: 'Your signing key' }).waitFor()
  expect(await settingOf('consumer_auth_mode')).toBe('hmac')
  const shown = { base: await settingOf('endpoint_url'), accessKey: await settingOf('hmac_key'), secret: await settingOf('hmac_secret') }
  expect(await signedCall(shown)).toBe(200)
  expect(await seriousFindings(console_)).toEqual([])
  await form.getByRole('button', { name: 'Close' }).last().click()
  await console_.reload()
  await console_.getByText(shown.accessKey).waitFor()
  expect(await console_.content()).not.toContain(shown.secret)

  await console_.getByRole('button', { name: 'Rotate' }).click()
  await form.getByRole('button', { name: 'Rotate' }).click()
  await console_.getByRole('heading', { name: 'Your signing key' }).waitFor()
  expect(await signedCall({ ...shown, secret: await settingOf('hmac_secret') })).toBe(200)
  await form.getByRole('button', { name: 'Close' }).last().click()
  await console_.getByText('two; the older until', { exact: false }).waitFor()
  expect(await signedCall(shown)).toBe(200)
})

test('an issuer of tokens and addresses are set, and what is no address is said to be none', async () => {
  await console_.getByRole('button', { name: 'New issuer' }).click()
  const form = console_.getByRole('dialog')
  await form.getByLabel('Issuer', { exact: true }).fill('https://login.example')
  await form.getByLabel('Audience').fill('gatehouse')
  await form.getByLabel('Address of its keys').fill('https://login.example/keys')
  await form.getByLabel('A token stands for').selectOption('email')
  await form.getByRole('button', { name: 'Create' }).click()
  await console_.getByText('the person with the e-mail in “email”').waitFor()

  await console_.getByRole('button', { name: 'Edit addresses' }).click()
  await form.getByLabel('Only from').fill('10.0.0.0/8\nnonsense')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByRole('alert').waitFor()
  await form.getByLabel('Only from').fill('10.0.0.0/8\nfd00::/8')
  await form.getByRole('button', { name: 'Save' }).click()
  await console_.getByText('10.0.0.0/8 fd00::/8').waitFor()
  expect(await seriousFindings(console_)).toEqual([])
})

test('it all stands there in Chinese too, and no page threw anything or asked elsewhere', async () => {
  const context = await site.open({ storageState: await console_.context().storageState() })
  await context.addInitScript(`if (location.protocol === 'http:') localStorage.setItem('gatehouse.language', 'zh')`)
  const page = await context.newPage()
  await page.goto(`${site.consoleUrl}/consumers/dify`)
  for (const heading of ['签名密钥（HMAC）', '身份提供方令牌', '来源地址', 'Dify 插件设置'])
    await page.getByRole('heading', { name: heading }).waitFor()
  expect(site.faults.strays).toEqual([])
  expect(site.faults.errors.filter((text) => !text.includes('status of 400'))).toEqual([]) // the address that is none
})
