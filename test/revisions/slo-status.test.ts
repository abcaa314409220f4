import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RecommendationStatus } from '../../src/api/index.ts'
import { reconcile } from '../../src/revisions/reconcile.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { app, at, input, RULES } from './reconcile-input.ts'
import { latency, of, shared } from './slo-readings.ts'

const LEARNED = app('1', '1Gi', '1Gi')
/** The status after a reading this many hours after the start. */
function turn(before: RecommendationStatus | undefined, slo: Partial<SloReading>, hours = 0): RecommendationStatus {
  return reconcile(before, input(LEARNED, { slos: [latency(slo, hours)], now: at(hours) }), RULES).status
}
const isWritten = (before: RecommendationStatus, slo: Partial<SloReading>, hours: number) =>
  turn(before, slo, hours) !== before

describe('the status of a Recommendation', () => {
  test('contains the state of each SLO, in a form that the API server accepts', () => {
    const status = turn(undefined, {
      burn: shared(0.01234),
      overWindow: of(1_250, 100_000),
      message: 'rounded down to 200 ms',
    })
    assert.deepEqual(status.slos, [
      {
        ...{ name: 'web', kind: 'latency', text: '95 % of requests below 250 ms', state: 'Met', budget: 0.05 },
        ...{ share: 0.012, budgetLeft: 0.75, time: '2026-03-01T00:00:00Z', message: 'rounded down to 200 ms' },
      },
    ])
    assert.equal(status.summary?.slo, 'Met')
    RecommendationStatus.parse(status)
    const long = latency({ overWindow: of(1e9, 1e9), message: 'm'.repeat(999) })
    const objective = { ...long.objective, name: 'n'.repeat(99), text: 't'.repeat(999), budget: 1e-9 }
    RecommendationStatus.parse(turn(undefined, { ...long, objective }))
  })

  test('distinguishes the states in which an SLO is not met', () => {
    const state = (slo: Partial<SloReading>) => turn(undefined, slo).slos![0]!.state
    assert.equal(state({ burn: shared(0.9) }), 'BurningFast')
    assert.equal(state({ burn: shared(0.2) }), 'Burning')
    assert.equal(state({ burn: shared(0, 0) }), 'NoRequests')
    assert.equal(state({ readAtSeconds: at(-1).getTime() / 1000 }), 'Stale')
  })

  test('names the SLO with the worst state in its summary', () => {
    const slos = [latency(), latency({ objective: { ...latency().objective, name: 'api' }, burn: shared(0.2) })]
    assert.equal(reconcile(undefined, input(LEARNED, { slos }), RULES).status.summary?.slo, 'Burning')
  })

  test('contains no SLOs if there are none, or none any more', () => {
    const { status } = reconcile(turn(undefined, {}), input(LEARNED, { slos: [] }), RULES)
    assert.equal('slos' in status, false)
  })

  test('is not written again for small changes, nor for large ones within the hour', () => {
    const before = turn(undefined, { burn: shared(0.01) })
    assert.equal(isWritten(before, { burn: shared(0.02) }, 2), false)
    assert.equal(isWritten(before, { burn: shared(0.04) }, 0.9), false)
    assert.equal(isWritten(before, { burn: shared(0.04) }, 1.1), true)
  })

  test('is written immediately when a budget starts to burn, and when it stops by some margin', () => {
    const before = turn(undefined, { burn: shared(0.049) })
    const burning = turn(before, { burn: shared(0.051) }, 0.02)
    assert.equal(burning.slos![0]!.state, 'Burning')
    assert.equal(isWritten(burning, { burn: shared(0.049) }, 0.04), false)
    assert.equal(turn(burning, { burn: shared(0.044) }, 0.06).slos![0]!.state, 'Met')
  })

  test('ignores a store that does not answer for a few minutes', () => {
    const before = turn(undefined, {})
    const silent = { state: 'Unreachable', burn: undefined, message: 'no route to host' } as const
    assert.equal(isWritten(before, silent, 0.1), false)
    const later = turn(before, silent, 0.2)
    assert.deepEqual([later.slos![0]!.state, later.slos![0]!.message], ['Unreachable', 'no route to host'])
  })

  test('is stable: the same reading changes nothing', () => {
    for (const slo of [
      {},
      { burn: shared(0.2) },
      { burn: shared(0.9) },
      { state: 'NoSeries', burn: undefined } as const,
    ]) {
      const before = turn(undefined, slo)
      assert.equal(isWritten(before, slo, 0.02), false)
    }
  })
})
