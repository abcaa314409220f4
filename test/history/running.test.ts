import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedAsRunning } from '../../src/history/index.ts'
import { runningUnder } from '../../src/workloads/index.ts'

const db = (kind: string) => ({ namespace: 'shop', kind, name: 'db' })
const NAMED = db('StatefulSet')
/** The workload that runs under a name, where these run. */
const named = (...workloads: (typeof NAMED)[]) => runningUnder(workloads.map((workload) => ({ workload })))(NAMED)

test('a history with only kinds belongs to the running workload', () => {
  const kruise = db('StatefulSet.apps.kruise.io')
  assert.deepEqual(named(kruise, kruise), kruise)
})

test('a name is kept if nothing or more than one workload runs with it', () => {
  assert.deepEqual(named(), NAMED)
  assert.deepEqual(named(db('StatefulSet.a.io'), db('StatefulSet.b.io')), NAMED)
  assert.deepEqual(named(db('StatefulSet.a.io'), NAMED), NAMED)
  assert.deepEqual(named(NAMED, db('StatefulSet.a.io')), NAMED)
  const elsewhere = { ...db('StatefulSet.a.io'), namespace: 'test' }
  assert.deepEqual(named(elsewhere), NAMED)
})

test('the samples of a history have the name of the running workload, with one object for each container', async () => {
  const container = { workload: NAMED, container: 'db' }
  const sample = { container, pod: 'db-0', timestampSeconds: 1, cpuCores: 1, memoryBytes: 1 }
  const other = { ...sample, container: { workload: { ...NAMED, name: 'cache' }, container: 'db' } }
  async function* read() {
    yield [sample, other]
    yield [sample]
  }
  const running = db('StatefulSet.apps.kruise.io')
  const batches = []
  for await (const batch of namedAsRunning({ name: 'test', read }, [{ workload: running }]).read()) batches.push(batch)
  const [first, second, third] = batches.flat()
  assert.deepEqual(first!.container, { workload: running, container: 'db' })
  assert.equal(third!.container, first!.container)
  assert.equal(second!.container, other.container)
})
