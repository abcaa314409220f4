// What people do on the dashboard, on a real cluster with the chart: real tokens, rights and Pods.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { CHART } from '../../scripts/chart/files.ts'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { makePerson, type Person } from '../cluster/approval/people.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../cluster/harness/index.ts'
import { say } from '../cluster/loop/report.ts'
import { awaitStatus, recommendationOf, restartUntil } from '../cluster/loop/sight.ts'
import { carries } from '../cluster/loop/sized.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../cluster/loop/workloads.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../cluster/support/image.ts'
import { makeNamespace } from '../cluster/support/namespace.ts'
import { Plimsoll } from '../commands/plimsoll.ts'
import { assertAccessible, browserObstacle, keep, launch, look, type Sight } from './browser.ts'

const NAMESPACE = 'shop'
const PATIENTLY = { timeoutMilliseconds: 420_000, everyMilliseconds: 1000 }
/** Time limit for what needs the next cycle of the learner and the page. */
const SLOWLY = { timeout: 90_000 }

const idle = (name: string, cpu: string, memory: string): LoopWorkload => ({
  ...{ kind: 'Deployment', name, behaviour: 'asks for far too much' },
  containers: { app: { does: { cores: 0.02, holdMiB: 30 }, requests: { cpu, memory } } },
})
const HOG = idle('hog', '900m', '2Gi')
const WEB = idle('web', '200m', '512Mi')
const BATCH = idle('batch', '150m', '384Mi')

