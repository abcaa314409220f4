// Whatever a page complains of, and whatever it asks of others than its server, fails the test.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export { browserObstacle, launch } from './chromium.ts'

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')
const TIMEOUT_MILLISECONDS = 60_000

/** That an answer was a refusal is for the test to say; and plain HTTP to an address of a cluster is no secure context. */
const EXPECTED = /^(Failed to load resource|The Cross-Origin-Opener-Policy header has been ignored)/

export interface Looks {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
}

/** In light and dark, on a desk and on a phone. */
export const LOOKS: readonly Looks[] = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 390 },
]

export interface Sight {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** A separate window, without cookies or storage. */
export async function look(browser: Browser, { colorScheme, width }: Looks = LOOKS[0]!): Promise<Sight> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(TIMEOUT_MILLISECONDS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    const { hostname: own } = new URL(page.url() === 'about:blank' ? request.url() : page.url())
    if (hostname !== own && protocol !== 'data:') complaints.push(`asked ${request.url()}`)
  })
  return { page, context, complaints, close: () => context.close() }
}

/** What axe-core finds serious or critical, by rule and place; none is expected. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return await page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe puts itself there
    const { violations } = await (globalThis as any).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations
      .filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }: { id: string; nodes: { target: string[]; failureSummary: string }[] }) => {
        const [node] = nodes
        return `${id}: ${node?.target.join(' ')} (${nodes.length}): ${node?.failureSummary}`
      })
  })
}

export async function assertAccessible(page: Page): Promise<void> {
  assert.deepEqual(await seriousFindings(page), [])
}

/** Kept for people to look at. */
export async function keep(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage })
}

/** Nothing is wider than the screen: no view scrolls sideways. */
export async function assertFits(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return [scrollWidth, clientWidth]
  })
  assert.ok(content! <= screen!, `${page.url()} is ${content} wide on a screen of ${screen}`)
}
