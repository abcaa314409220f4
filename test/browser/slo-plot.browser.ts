// The plot of SLOs over time in a real browser, with a generated fleet.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Recommendation, SloStatus } from '../../src/api/index.ts'
import { Link } from '../../src/dashboard/index.ts'
import { madeFleet, NOW_SECONDS } from '../dashboard/made-fleet.ts'
import { madeBacking, OWNER, serve } from '../dashboard/serve.ts'
import { assertAccessible, assertFits, browserObstacle, keep, LOOKS, launch, look } from './browser.ts'

const STEP = 300
const SPANS = 288
const FROM = NOW_SECONDS - SPANS * STEP
const at = (span: number) => new Date((FROM + span * STEP) * 1000).toISOString()

const SLO: SloStatus = {
  ...{ name: 'checkout', kind: 'latency', text: '95 % of requests below 250 ms', state: 'Burning' },
  ...{ budget: 0.05, share: 0.12, budgetLeft: 0.4, time: at(SPANS) },
}
/** A day with a gap in the data and a bad last hour. */
const SHARES = Array.from({ length: SPANS }, (_, i) => (i >= 100 && i < 110 ? null : i < SPANS - 12 ? 0.01 : 0.12))
const APPLIED = [7, 8].map((revision, i) => ({
  ...{ time: at(200 + 60 * i), revision, by: 'plimsoll', reason: 'Learned' },
  changes: [{ container: 'checkout', resource: 'cpu', from: { request: '400m' }, to: { request: '250m' } }],
}))

async function workload(t: Parameters<typeof serve>[0], shares: readonly (number | null)[] | undefined) {
  const fleet = madeFleet(20)
  const workloads = fleet.workloads.map((one) =>
    one.name === 'checkout'
      ? {
          ...one,
          slos: [SLO],
          ...(shares && {
            slosOverTime: {
              ...{ fromSeconds: FROM, stepSeconds: STEP },
              objectives: [{ name: 'checkout', kind: 'latency' as const, shares }],
            },
          }),
        }
      : one,
  )
  const signIn = new Link(OWNER, () => {})
  const backing = madeBacking(20, {
    readFleet: async () => ({ ...fleet, workloads }),
    recommendation: async () =>
      ({ metadata: {}, spec: {}, status: { changelog: APPLIED } }) as unknown as Recommendation,
  })
  const { url } = await serve(t, { signIn, backing })
  return { link: `${url}${signIn.fragment}`, page: `${url}workloads/shop/Deployment/checkout` }
}

describe('the plot of an SLO over time', { skip: browserObstacle() ?? false }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  for (const looks of LOOKS) {
    const suffix = `${looks.colorScheme}-${looks.width}`
    test(`shows budget and revisions, and is accessible (${suffix})`, async (t) => {
      const { link, page: address } = await workload(t, SHARES)
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(link)
      await page.locator('tbody a').first().waitFor()
      await page.goto(address)
      const plot = page.getByRole('figure').filter({ hasText: 'bad requests' })
      await plot.locator('canvas').waitFor()
      const label =
        /^checkout latency: bad requests since .*: 12 % bad at last and 12 % at most; 5 % may be; above that in 12 of 278 readings; revision 7 \(.*\), revision 8 \(.*\)$/
      await plot.getByRole('img', { name: label }).waitFor()
      await plot.getByText('bad 12 %').waitFor()
      await plot.getByText('budget 5 %').waitFor()
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `slo-plot-${suffix}`)
      assert.deepEqual(complaints, [])
      await close()
    })
  }

  test('can be explored with the arrow keys, and describes each point', async (t) => {
    const { link, page: address } = await workload(t, SHARES)
    const { page, complaints, close } = await look(browser)
    await page.goto(link)
    await page.locator('tbody a').first().waitFor()
    await page.goto(address)
    const plot = page.getByRole('figure').filter({ hasText: 'bad requests' })
    const time = plot.getByRole('slider', { name: 'checkout latency: bad requests: time' })
    await time.focus()
    await page.keyboard.press('ArrowLeft')
    assert.match((await time.getAttribute('aria-valuetext'))!, /: 12 % bad, 5 % may be$/)
    await page.keyboard.press('Home')
    await plot.getByText('bad 1 %').waitFor()
    assert.match((await time.getAttribute('aria-valuetext'))!, /: 1 % bad, 5 % may be$/)
    await assertAccessible(page)
    await keep(page, 'slo-plot-keyboard', false)
    // The plot of usage has the same keys.
    const usage = page.getByRole('slider', { name: 'checkout: CPU: time' })
    await usage.focus()
    await page.keyboard.press('Home')
    assert.match((await usage.getAttribute('aria-valuetext'))!, /: used .*, request /)
    await plot.getByText('bad 12 %').waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('shows the range that is selected for usage, if that is shorter', async (t) => {
    const { link, page: address } = await workload(t, SHARES)
    const { page, close } = await look(browser)
    await page.goto(link)
    await page.locator('tbody a').first().waitFor()
    await page.goto(`${address}?range=1h`)
    await page.getByRole('img', { name: /above that in 12 of 12 readings$/ }).waitFor()
    await page.goto(`${address}?range=7d`)
    await page.getByRole('img', { name: /above that in 12 of 278 readings/ }).waitFor()
    await close()
  })

  test('is replaced by figures if no history of the SLO was published', async (t) => {
    const { link, page: address } = await workload(t, undefined)
    const { page, close } = await look(browser)
    await page.goto(link)
    await page.locator('tbody a').first().waitFor()
    await page.goto(address)
    await page.getByText('12 % of the requests are bad; 5 % may be bad.').waitFor()
    assert.equal(await page.getByRole('figure').filter({ hasText: 'bad requests' }).count(), 0)
    await close()
  })
})
