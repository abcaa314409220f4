import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compare } from '../../src/backtest/index.ts'
import { sloUnder } from '../../src/backtest/slo-under.ts'
import { UsageColumns } from '../../src/history/index.ts'
import { madeUsage, STEP_SECONDS } from '../support/made-usage.ts'

const container = { workload: { namespace: 'shop', kind: 'Deployment', name: 'web' }, container: 'web' }

/** A history with a sample each second; `undefined` where it does not say how many requests were bad. */
function columnsOf(...samples: readonly (readonly [cores: number, badShare: number | undefined])[]): UsageColumns {
  const columns = new UsageColumns(container)
  for (const [i, [cpuCores, badShare]] of samples.entries())
    columns.add({ container, pod: '', timestampSeconds: i, cpuCores, memoryBytes: 1, badShare })
  return columns
}

const under = (columns: UsageColumns, ...decisions: readonly (readonly [fromSeconds: number, cores: number])[]) => {
  const rest = { memoryRequestBytes: 1, memoryLimitBytes: 1, cpuConfidence: 1, memoryConfidence: 1 }
  const all = decisions.map(([fromSeconds, cpuRequestCores]) => ({ fromSeconds, cpuRequestCores, ...rest }))
  return sloUnder(new Map([[columns, all]]), () => 0)
}

describe('what an SLO would have been', () => {
  test('is known while the request covers what was used, and bounded for the rest', () => {
    const told = under(columnsOf([0.5, 0.02], [0.9, 0.04], [1.1, 0.5], [0.4, 0]), [0, 1])
    assert.deepEqual(
      { ...told, bad: told!.bad.toFixed(3) },
      { containers: 1, ofContainers: 1, covered: 0.75, bad: '0.020', atMost: told!.atMost },
    )
    assert.ok(Math.abs(told!.atMost - 1.06 / 4) < 1e-6)
  })

  test('counts each sample by the decision that was in force then, and none before the first', () => {
    const told = under(columnsOf([2, 0.9], [2, 0.9], [2, 0.1], [2, 0.1]), [1, 1], [2, 3])
    assert.equal(told!.covered, 2 / 3)
  })

  test('leaves out samples without a share, and is unknown without any', () => {
    assert.equal(under(columnsOf([0.5, undefined], [2, 0.5]), [0, 1])!.covered, 0)
    assert.ok(Number.isNaN(under(columnsOf([2, 0.5]), [0, 1])!.bad))
    assert.equal(under(columnsOf([0.5, undefined]), [0, 1]), undefined)
  })

  test('says of how many containers the history has shares: nothing is known of the others', () => {
    const decision = {
      fromSeconds: 0,
      cpuRequestCores: 1,
      memoryRequestBytes: 1,
      memoryLimitBytes: 1,
      cpuConfidence: 1,
      memoryConfidence: 1,
    }
    const [judged, without, young] = [columnsOf([0.5, 0.1]), columnsOf([0.5, undefined]), columnsOf([0.5, 0.9])]
    const result = sloUnder(new Map([judged, without, young].map((columns) => [columns, [decision]])), (columns) =>
      columns === young ? undefined : 0,
    )!
    assert.deepEqual([result.containers, result.ofContainers], [1, 2])
    assert.ok(Math.abs(result.bad - 0.1) < 1e-6)
  })

  test('is part of a comparison for each goal, if the history says how many requests were bad', () => {
    const options = { cadence: '24h', goal: 'balanced', stepSeconds: STEP_SECONDS } as const
    const plain = madeUsage(9)
    assert.ok(compare(plain, options)!.goals.every(({ slo }) => slo === undefined))
    const history = plain.map((columns) => {
      const told = new UsageColumns(columns.container)
      for (let i = 0; i < columns.length; i++) told.add({ ...columns.sampleAt(i), badShare: 0.01 })
      return told
    })
    const covered = compare(history, options)!.goals.map(({ slo }) => {
      assert.ok(Math.abs(slo!.bad - 0.01) < 1e-6)
      return slo!.covered
    })
    assert.ok(covered[0]! < covered[2]!, `${covered}`)
  })

  test('stays with its sample when samples are sorted, and when there are many', () => {
    const columns = new UsageColumns(container)
    for (let i = 4000; i > 0; i--)
      columns.add({
        container,
        pod: '',
        timestampSeconds: i,
        cpuCores: 1,
        memoryBytes: 1,
        badShare: i > 3000 ? undefined : i / 4000,
      })
    columns.sort()
    for (const i of [1, 1500, 3000]) assert.equal(columns.badShareAt(i - 1), Math.fround(i / 4000))
    assert.ok(Number.isNaN(columns.badShareAt(3500)))
    assert.equal('badShare' in columns.sampleAt(3500), false)
  })
})
