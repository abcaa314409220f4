import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sloPlotData, topOf } from '../../src/dashboard/page/slo-plot-data.ts'
import type { Change } from '../../src/dashboard/wire.ts'

const FROM = 1_800_000_000
const OBJECTIVE = { name: 'web', kind: 'latency', budget: 0.05 } as const

const over = (shares: (number | null)[], name = 'web') => ({
  ...{ fromSeconds: FROM, stepSeconds: 300 },
  objectives: [{ name, kind: 'latency' as const, shares }],
})
const data = (shares: (number | null)[], rest: { rangeSeconds?: number; changelog?: Change[] } = {}) =>
  sloPlotData(over(shares), { objective: OBJECTIVE, changelog: [], ...rest })

describe('the plot of an SLO', () => {
  test('begins with the first share that is known, and keeps gaps after it', () => {
    const { seconds, shares, budget } = data([null, null, 0.1, null, 0.2])!
    assert.deepEqual(shares, [0.1, null, 0.2])
    assert.deepEqual(seconds, [FROM + 600, FROM + 900, FROM + 1200])
    assert.deepEqual(budget, [0.05, 0.05, 0.05])
  })

  test('shows no more than the time that was chosen', () => {
    assert.deepEqual(data([0.1, 0.2, 0.3, 0.4], { rangeSeconds: 600 })!.shares, [0.3, 0.4])
  })

  test('is none of fewer than two shares, of another SLO, or where nothing was published', () => {
    assert.equal(data([null, 0.1]), undefined)
    assert.equal(data([null, null]), undefined)
    const asked = { objective: OBJECTIVE, changelog: [] }
    assert.equal(sloPlotData(over([0.1, 0.2], 'other'), asked), undefined)
    const errors = { ...asked, objective: { ...OBJECTIVE, kind: 'errors' as const } }
    assert.equal(sloPlotData(over([0.1, 0.2]), errors), undefined)
    assert.equal(sloPlotData(undefined, asked), undefined)
  })

  test('marks revisions that were applied in its time, the oldest first, and nothing else that happened', () => {
    const entry = (minutes: number, revision: number, rest: Partial<Change> = {}): Change => ({
      ...{ time: new Date((FROM + minutes * 60) * 1000).toISOString(), revision, by: 'plimsoll', reason: 'Learned' },
      changes: [{ container: 'app', resource: 'cpu' }],
      ...rest,
    })
    const changelog = [
      entry(9, 5),
      entry(4, 4, { reason: 'SloBurning', changes: [] }),
      entry(2, 3),
      entry(-1, 2),
      entry(11, 6),
    ]
    const { marks } = data([0.1, 0.2], { changelog })!
    assert.deepEqual(
      marks.map(({ revision, short, seconds }) => [revision, short, seconds - FROM]),
      [
        [3, '3', 120],
        [5, '5', 540],
      ],
    )
  })

  test('has room above the budget and the highest share, and ends at 100 %', () => {
    assert.ok(topOf(data([0.01, 0.01])!) > 0.05)
    assert.ok(topOf(data([0.01, 0.3])!) > 0.3)
    assert.equal(topOf(data([0.01, 1])!), 1)
  })
})
