import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemTime } from '../../src/clock/index.ts'
import { Teller } from '../../src/controller/teller.ts'
import { EVENTS } from '../../src/revisions/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'

test('every event of a Recommendation is counted from 0, so that the first rollback shows as an increase', async () => {
  const metrics = createLearnerMetrics()
  const counts = async () =>
    Object.fromEntries((await metrics.revisionEvents.get()).values.map(({ labels, value }) => [labels.reason, value]))
  const teller = new Teller({
    ...{ metrics, logger: createLogger('silent'), time: systemTime },
    workloadEvents: { record: async () => {} },
  })
  assert.deepEqual(await counts(), Object.fromEntries(Object.keys(EVENTS).map((reason) => [reason, 0])))
  const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' }
  const rollback = { reason: 'RolledBack', by: 'plimsoll', revision: 1, from: 2, message: 'OOM kills' } as const
  await teller.tell(rollback, { workload, status: {} }, new AbortController().signal)
  assert.equal((await counts()).RolledBack, 1)
})
