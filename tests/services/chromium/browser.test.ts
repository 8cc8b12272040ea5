import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Faults, launch, openContext, overflowOf, seriousFindings } from './browser.ts'

// what the other tests of this folder rely on: that they would see it

let browser: Browser
const faults: Faults = { strays: [], errors: [] }
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

test('a request to any other host or port is stopped and noted, and so is an error', async () => {
  const page = await (await openContext(browser, faults, ['http://127.0.0.1:1'])).newPage()
  await page.setContent('<img src="http://127.0.0.1:2/pixel.png"><script>throw new Error("broken")</script>')
  await page.waitForLoadState('networkidle')
  expect(faults.strays).toEqual(['http://127.0.0.1:2/pixel.png'])
  expect(faults.errors).toContain('broken')
})

test('what cannot be read, has no name or is too wide is found', async () => {
  const page = await (await openContext(browser, faults, [])).newPage()
  await page.setContent(
    '<html lang="en"><title>t</title><main><p style="color:#999;background:#fff;width:3000px">pale</p><input></main></html>',
  )
  const found = (await seriousFindings(page)).map((finding) => finding.replace(/ at .*/s, '').replace(/^.*: /, ''))
  expect(found.toSorted()).toEqual(['color-contrast', 'label'])
  expect(await overflowOf(page)).toBeGreaterThan(1000)
})
