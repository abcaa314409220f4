import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecommendationStatus } from '../../src/api/index.ts'
import { WRITE_BUDGETS } from '../../src/controller/write-budgets.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { createLearner, GOAL_PRICES } from '../../src/learner/index.ts'
import { reconcile } from '../../src/revisions/index.ts'
import { ASKING, HOUR, input } from '../revisions/reconcile-input.ts'

const FLEET = 18
const DAYS = 10
/** Before that, workloads are sized for the first time, and change almost freely. */
const SETTLED_DAYS = 7
/** A supported size of a cluster: 10,000 containers, two in each workload. */
const WORKLOADS = 5_000
const START_SECONDS = 1_780_272_000
const SAMPLES_AN_HOUR = 4

/** Numbers from 0 to 1, the same for the same seed (Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('the hourly decisions of a large fleet whose hours all end at the same time fit the budget of writes', () => {
  const random = seeded(1)
  const learner = createLearner()
  const workloads = Array.from({ length: FLEET }, (_, i) => {
    const workload = { namespace: 'shop', kind: 'Deployment', name: `web-${i}` }
    return { workload, container: { workload, container: 'app' }, level: 0.1 + i / 8, status: undefined, isBusy: false }
  }) as {
    workload: { namespace: string; kind: string; name: string }
    container: UsageSample['container']
    level: number
    status: RecommendationStatus | undefined
    isBusy: boolean
  }[]
  const rules = { ...ASKING, pace: { betweenDecreasesMilliseconds: 6 * HOUR, betweenStepsUpMilliseconds: HOUR } }
  const terms = { prices: GOAL_PRICES.balanced, cadence: '1h' } as const
  const writes: number[] = []
  for (let hour = 0; hour < DAYS * 24; hour++) {
    const daily = 1 + 0.5 * Math.sin((2 * Math.PI * hour) / 24)
    let written = 0
    for (const [i, one] of workloads.entries()) {
      // A third is steady, a third has a daily rhythm, and a third switches between low and high usage for hours.
      if (i % 3 === 2 && random() < 0.1) one.isBusy = !one.isBusy
      const shape = i % 3 === 0 ? 1 : i % 3 === 1 ? daily : one.isBusy ? 4 : 0.5
      for (let sample = 0; sample < SAMPLES_AN_HOUR; sample++) {
        const timestampSeconds = START_SECONDS + hour * 3600 + (sample * 3600) / SAMPLES_AN_HOUR
        const use = one.level * shape * (0.9 + 0.2 * random())
        learner.observe([
          { container: one.container, pod: 'web', timestampSeconds, cpuCores: use, memoryBytes: use * 2 ** 30 },
        ])
      }
    }
    const nowSeconds = START_SECONDS + (hour + 1) * 3600
    for (const one of workloads) {
      const { containers } = learner.decide(one.workload, nowSeconds, terms)
      const { status } = reconcile(one.status, input(containers, { now: new Date(nowSeconds * 1000) }), rules)
      // Once a day, the time of the last Pod is also written; this depends on when it was written first.
      if (JSON.stringify({ ...status, lastSeen: 0 }) !== JSON.stringify({ ...one.status, lastSeen: 0 })) written++
      one.status = status
    }
    writes.push(written / FLEET)
  }
  const settled = writes.slice(SETTLED_DAYS * 24)
  const perHour = (WRITE_BUDGETS.status.perSecond * 3600) / WORKLOADS
  const mean = settled.reduce((sum, share) => sum + share, 0) / settled.length
  const peak = Math.max(...settled)
  assert.ok(mean > 0 && mean < perHour / 3, `${mean} of the workloads an hour, and there is room for ${perHour}`)
  assert.ok(peak <= perHour, `${peak} of the workloads in one hour, and there is room for ${perHour}`)
})
