import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planPod } from '../../../src/apply/plan-pod.ts'
import { has, targetOf } from '../../../src/apply/target.ts'
import { type ApiPod, readFleetPod } from '../../../src/fleet/index.ts'
import { planInput, runningPod } from '../pods.ts'

const AUTHOR = { of: 'author' } as const

function limited(record: object): ApiPod {
  const pod = runningPod({ memory: '1Gi' }, { memory: '2Gi' })
  return { ...pod, metadata: { ...pod.metadata, annotations: { 'plimsoll.dev/decision': JSON.stringify(record) } } }
}

test('a limit that its author did not write stays after a rollback, until it is replaced by a Pod without it', () => {
  const containers = { app: { memory: { limit: [null, '2Gi'] } } }
  const step = planPod(planInput(limited({ revision: 3, containers, reasons: {} }), AUTHOR))
  assert.ok(step.do === 'record' && step.outcome === 'relabelled')
  const after = limited(JSON.parse(step.annotation!))
  assert.deepEqual(planPod(planInput(after, AUTHOR)), { do: 'leave', reason: 'ValueNotRemoved' })
  const { placement, carries, uid } = readFleetPod(after)
  assert.equal(placement.hasLeftover, true)
  const target = targetOf({}, { uid, carries, hasLeftover: placement.hasLeftover, isInTrouble: false })
  assert.deepEqual(target, AUTHOR)
  assert.equal(has({ carries, placement }, AUTHOR), false)
})

test('a limit that its author wrote is not a leftover', () => {
  const containers = { app: { memory: { limit: ['1Gi', '2Gi'] } } }
  assert.equal(readFleetPod(limited({ revision: 0, containers, reasons: {} })).placement.hasLeftover, undefined)
})
