import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readValues } from '../../src/api/index.ts'
import { refreshed } from '../../src/revisions/certainty.ts'

type State = 'GoalSuffices' | 'MoreCpuDoesNotHelp'

/** Values of a container whose SLO is in a state. */
function valuesOf(state: State, goalAlone = '200m') {
  const slo = { state, goalAlone, says: `${state}: ${goalAlone}` }
  const cpu = { p50: '100m', p95: '200m', p99: '240m', peak: '900m', slo }
  const evidence = { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z', samples: 4032, cpu }
  return readValues([{ name: 'app', cpu: { request: '200m', confidence: 0.9 }, evidence }])
}

test('values get new evidence as soon as more CPU no longer helps an SLO, and not for other words', () => {
  const before = valuesOf('GoalSuffices')
  assert.equal(refreshed(before, valuesOf('GoalSuffices', '210m')), before)
  const after = refreshed(before, valuesOf('MoreCpuDoesNotHelp'))
  assert.equal(after.get('app')!.evidence!.cpu!.slo!.state, 'MoreCpuDoesNotHelp')
  assert.deepEqual(after.get('app')!.cpu, before.get('app')!.cpu)
})