describe('the dashboard in a cluster', { skip: clusterObstacle() ?? browserObstacle() ?? false }, () => {
  let cluster: Cluster
  let browser: Browser
  let url: string
  let alice: Person
  const tokens: Record<string, string> = {}

  before(async () => {
    cluster = await startCluster()
    browser = await launch()
    await Promise.all([loadImage(cluster), loadPlimsoll(cluster)])
    const prometheus = await cluster.prometheus()
    await makeNamespace(cluster, 'plimsoll')
    await cluster.kubectl(['label', 'namespace', 'plimsoll', 'pod-security.kubernetes.io/enforce=restricted'])
    await makeNamespace(cluster, NAMESPACE, 'approve')
    await makeNamespace(cluster, 'vault')
    await cluster.apply(...[HOG, WEB, BATCH].map((loop) => manifest(NAMESPACE, loop)), manifest('vault', WEB))
    // Minutes instead of days.
    const settings = {
      learner: { minimumHistory: { seconds: 30, samples: 4 }, sampleEverySeconds: 5, publishEverySeconds: 2 },
      step: { maxIncrease: 100, maxDecrease: 0.99 },
      approval: { confidence: { low: 0.99, medium: 0.99 }, minimumDays: 0 },
      prometheus: { url: prometheus.clusterUrl, stepSeconds: 10, backfillDays: 0.05 },
    }
    await cluster.helm(
      ['install', 'plimsoll', CHART, '--namespace=plimsoll', '--values=-', '--wait', '--timeout=240s'],
      {
        input: { ...IMAGE_VALUES, settings, dashboard: { enabled: true } },
        timeoutMilliseconds: 260_000,
      },
    )
    const get = ['get', 'service', 'plimsoll-dashboard', '--namespace=plimsoll', '--output=jsonpath={.spec.clusterIP}']
    url = `http://${await cluster.kubectl(get)}/`
    alice = await makePerson(cluster, NAMESPACE, 'alice', ['plimsoll-approver', 'edit'])
    await makePerson(cluster, NAMESPACE, 'bob', ['plimsoll-viewer'])
    await makePerson(cluster, NAMESPACE, 'nobody', [])
    for (const name of ['alice', 'bob', 'nobody'])
      tokens[name] = (await cluster.kubectl(['create', 'token', name, `--namespace=${NAMESPACE}`])).trim()
    // Memory may be learned before CPU.
    for (const loop of [HOG, WEB, BATCH])
      await status(`${loop.name} to ask`, loop, ({ state, pending }) => {
        const { cpu, memory } = pending?.containers[0] ?? {}
        return state === 'Pending' && cpu && memory
      })
    say(await cluster.kubectl(['get', 'rec', `--namespace=${NAMESPACE}`]))
  })
  after(async () => {
    await browser?.close()
    await cluster?.stop()
  })

  const status = (what: string, loop: LoopWorkload, is: (status: RecommendationStatus) => unknown) =>
    awaitStatus(cluster, workloadIn(NAMESPACE, loop), what, is, PATIENTLY.timeoutMilliseconds)

  /** A window in which a user is signed in. */
  async function as(name: string): Promise<Sight> {
    const sight = await look(browser)
    await sight.page.goto(url)
    await sight.page.getByLabel('Bearer token').fill(tokens[name]!)
    await sight.page.getByRole('button', { name: 'Sign in' }).click()
    await sight.page.getByRole('navigation', { name: 'Views' }).waitFor()
    return sight
  }

  test('an invalid token is refused with advice, and a valid one signs its owner in', async () => {
    const { page, close } = await look(browser)
    await page.goto(url)
    await page.getByLabel('Bearer token').fill('not-a-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('does not accept this token').waitFor()
    await assertAccessible(page)
    await keep(page, 'cluster-sign-in')
    await page.getByLabel('Bearer token').fill(tokens.alice!)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('system:serviceaccount:shop:alice').waitFor()
    const stored = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
    )
    assert.ok(!stored.includes(tokens.alice!.slice(0, 20)))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Bearer token').waitFor()
    await page.reload()
    await page.getByLabel('Bearer token').waitFor()
    await close()
  })

  test('a user finds the workload with the most waste, reads its reasons, compares goals and approves, and the new Pod has the values', async () => {
    const { page, complaints, close } = await as('alice')
    await page.locator('tbody a').first().waitFor()
    await assertAccessible(page)
    await keep(page, 'cluster-fleet')
    const rows = await page.locator('tbody a').allTextContents()
    assert.deepEqual(rows.toSorted(), ['batch', 'hog', 'web'])
    assert.equal(rows[0], 'hog')
    await page.locator('tbody a').first().click()
    await page.getByRole('heading', { name: 'hog', level: 1 }).waitFor()

    const why = page.getByRole('region', { name: 'Why' })
    await why.getByText('NotApplied').first().waitFor()
    await why.getByText('900m').first().waitFor()
    await why.getByText(/waits for approval/).waitFor()
    await page.getByRole('img', { name: /^app: CPU: used \d.* request 900m/ }).waitFor()
    await page.getByRole('img', { name: /^app: memory: used \d.* request 2Gi/ }).waitFor()
    // Other goals need more history than the current one, so the page reads them at larger steps.
    const costs = await until(
      'what each goal would cost',
      async () => {
        const figures = await page
          .getByRole('article', { name: /^Goal / })
          .locator('.figure')
          .allTextContents()
        const costs = figures.map((text) => Number(/[\d.]+/.exec(text)?.[0]))
        if (costs.length === 3 && !costs.some(Number.isNaN)) return costs
        await page.reload()
        await page.getByRole('img', { name: /^app: memory/ }).waitFor()
        return undefined
      },
      { ...PATIENTLY, everyMilliseconds: 5000 },
    )
    const [savings, balanced, reliability] = costs
    assert.ok(
      savings! > 0 && savings! <= balanced! && balanced! <= reliability!,
      `${savings} ${balanced} ${reliability}`,
    )
    await assertAccessible(page)
    await keep(page, 'cluster-workload-pending')

    await page.getByRole('button', { name: 'Approve …' }).click()
    await page.getByRole('dialog').getByLabel('For how long').selectOption('7d')
    await keep(page, 'cluster-approve', false)
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page
      .getByRole('status')
      .getByText(/revision \d+ approved until/)
      .waitFor()
    const { applied } = await status('it to be applied', HOG, ({ applied }) => applied)
    await page.getByText('Applied the approved values').waitFor(SLOWLY)
    await page.getByText(`by ${alice.name}`).first().waitFor()
    await keep(page, 'cluster-workload-applied')

    const hog = workloadIn(NAMESPACE, HOG)
    const [pod] = await restartUntil(cluster, hog, 'a Pod with it', carries(applied!.revision), async () => {
      await page.getByRole('button', { name: 'Restart …' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
      await page.getByRole('status').getByText('its Pods are being replaced').waitFor()
    })
    const { cpu, memory } = applied!.containers[0]!
    assert.deepEqual(pod!.spec.containers[0]!.resources.requests, { cpu: cpu!.request, memory: memory!.request })
    await page.reload()
    await page
      .getByRole('img', { name: new RegExp(`^app: memory: used \\d.* request ${memory!.request},`) })
      .waitFor(SLOWLY)
    await keep(page, 'cluster-workload-restarted')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a user who may only read cannot approve, even with a forged request', async () => {
    const { page, close } = await as('bob')
    await page.goto(`${url}workloads/shop/Deployment/web`)
    await page.getByText('You may look, but not decide').waitFor()
    await page.getByText('You may not restart it').waitFor()
    for (const name of ['Approve …', 'Reject …', 'Hold …', 'Restart …'])
      assert.ok(await page.getByRole('button', { name }).isDisabled(), name)
    await page.getByText('It could not be explained').waitFor()
    await assertAccessible(page)
    await keep(page, 'cluster-viewer')
    const { pending } = (await recommendationOf(cluster, workloadIn(NAMESPACE, WEB)))!
    const answer = await send(page, 'web', 'approve', { revision: pending!.revision })
    assert.equal(answer.status, 403, answer.text)
    assert.match(answer.text, /bob.* cannot patch resource/)
    assert.equal((await send(page, 'web', 'hold', {})).status, 403)
    const { spec } = await recommendation(WEB)
    assert.deepEqual([spec.approval, spec.hold], [undefined, undefined])
    await close()
  })

  test('a user without rights sees nothing, and cannot approve', async () => {
    const { page, close } = await as('nobody')
    await page.getByText('You may not see any workloads').waitFor()
    await assertAccessible(page)
    await keep(page, 'cluster-nobody')
    const fleet = await page.evaluate(async () => await (await fetch('/api/v1/fleet')).json())
    assert.deepEqual([fleet.rows, fleet.rights, fleet.notes], [[], {}, []])
    const insight = await page.evaluate(async () => await (await fetch('/api/v1/insight')).json())
    assert.deepEqual([insight.workloads, insight.namespaces, insight.total.workloads], [[], [], 0])
    assert.equal((await send(page, 'web', 'approve', { revision: 1 })).status, 404)
    assert.equal((await recommendation(WEB)).spec.approval, undefined)
    await page.goto(`${url}workloads/shop/Deployment/web`)
    await page.getByText('not found, or you may not see it').waitFor()
    await close()
  })

  test('a user does not see a namespace without a right in it, even with rights elsewhere', async () => {
    const { page, close } = await as('alice')
    const fleet = await page.evaluate(async () => await (await fetch('/api/v1/fleet')).text())
    assert.ok(!fleet.includes('vault') && !fleet.includes('kube-system'))
    await page.goto(`${url}workloads/vault/Deployment/web`)
    await page.getByText('not found, or you may not see it').waitFor()
    await close()
  })

  test('in the inbox, users reject with a reason, hold several workloads for a time, and end a hold', async () => {
    const { page, complaints, close } = await as('alice')
    await page.getByRole('link', { name: /Approvals/ }).click()
    const box = (name: string) => page.getByRole('checkbox', { name: `Select shop/Deployment/${name}` })
    await box('web').check()
    await box('batch').check()
    await keep(page, 'cluster-approvals')
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Hold …' }).click()
    await page.getByRole('dialog').getByLabel('For how long').selectOption('12h')
    await page.getByRole('dialog').getByLabel('Reason, for others').fill('month end')
    await page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click()
    await page
      .getByText(/^held until .*; the applied values stay$/)
      .nth(1)
      .waitFor()
    for (const loop of [WEB, BATCH])
      await status(
        `${loop.name} to be held`,
        loop,
        ({ state, waiting }) => state === 'Held' && waiting?.message.includes('month end'),
      )
    const { hold } = (await recommendation(BATCH)).spec
    assert.equal(hold!.by, alice.name)
    assert.ok(Date.parse(hold!.until!) > Date.now() + 11 * 3_600_000)

    await page.goto(`${url}workloads/shop/Deployment/batch`)
    await page.getByText('“month end”').waitFor(SLOWLY)
    await keep(page, 'cluster-held')
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('no longer held').waitFor()
    await status('batch to ask again', BATCH, ({ state }) => state === 'Pending')
    await page.getByRole('button', { name: 'Reject …' }).waitFor(SLOWLY)
    await page.getByRole('button', { name: 'Reject …' }).click()
    await page.getByRole('dialog').getByLabel('Reason, for others').fill('too little')
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click()
    await page.getByText(/revision \d+ rejected/).waitFor()
    const { rejected } = await status('the rejection', BATCH, ({ rejected, pending }) => rejected && !pending)
    assert.ok(rejected)
    assert.equal((await recommendation(BATCH)).spec.rejection!.reason, 'too little')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('on a laptop it opens by a link, and acts as the user of the kubeconfig', async (t) => {
    const program = new Plimsoll(['dashboard', '--namespace', NAMESPACE, '--port', '0'], {
      env: { KUBECONFIG: alice.kubeconfig },
    })
    t.after(() => program.signal('SIGTERM'))
    await program.printed(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/#token=\S+$/m)
    const link = /^Dashboard: (\S+)$/m.exec(program.stdout)![1]!
    const { page, complaints, close } = await look(browser)
    await page.goto(link)
    await page.getByRole('link', { name: 'web', exact: true }).click()
    await page.getByText('start the dashboard with --prometheus').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('no longer held').waitFor()
    assert.equal((await recommendation(WEB)).spec.hold, undefined)
    await keep(page, 'cluster-laptop')
    await program.printed(/^Opened\. For another browser: http:\/\/127\.0\.0\.1:\d+\/#token=\S+$/m)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('without Prometheus it says what is missing, and shows the rest', async () => {
    const { page, close } = await as('alice')
    await cluster.kubectl(['delete', 'service', 'prometheus', '--namespace=monitoring'])
    // Name and address disappear a moment after the Service.
    const says = async () => {
      await page.goto(`${url}workloads/shop/Deployment/hog?range=6h`)
      await page.getByText('Usage cannot be shown').waitFor()
      return true
    }
    await until('the page to say that', says, PATIENTLY)
    await page
      .getByText(/Prometheus http:\/\/prometheus\.monitoring/)
      .first()
      .waitFor()
    await page.getByRole('region', { name: 'Why' }).getByText('900m').first().waitFor()
    await assertAccessible(page)
    await keep(page, 'cluster-no-prometheus')
    await close()
  })

  async function recommendation(loop: LoopWorkload) {
    const get = ['get', 'rec', `deployment-${loop.name}`, `--namespace=${NAMESPACE}`, '--output=json']
    type Action = { readonly by: string; readonly reason?: string; readonly until?: string }
    return JSON.parse(await cluster.kubectl(get)) as {
      readonly spec: { readonly approval?: object; readonly hold?: Action; readonly rejection?: Action }
    }
  }
})

/** Sends the request of a disabled button. */
async function send(page: Page, name: string, action: string, body: object): Promise<{ status: number; text: string }> {
  return await page.evaluate(
    async ({ name, action, body }) => {
      const { csrf } = await (await fetch('/api/v1/session')).json()
      const response = await fetch(`/api/v1/workloads/shop/Deployment/${name}/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-plimsoll-csrf': csrf },
        body: JSON.stringify(body),
      })
      return { status: response.status, text: await response.text() }
    },
    { name, action, body },
  )
}
