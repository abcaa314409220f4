// `kubectl plimsoll try` on an application of two services: one limit, with short trials.
// `npm run test:experiments` holds three limits against a sweep.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { helmObstacle } from '../../chart/helm.ts'
import { clusterObstacle } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { deployApplication, RATE, SERVICES } from './application.ts'
import { NAMESPACE } from './installed.ts'
import { measureP95 } from './measure.ts'
import { authored, bestOf, hourlyPrice, storedOf, tryApplication } from './trying.ts'
import { startWorld, type World } from './world.ts'

const LIMIT = { limitMilliseconds: 80, seconds: 8, trials: 8 }
/** What the author reserves. */
const BASELINE = hourlyPrice(1, { checkout: 128, cart: 256 })

describe('an application of two services', {
  skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false,
}, () => {
  let world: World

  before(async () => {
    world = await startWorld()
  })
  after(async () => await world?.stop())

  test('is made cheaper by one command, and is as it was before afterwards', async () => {
    const { cluster } = world
    const url = await deployApplication(cluster, NAMESPACE)
    const originals = await Promise.all(SERVICES.map((name) => authored(cluster, name)))
    const report = await tryApplication(cluster, `${url}@${RATE}/s`, LIMIT)
    const status = await storedOf(cluster, report)
    assert.equal(status.verdict, 'cheaper')
    const { price, cores, memoryMiB } = bestOf(status)
    say(`best: ${JSON.stringify({ cores, memoryMiB })} at ${((100 * price) / BASELINE).toFixed(0)} % of the baseline`)
    assert.ok(price < 0.85 * BASELINE, `${price} of ${BASELINE}`)
    assert.deepEqual(await Promise.all(SERVICES.map((name) => authored(cluster, name))), originals)
    const stored = status.originals!.map(({ spec }) => JSON.parse(spec))
    assert.deepEqual(
      originals.map((original) => (original as { spec: object }).spec),
      stored,
    )
    assert.ok((await measureP95(cluster, NAMESPACE, url, 5)) < LIMIT.limitMilliseconds)
  })
})
