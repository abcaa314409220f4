// Experiments in a real browser: the dashboard view, and the HTML report to share.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { reportOf } from '../../src/experiment-client/index.ts'
import { renderExperimentPage } from '../../src/experiment-page/index.ts'
import { madeBacking, serve } from '../dashboard/serve.ts'
import { FINISHED } from '../experiment-client/finished.ts'
import { assertAccessible, assertFits, browserObstacle, keep, LOOKS, launch, look } from './browser.ts'

const REPORT = reportOf(FINISHED)

describe('experiments', { skip: browserObstacle() ?? false }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  for (const looks of LOOKS) {
    const suffix = `${looks.colorScheme}-${looks.width}`
    test(`are accessible in the dashboard, and a focused point describes itself: ${suffix}`, async (t) => {
      const { url, link } = await serve(t, { backing: madeBacking(3, { experiments: async () => [REPORT] }) })
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(`${url}experiments${link()}`)
      await page.locator('svg.front').waitFor()
      const point = page.locator('svg.front .point').nth(3)
      await point.focus()
      assert.equal(await point.locator('.tip').isVisible(), true)
      assert.equal(await page.locator('svg.front .point').nth(2).locator('.tip').isVisible(), false)
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `experiments-${suffix}`)
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`are accessible as an HTML report: ${suffix}`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'experiment-page-'))
      t.after(() => rmSync(directory, { recursive: true }))
      const file = join(directory, 'checkout.html')
      writeFileSync(file, renderExperimentPage(REPORT))
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(pathToFileURL(file).href)
      const point = page.locator('.point').nth(3)
      await point.focus()
      assert.equal(await point.locator('.tip').isVisible(), true)
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `experiment-page-${suffix}`)
      assert.deepEqual(complaints, [])
      await close()
    })
  }
})
