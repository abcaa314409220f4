import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { replay } from '../../src/backtest/replay.ts'
import { UsageColumns } from '../../src/history/index.ts'
import { createLearner, GOAL_PRICES } from '../../src/learner/index.ts'

const START = 1_767_571_200
const DAY = 86_400

function usageOf(
  name: string,
  days: number,
  { from = 0, shift = 0, jumpOnDay = Number.POSITIVE_INFINITY } = {},
): UsageColumns {
  const columns = new UsageColumns({ workload: { namespace: 'shop', kind: 'Deployment', name }, container: name })
  for (let i = 0; i < days * 288; i++) {
    const factor = i < jumpOnDay * 288 ? 1 : 5
    columns.add({
      container: columns.container,
      pod: '',
      timestampSeconds: START + from + i * 300,
      cpuCores: factor * (0.5 + ((i * 37 + shift) % 97) / 200),
      memoryBytes: factor * (3e8 + ((i * 53 + shift) % 101) * 1e6),
    })
  }
  return columns
}

function rows(history: readonly UsageColumns[], cadence: '24h' | '1h' = '24h') {
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  return [...replay(history, learner, { prices: GOAL_PRICES.balanced, cadence })].map(
    ({ usage, atSeconds, recommendation }) => ({
      name: usage.container.container,
      age: atSeconds - usage.secondsAt(0),
      recommendation,
    }),
  )
}

describe('a replay', () => {
  test('decides at one hour, six hours and every day, up to the last sample', () => {
    const ages = rows([usageOf('a', 4)]).map(({ age }) => age)
    assert.deepEqual(ages, [3600, 6 * 3600, DAY, 2 * DAY, 3 * DAY])
  })

  test('by the hour, decides every hour once', () => {
    const ages = rows([usageOf('a', 2)], '1h').map(({ age }) => age)
    assert.deepEqual(
      ages,
      Array.from({ length: 47 }, (_, i) => (i + 1) * 3600),
    )
  })

  test('says nothing that depends on what came later, of this container or of any other', () => {
    const b = () => usageOf('b', 12, { from: 1500, shift: 7 })
    const jump = { jumpOnDay: 20 }
    const whole = rows([usageOf('a', 30, jump), b(), usageOf('c', 30, { shift: 13, ...jump })])
    const cut = rows([usageOf('a', 20), b(), usageOf('c', 20, { shift: 13 })])
    for (const row of cut) {
      const same = whole.find(({ name, age }) => name === row.name && age === row.age)
      assert.deepEqual(same?.recommendation, row.recommendation, `${row.name} at ${row.age}`)
    }
    assert.ok(cut.length > 50)
  })

  test('sorts by time and name, so the order of the history does not matter', () => {
    const [a, b] = [usageOf('a', 10), usageOf('b', 10, { shift: 7 })]
    assert.deepEqual(rows([a, b]), rows([b, a]))
  })
})
