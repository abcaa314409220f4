import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SloShareHistory } from '../../src/controller/slo-shares.ts'
import type { SloReading } from '../../src/slos/index.ts'
import { latency, of, shared } from '../revisions/slo-readings.ts'

const STEP = 300
/** A span begins at this time. */
const START = 1_800_000_000
const WEB = { namespace: 'shop', kind: 'Deployment', name: 'web' }

function history() {
  const shares = new SloShareHistory(STEP)
  const read = (seconds: number, share: number | undefined, changes: Partial<SloReading> = {}, workload = WEB) =>
    shares.note([workload], () => [
      latency({
        ...(share === undefined ? { burn: undefined, state: 'Unreachable' } : { burn: shared(share) }),
        readAtSeconds: START + seconds,
        ...changes,
      }),
    ])
  const last = (count: number, seconds: number) =>
    shares.published(START + seconds)!.objectives[0]!.shares.slice(-count)
  return { shares, read, last }
}

describe('shares of bad requests over time', () => {
  test('are those of the short window, one for each span, with gaps without readings', () => {
    const { read, last, shares } = history()
    read(0, 0.01)
    read(290, 0.02)
    read(3 * STEP + 10, 0.3)
    assert.deepEqual(last(4, 3 * STEP + 20), [0.02, null, null, 0.3])
    const { fromSeconds, stepSeconds, objectives } = shares.published(START + 3 * STEP + 20)!
    assert.deepEqual([fromSeconds, stepSeconds], [START + 3 * STEP - 287 * STEP, STEP])
    const { shares: all, ...about } = objectives[0]!
    assert.deepEqual(about, { workload: WEB, name: 'web', kind: 'latency' })
    assert.equal(all.length, 288)
  })

  test('have no span without requests, or if Prometheus did not answer', () => {
    const { read, last } = history()
    read(0, 0.01, { burn: { long: of(0, 100), short: of(0, 0) } })
    read(STEP, undefined)
    read(2 * STEP, 0.05)
    read(2 * STEP + 60, undefined)
    assert.deepEqual(last(3, 2 * STEP + 60), [null, null, 0.05], 'a silent moment takes nothing away')
  })

  test('cover one day: older ones are forgotten, even after a long gap', () => {
    const { read, last } = history()
    read(0, 0.5)
    read(288 * STEP, 0.1)
    assert.deepEqual(last(288, 288 * STEP), [...Array(287).fill(null), 0.1])
    read(1000 * STEP, 0.2)
    assert.deepEqual(last(288, 1000 * STEP), [...Array(287).fill(null), 0.2])
    assert.deepEqual(last(288, 2000 * STEP), Array(288).fill(null))
  })

  test('an older reading than the last one changes nothing', () => {
    const { read, last } = history()
    read(STEP, 0.1)
    read(0, 0.9)
    assert.deepEqual(last(2, STEP), [null, 0.1])
  })

  test('start again when the objective changes', () => {
    const { read, last } = history()
    read(0, 0.5)
    const { objective } = latency()
    read(STEP, 0.1, { objective: { ...objective, text: '95 % of requests below 100 ms' } })
    assert.deepEqual(last(2, STEP), [null, 0.1])
  })

  test('are forgotten with the workload or its SLO', () => {
    const { read, shares } = history()
    assert.equal(shares.published(START), undefined)
    read(0, 0.5)
    shares.note([WEB], () => [])
    assert.equal(shares.published(START), undefined)
  })

  test('are at most 100,000 for any number of objectives: fewer spans of each, and burning ones first', () => {
    const shares = new SloShareHistory(STEP)
    const all = Array.from({ length: 20_000 }, (_, i) => ({ ...WEB, name: `web-${i}` }))
    const note = (count: number) =>
      shares.note(all.slice(0, count), ({ name }) => [
        latency({ readAtSeconds: START, burn: shared(name === 'web-19999' ? 0.9 : 0.01) }),
      ])
    note(1_000)
    assert.equal(shares.published(START)!.objectives[0]!.shares.length, 100)
    note(20_000)
    const { objectives } = shares.published(START)!
    assert.deepEqual([objectives.length, objectives[0]!.shares.length], [8_333, 12])
    assert.equal(objectives[0]!.workload.name, 'web-19999')
  })
})
