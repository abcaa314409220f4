// One command against a sweep of the same application, at three limits, with load by the built-in generator and by k6.
// `--test-name-pattern='p95 of 80 ms'` runs one limit.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { helmObstacle } from '../../chart/helm.ts'
import { clusterObstacle } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { deployApplication, RATE, SERVICES } from './application.ts'
import { NAMESPACE } from './installed.ts'
import { nothingSwept, sweep } from './sweep.ts'
import { authored, bestOf, hourlyPrice, k6Script, storedOf, tryApplication } from './trying.ts'
import { startWorld, type World } from './world.ts'

/** p95, and what sends the load. */
const LIMITS = [
  { limitMilliseconds: 40, by: 'the built-in generator' },
  { limitMilliseconds: 80, by: 'k6' },
  { limitMilliseconds: 160, by: 'the built-in generator' },
] as const
const SECONDS = 20
const MOST_TRIALS = 20
const FEW_TRIALS = 12
/** Above the cheapest. */
const CLOSE = 1.1

describe('one command against a sweep', { skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false }, () => {
  let world: World
  const swept = nothingSwept()
  /** Trials until the best configuration was first within 10 % of the cheapest, by limit. */
  const trialsUntilClose: number[] = []

  before(async () => {
    world = await startWorld()
  })
  after(async () => await world?.stop())

  for (const { limitMilliseconds, by } of LIMITS)
    test(`finds a configuration within 10 % of the cheapest for a p95 of ${limitMilliseconds} ms, by ${by}`, async (t) => {
      const { cluster } = world
      // The sweep for the next limit needs the node.
      t.after(() => cluster.kubectl(['delete', 'deployment', ...SERVICES, `--namespace=${NAMESPACE}`, '--wait=true']))
      const { cores, memoryMiB } = await sweep(cluster, swept, limitMilliseconds)
      const url = await deployApplication(cluster, NAMESPACE)
      const originals = await Promise.all(SERVICES.map((name) => authored(cluster, name)))
      const load = by === 'k6' ? k6Script(cluster, url, SECONDS) : `${url}@${RATE}/s`
      const report = await tryApplication(cluster, load, { limitMilliseconds, seconds: SECONDS, trials: MOST_TRIALS })
      const status = await storedOf(cluster, report)
      assert.deepEqual(await Promise.all(SERVICES.map((name) => authored(cluster, name))), originals)
      const cheapest = hourlyPrice(cores, memoryMiB)
      const best = bestOf(status)
      const close = status.trials!.findIndex(
        ({ costPerHour, outcome, latencyMilliseconds = Number.POSITIVE_INFINITY }) =>
          outcome === 'completed' && costPerHour <= CLOSE * cheapest && latencyMilliseconds <= limitMilliseconds,
      )
      trialsUntilClose.push(close + 1 || Number.POSITIVE_INFINITY)
      const above = (100 * (best.price / cheapest - 1)).toFixed(1)
      say(
        `cheapest: ${cores.toFixed(3)} cores; found: ${JSON.stringify(best)}, ${above} % above, close after trial ${close + 1} of ${status.trials!.length}`,
      )
      assert.ok(best.price <= CLOSE * cheapest, `${above} % above the cheapest`)
    })

  test('needs no more than 12 trials at two of the three', (t) => {
    if (trialsUntilClose.length < LIMITS.length) return t.skip('not all limits were run')
    const few = trialsUntilClose.filter((trials) => trials <= FEW_TRIALS)
    assert.ok(few.length >= 2, `trials: ${trialsUntilClose.join(', ')}`)
  })
})
