// The page in a real browser with a generated fleet, without a cluster.
import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type Backing, Link, type Viewer } from '../../src/dashboard/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { BY_NODE, HOSTILE, IDLE, madeFleet, NOW_SECONDS } from '../dashboard/made-fleet.ts'
import { madeBacking, OWNER, serve } from '../dashboard/serve.ts'
import { assertAccessible, assertFits, browserObstacle, keep, LOOKS, launch, look } from './browser.ts'

const WORKLOAD = 'workloads/shop/Deployment/checkout'
/** The element behind all others. */
const [LIGHT, DARK] = ['rgb(255, 255, 255)', 'rgb(17, 21, 27)']
const DECIDER: Viewer = {
  ...OWNER,
  rights: async () => ({ decide: true, approve: true }),
  mayRestart: async () => ({ may: true, type: 'deployments.apps' }),
}
const CARRIED = [
  {
    ...{ container: 'checkout', resource: 'cpu' as const },
    values: [
      { sinceSeconds: 0, pods: 3, request: 0.4, limit: 1 },
      { sinceSeconds: NOW_SECONDS - 86_400, pods: 1, request: 0.25, limit: 1 },
    ],
  },
]

async function dashboard(t: TestContext, workloads: number, rest: Partial<Backing> = {}, viewer = DECIDER) {
  const signIn = new Link(viewer, () => {})
  const { readOnly: _, ...backing } = madeBacking(workloads, rest)
  const served = await serve(t, { signIn, backing })
  return { ...served, link: () => `${served.url}${signIn.fragment}` }
}

