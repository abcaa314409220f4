import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_PRICES } from '../../../src/config/prices.ts'
import { syntheticHistory } from '../../../src/history/index.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { readFleetFacts } from '../../../src/readers/index.ts'

const NOW_SECONDS = 1_780_272_000

test('in a report, no goal reserves less than a cheaper one: savings, balanced, reliability', async () => {
  const history = syntheticHistory({ seed: 1, endSeconds: NOW_SECONDS })
  const facts = await readFleetFacts({ history }, { prices: DEFAULT_PRICES, goal: 'balanced', nowSeconds: NOW_SECONDS })
  const { workloads } = fleetInsight(facts)
  let compared = 0
  for (const { key, goals } of workloads) {
    const { savings, balanced, reliability } = goals
    if (!savings || !balanced || !reliability) continue
    for (const field of ['cpuCores', 'memoryBytes', 'perMonth'] as const) {
      const [least, middle, most] = [savings, balanced, reliability].map((goal) => goal[field])
      if (least === undefined || middle === undefined || most === undefined) continue
      compared++
      assert.ok(least <= middle && middle <= most, `${key} ${field}: ${least}, ${middle}, ${most}`)
    }
  }
  assert.ok(compared > 20, `${compared} compared`)
})
