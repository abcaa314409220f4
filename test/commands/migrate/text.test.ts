import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotes, describePlan, describeUndo } from '../../../src/commands/migrate/text.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import { FakeCluster, inMode, namespace, vpa, workload } from '../../migrate/cluster.ts'

function cluster(): FakeCluster {
  const made = new FakeCluster([
    namespace('shop'),
    ...['web', 'api', 'cart'].map((name) => workload('Deployment', name)),
    vpa('web', inMode('Auto', { minReplicas: 2 })),
    vpa('api', inMode('Initial')),
    vpa('cart', inMode('Off')),
  ])
  made.learn('shop/deployment-web')
  return made
}

test('a plan shows each workload, what waits, every write in its order, and what has no counterpart', () => {
  const plan = cluster().plan()
  assert.equal(
    describePlan('vpa', plan, PLAIN) + describeNotes(plan.notes, PLAIN),
    `  WORKLOAD              SIZED BY           AFTER
  shop deployment/web   VPA web (Auto)     Plimsoll takes over
  shop deployment/api   VPA api (Initial)  Plimsoll, later
  shop deployment/cart  VPA cart (Off)     only observed

Handed over later:

- shop deployment/api: nothing has been learned about it yet

This is written, in this order:

- namespace shop: SizingPolicy migrated-others: workloads stay as they are until
they are handed over
- namespace shop: label plimsoll.dev/mode=auto
- shop vpa/web: updateMode Auto -> Off
- shop deployment/web: SizingPolicy migrated-deployment-web: Plimsoll takes over

What has no counterpart, and what to do:

- all: VPA's history (VerticalPodAutoscalerCheckpoint) has no times of day, and
is not read. Connect a Prometheus: Plimsoll learns from the past weeks within
minutes, and else from now on.
- shop deployment/web: minReplicas: 2. Write a PodDisruptionBudget: Plimsoll
restarts Pods only within it, and the last ready one only if you allow it.

`,
  )
})

test('an undo shows every write in its order', () => {
  const made = cluster()
  made.apply(made.plan().changes)
  assert.equal(
    describeUndo('vpa', made.undo(), PLAIN),
    `This is restored, in this order:

- shop sizingpolicy/migrated-deployment-web: deleted
- shop verticalpodautoscaler/web: as it was before
- namespace shop: label plimsoll.dev/mode as it was before
- shop sizingpolicy/migrated-others: deleted

`,
  )
})

test('nothing to do is said in one line, and names from outside cannot steer the terminal', () => {
  const empty = new FakeCluster([])
  assert.equal(describePlan('vpa', empty.plan(), PLAIN), 'Nothing here is sized by vpa.\n')
  assert.equal(describeUndo('vpa', empty.undo(), PLAIN), 'Nothing to restore from a migration from vpa.\n')
  assert.equal(describeNotes([], PLAIN), '')
  const evil = new FakeCluster([namespace('shop'), vpa('web', { kind: 'De\u001b[2J', target: 'x\nweb' })])
  const plan = evil.plan()
  const shown = describePlan('vpa', plan, PLAIN) + describeNotes(plan.notes, PLAIN)
  assert.ok(!shown.includes('\u001b') && !shown.includes('x\n'))
})