describe('the page', { skip: browserObstacle() ?? false }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  test('opens by a link whose secret disappears from the address, and that works in no other window', async (t) => {
    const { link, url } = await dashboard(t, 20)
    const used = link()
    const { page, complaints } = await look(browser)
    await page.goto(used)
    await page.getByRole('heading', { name: 'Fleet' }).waitFor()
    assert.equal(page.url(), url)
    assert.equal(await page.evaluate(() => document.cookie), '')
    await page.reload()
    await page.getByRole('heading', { name: 'Fleet' }).waitFor()
    const other = await look(browser)
    await other.page.goto(used)
    await other.page.getByText('has been used already').waitFor()
    assert.equal(other.page.url(), url)
    await keep(other.page, 'used-link')
    await assertAccessible(other.page)
    assert.deepEqual(complaints, [])
    await page.context().close()
    await other.close()
  })

  test('links to the dashboards of other clusters', async (t) => {
    const signIn = new Link(DECIDER, () => {})
    const clusters = ['eu', 'us'].map((name) => ({ name, url: `https://plimsoll.${name}.example.com/` }))
    const served = await serve(t, { signIn, clusters })
    const { page, complaints, close } = await look(browser)
    await page.goto(`${served.url}${signIn.fragment}`)
    await page.getByText('Other clusters').click()
    assert.equal(await page.getByRole('link', { name: 'us' }).getAttribute('href'), clusters[1]!.url)
    await keep(page, 'other-clusters')
    await assertAccessible(page)
    await assertFits(page)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('draws the first of 5,000 workloads within a second, scrolls to the last, and finds any of them', async (t) => {
    const { link } = await dashboard(t, 5000)
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      await page.reload({ waitUntil: 'commit' })
      const drawn = await page.waitForFunction(() => document.querySelector('tbody a') && performance.now())
      times.push(Number(await drawn.jsonValue()))
    }
    t.diagnostic(`the first rows of 5,000 workloads are drawn after ${times.map(Math.round).join(', ')} ms`)
    // The best of several, because other processes of the machine slow the page down.
    assert.ok(Math.min(...times) < 1000, `${times} ms`)
    assert.ok((await page.locator('tbody tr').count()) < 60)
    assert.equal(await page.locator('table').getAttribute('aria-rowcount'), '5003')
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await page.locator('[aria-rowindex="5003"]').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('service-4711')
    await page.getByRole('link', { name: 'service-4711' }).waitFor()
    assert.match(page.url(), /\?q=service-4711$/)
    assert.equal(await page.locator('tbody tr[data-index]').count(), 1)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('shows the nodes of each group as bars, before and after, where they are counted', async (t) => {
    const groups = [
      { group: 'general', present: 12, needed: { current: 10, applied: 9, learned: 7 } },
      { group: HOSTILE, present: 4, needed: { current: 4, applied: 4, learned: 4 } },
    ]
    const fleet = madeFleet(20, [], { time: new Date(NOW_SECONDS * 1000).toISOString(), groups })
    const { link, url } = await dashboard(t, 20, { readFleet: async () => fleet })
    for (const looks of LOOKS) {
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(link())
      await page.getByRole('heading', { name: 'Nodes 16' }).waitFor()
      await page.getByText('5 of them would not be needed').waitFor()
      const [general, hostile] = await page.locator('.nodes tbody tr').allTextContents()
      assert.deepEqual([general, hostile], ['general12107', `${HOSTILE}444`])
      const widths = await page
        .locator('.nodes tbody tr')
        .first()
        .locator('.fill')
        .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width))
      assert.ok(Math.abs(widths[1]! / widths[0]! - 0.7) < 0.02, `${widths}`)
      await assertFits(page)
      await assertAccessible(page)
      await keep(page, `nodes-${looks.colorScheme}-${looks.width}`)
      await page.goto(`${url}?namespace=team-0`)
      await page.locator('.tiles').waitFor()
      assert.equal(await page.locator('.nodes').count(), 0)
      assert.deepEqual(complaints, [])
      await close()
    }
  })

  test('shows the current goal alone while the history is too short for the others', async (t) => {
    const { usage } = madeBacking()
    const young = { ...usage, minimumHistory: { seconds: 1e9, samples: 1e9 } }
    const { link, url } = await dashboard(t, 20, { usage: young })
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await page.goto(`${url}${WORKLOAD}`)
    await page.locator('.plot canvas').first().waitFor()
    const figure = (goal: string) => page.getByRole('article', { name: `Goal ${goal}` }).locator('.figure')
    assert.match((await figure('balanced').textContent()) ?? '', /\d/)
    assert.doesNotMatch((await figure('savings').textContent()) ?? '', /\d/)
    await page.getByText('Figures for the other goals need more usage history').waitFor()
    await keep(page, 'workload-young')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('retries soon after it failed to read usage', async (t) => {
    const { usage } = madeBacking()
    assert.ok('source' in usage)
    let isGone = true
    const { link, url } = await dashboard(t, 20, {
      usage: {
        ...usage,
        source: (range) => {
          if (isGone) throw new Error('the store hiccups')
          return usage.source(range)
        },
      },
    })
    const { page, close } = await look(browser)
    await page.clock.install()
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await page.goto(`${url}${WORKLOAD}`)
    await page.getByText('Usage cannot be shown').waitFor()
    isGone = false
    await page.clock.fastForward(11_000)
    await page.locator('.plot canvas').first().waitFor()
    assert.equal(await page.getByText('Usage cannot be shown').count(), 0)
    await close()
  })

  test('plots the values of running Pods, of each if they differ, and says why if it cannot', async (t) => {
    const { link, url } = await dashboard(t, 20, { pods: async () => ({ carried: CARRIED, oomKills: [] }) })
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await page.goto(`${url}${WORKLOAD}`)
    await page.getByRole('img', { name: /^checkout: CPU: used \d.*; request 250m to 400m, limit 1, learned/ }).waitFor()
    await page.getByText('request 250m to 400m', { exact: true }).waitFor()
    await page.getByText('Request and limit are those of the running Pods').waitFor()
    await keep(page, 'workload-carried')
    assert.deepEqual(complaints, [])
    await close()
    const forbidden = new KubeError('Forbidden', 'you may not list pods', { status: 403 })
    const other = await dashboard(t, 20, { pods: () => Promise.reject(forbidden) })
    const unread = await look(browser)
    await unread.page.goto(other.link())
    await unread.page.locator('tbody a').first().waitFor()
    await unread.page.goto(`${other.url}${WORKLOAD}`)
    await unread.page.getByText(/Request and limit of its Pods are not shown: .*you may not list pods/).waitFor()
    await unread.close()
  })

  test('shows the current and the applied values of each running Pod, and what it waits for', async (t) => {
    const { link, url } = await dashboard(t, 20)
    for (const looks of LOOKS) {
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(link())
      await page.locator('tbody a').first().waitFor()
      await page.goto(`${url}${WORKLOAD}`)
      const running = page.getByRole('region', { name: 'Running Pods', exact: true })
      const rows = running.locator('tbody tr')
      await rows.first().waitFor()
      assert.deepEqual(await rows.allTextContents(), [
        `checkout-brevision 1revision 2LastReplicaKept ${HOSTILE}. Allow it.`,
        'checkout-cwhat its author wroterevision 2app cpu 300m -> 100mIts turn.',
        'checkout-arevision 2revision 2nothing',
      ])
      await running.scrollIntoViewIfNeeded()
      await keep(page, `running-${looks.colorScheme}-${looks.width}`, false)
      await assertAccessible(page)
      await assertFits(page)
      assert.deepEqual(complaints, [])
      await close()
    }
  })

  test('says that an idle CronJob has no Pods, and shows no sums for it', async (t) => {
    const { link, url } = await dashboard(t, 20, { readFleet: async () => madeFleet(1, [IDLE]) })
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    const row = page.getByRole('row', { name: /nightly/ })
    await row.waitFor()
    const text = (await row.textContent()) ?? ''
    assert.match(text, /no Pods now.*no Pods now/)
    assert.doesNotMatch(text, /→|\b0(m|Mi|\.0)?\b/)
    await page.goto(`${url}workloads/shop/CronJob/nightly`)
    await page.getByText('no Pod runs now').first().waitFor()
    const facts = (await page.locator('.facts').textContent()) ?? ''
    assert.match(facts, /Costs now– no Pods now/)
    await keep(page, 'workload-idle')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('shows what a DaemonSet gets on the nodes of each class', async (t) => {
    const { link, url } = await dashboard(t, 20, { readFleet: async () => madeFleet(1, [BY_NODE]) })
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.getByRole('row', { name: /agent/ }).waitFor()
    await page.goto(`${url}workloads/shop/DaemonSet/agent`)
    const lines = page.locator('section[aria-labelledby=evidence] tbody tr')
    await lines.first().waitFor()
    const all = await lines.evaluateAll((rows) =>
      rows
        .map((row) => [...row.children].map((cell) => cell.textContent))
        .map((cells) => [cells[0], cells[1], cells[8]]),
    )
    assert.deepEqual(all, [
      ['agent', 'CPU', '161m'],
      ['agent on nodes with cpu=4', 'CPU', '60m'],
      ['agent on nodes with cpu=64', 'CPU', '161m'],
      ['agent', 'Memory', '223Mi'],
      ['agent on nodes with cpu=4', 'Memory', '90Mi'],
      ['agent on nodes with cpu=64', 'Memory', '223Mi'],
    ])
    await keep(page, 'workload-by-node')
    await assertAccessible(page)
    await assertFits(page)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('asks before it restarts a workload, with the values of new Pods, and names the right that a user lacks', async (t) => {
    const { link, url } = await dashboard(t, 20)
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await page.goto(`${url}${WORKLOAD}`)
    await page.getByRole('button', { name: 'Restart …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('replaced by new ones, at the pace that its rollout settings allow').waitFor()
    await dialog.getByText('New Pods are sized, as "Why" says.').waitFor()
    await keep(page, 'restart', false)
    await assertAccessible(page)
    await dialog.getByRole('button', { name: 'Restart' }).click()
    // There is no cluster behind this page.
    await page.getByRole('alert').waitFor()
    assert.deepEqual(complaints, [])
    await close()
    const looker = { ...DECIDER, mayRestart: async () => ({ may: false, type: 'deployments.apps' }) }
    const other = await dashboard(t, 20, {}, looker)
    const { page: his, close: leave } = await look(browser)
    await his.goto(other.link())
    await his.locator('tbody a').first().waitFor()
    await his.goto(`${other.url}${WORKLOAD}`)
    await his
      .getByText('You may not restart it: that needs the verbs get and patch on deployments.apps in shop')
      .waitFor()
    assert.ok(await his.getByRole('button', { name: 'Restart …' }).isDisabled())
    await leave()
  })

  test('can be used with the keyboard alone', async (t) => {
    const { link } = await dashboard(t, 100)
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), 'Skip to the content')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('[data-index]')?.getAttribute('data-index'))
    const reaches = (index: string) =>
      page.waitForFunction(
        (index) => document.activeElement?.closest('[data-index]')?.getAttribute('data-index') === index,
        index,
      )
    for (const index of ['0', '1', '2']) {
      await page.keyboard.press('j')
      await reaches(index)
    }
    await page.keyboard.press('k')
    await reaches('1')
    const name = await page.evaluate(() => document.activeElement?.textContent)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: name!, level: 1 }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('a')
    await page.getByRole('heading', { name: 'Approvals' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByText('1 workload,').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor()
    assert.equal(await focused(), undefined)
    await page.goBack()
    await page.getByRole('heading', { name: 'Approvals' }).waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('follows the theme of the system, from the first paint and when it changes, until the user chooses one', async (t) => {
    const { link, url } = await dashboard(t, 20)
    const { page, complaints, close } = await look(browser, { colorScheme: 'dark', width: 1280 })
    // The theme at the first paint.
    await page.addInitScript(() => {
      new MutationObserver(() => {
        const { body, documentElement: root } = document
        if (body) root.dataset.first ??= root.dataset.theme ?? 'none'
      }).observe(document, { childList: true, subtree: true })
    })
    const first = () => page.evaluate(() => document.documentElement.dataset.first)
    const stands = (choice: string) => page.getByRole('button', { name: `Theme: ${choice}` }).waitFor()
    const turns = (ground: string) =>
      page.waitForFunction((ground) => getComputedStyle(document.body).backgroundColor === ground, ground)
    const plot = () => page.evaluate(() => document.querySelector('canvas')!.toDataURL())
    await page.goto(link())
    await stands('Auto')
    await turns(DARK)
    assert.equal(await first(), 'dark')

    await page.goto(`${url}${WORKLOAD}`)
    await page.locator('.plot canvas').first().waitFor()
    const before = await plot()
    await page.emulateMedia({ colorScheme: 'light' })
    await turns(LIGHT)
    await page.waitForFunction((before) => document.querySelector('canvas')!.toDataURL() !== before, before)

    await page.keyboard.press('t')
    await stands('Dark')
    await turns(DARK)
    await page.reload()
    await stands('Dark')
    await turns(DARK)
    assert.equal(await first(), 'dark')
    await page.emulateMedia({ media: 'print' })
    await turns(LIGHT)
    await page.emulateMedia({ media: 'screen' })
    await page.keyboard.press('t')
    await stands('Light')
    await turns(LIGHT)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.keyboard.press('t')
    await stands('Dark')
    await turns(DARK)
    await page.keyboard.press('t')
    await stands('Auto')
    await page.emulateMedia({ colorScheme: 'light' })
    await turns(LIGHT)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('changes the theme for one visit in a browser without storage', async (t) => {
    const { link } = await dashboard(t, 20)
    const { page, complaints, close } = await look(browser, { colorScheme: 'light', width: 1280 })
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError')
        },
      })
    })
    await page.goto(link())
    await page.getByRole('button', { name: 'Theme: Auto' }).click()
    await page.getByRole('button', { name: 'Theme: Dark' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('shows names that contain markup as text, everywhere', async (t) => {
    const { link, url } = await dashboard(t, 20)
    const { page, complaints, close } = await look(browser)
    await page.goto(link())
    await page.getByRole('link', { name: HOSTILE }).click()
    await page.getByRole('heading', { name: HOSTILE, level: 1 }).waitFor()
    await page.getByText(`${HOSTILE}.`).first().waitFor()
    await keep(page, 'hostile-workload')
    await page.goto(`${url}approvals`)
    await page.getByRole('link', { name: HOSTILE }).waitFor()
    await page.getByRole('checkbox', { name: HOSTILE }).check()
    await page.getByRole('button', { name: 'Hold …' }).click()
    await page.getByRole('dialog').getByText(HOSTILE).waitFor()
    assert.equal(await page.locator('img').count(), 0)
    assert.doesNotMatch(await page.title(), /^1/)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('runs no injected script, and cannot be framed by another page', async (t) => {
    const { link, url } = await dashboard(t, 20)
    const { page, context, close } = await look(browser)
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    const ran = await page.evaluate(async () => {
      const outcomes: string[] = []
      try {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran=1">')
        outcomes.push('markup')
      } catch {}
      const script = document.createElement('script')
      try {
        script.textContent = 'window.ran=1'
        document.body.append(script)
      } catch {}
      await fetch('http://127.0.0.1:1/').then(
        () => outcomes.push('fetched'),
        () => {},
      )
      // biome-ignore lint/suspicious/noExplicitAny: it is not there
      if ((window as any).ran) outcomes.push('script')
      return outcomes
    })
    assert.deepEqual(ran, [])
    const foreign = await context.newPage()
    await foreign.route('http://foreign.test/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}" width="800" height="600"></iframe>` }),
    )
    await foreign.goto('http://foreign.test/')
    const frame = foreign.frames().find((one) => one !== foreign.mainFrame())
    assert.doesNotMatch((await frame?.content().catch(() => '')) ?? '', /id="app"/)
    await close()
  })

  for (const looks of LOOKS) {
    const suffix = `${looks.colorScheme}-${looks.width}`
    test(`is accessible, and fits the screen: ${suffix}`, async (t) => {
      const { link, url } = await dashboard(t, 200)
      const { page, complaints, close } = await look(browser, looks)
      await page.goto(link())
      await page.locator('tbody a').first().waitFor()
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `fleet-${suffix}`, false)
      await page.goto(`${url}${WORKLOAD}`)
      await page.locator('.plot canvas').first().waitFor()
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `workload-${suffix}`)
      await page.goto(`${url}approvals`)
      await page.locator('.inbox > li').first().waitFor()
      await page.getByRole('checkbox').nth(1).check()
      await assertAccessible(page)
      await assertFits(page)
      await keep(page, `approvals-${suffix}`, false)
      await page.getByRole('button', { name: 'Hold …' }).click()
      await page.getByRole('dialog').waitFor()
      await assertAccessible(page)
      await keep(page, `hold-${suffix}`, false)
      assert.deepEqual(complaints, [])
      await close()
    })
  }

  test('says that the server is unreachable, keeps its content, and continues when the server is back', async (t) => {
    const { link } = await dashboard(t, 20)
    const { page, context, close } = await look(browser)
    await page.clock.install()
    await page.goto(link())
    await page.locator('tbody a').first().waitFor()
    await context.setOffline(true)
    await page.clock.fastForward(21_000)
    await page.getByText('The dashboard does not answer').waitFor()
    assert.ok((await page.locator('tbody a').count()) > 0)
    await keep(page, 'gone', false)
    await assertAccessible(page)
    await context.setOffline(false)
    await page.clock.fastForward(21_000)
    await page.getByText('The dashboard does not answer').waitFor({ state: 'hidden' })
    await close()
  })
})
