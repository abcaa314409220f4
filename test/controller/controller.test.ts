import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { runController } from '../../src/controller/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { until } from '../cluster/harness/until.ts'
import { type Call, failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'
import { Store } from './store.ts'

const SETTINGS = {
  learner: { minimumHistory: { seconds: 60, samples: 2 } },
  approval: { confidence: { medium: 0 }, minimumDays: 0 },
}
const POD = {
  metadata: {
    ...{ namespace: 'shop', name: 'web-0', uid: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', controller: true }],
  },
  spec: { containers: [{ name: 'app', image: 'web:1' }] },
  status: {},
}

/** A controller with a cluster in which one Pod runs, and with time that passes while the test waits. */
async function controlling(t: TestContext, answer: (call: Call) => boolean = () => false) {
  const store = new Store()
  const time = new FakeTime()
  const lists: Readonly<Record<string, () => readonly object[]>> = {
    namespaces: () => [{ metadata: { name: 'shop', labels: { 'plimsoll.dev/mode': 'auto' } } }],
    pods: () => [POD],
  }
  const handle = (call: Call) => {
    const { method, path, query } = call
    const plural = path.split('/').at(-1)!
    if (answer(call)) return
    if (/\/recommendations|\/events|\/apps\//.test(path) || (method !== 'GET' && /checkpoints/.test(path)))
      return store.handle(call)
    if (query.has('watch')) return call.sendRaw('')
    if (plural === 'verticalpodautoscalers') return call.reply(404, failure(404, 'NotFound'))
    const items = path.startsWith('/apis/metrics.k8s.io/') ? [usageAt(time.now())] : (lists[plural]?.() ?? [])
    call.reply(200, { metadata: { resourceVersion: '1' }, items })
  }
  const { context, calls } = await controllerContext(t, handle, SETTINGS, time)
  const ending = new AbortController()
  const metrics = createLearnerMetrics()
  const running = runController(context, metrics, ending.signal)
  t.after(async () => {
    ending.abort()
    await running
  })
  /** Lets time pass, a second at a time, until a condition is true. */
  const passes = (what: string, isSo: () => unknown) =>
    until(
      what,
      () => {
        if (isSo()) return true
        time.advance(1_000)
        return false
      },
      { everyMilliseconds: 5 },
    )
  return { store, calls, metrics, ending, running, passes, time }
}

function usageAt(milliseconds: number) {
  return {
    metadata: { namespace: 'shop', name: 'web-0' },
    timestamp: new Date(milliseconds).toISOString(),
    window: '15s',
    containers: [{ name: 'app', usage: { cpu: '200m', memory: '100Mi' } }],
  }
}

test('follows the cluster, reads usage, publishes and saves what it learned, and ends with its signal', async (t) => {
  const { store, calls, metrics, ending, running, passes, time } = await controlling(t)
  await passes('a Recommendation', () => store.objects.get('statefulset-web')?.status?.applied)
  await passes('a checkpoint', () =>
    calls.some(({ path }) => path.endsWith('/recommendationcheckpoints/statefulset-web/status')),
  )
  const { values } = await metrics.lastPublished.get()
  assert.ok(values[0]!.value > 0)
  ending.abort()
  await running
  await until('the end of all timers', () => time.waiting === 0, { everyMilliseconds: 5 })
})

test('learns nothing before the saved state is restored, however often that fails', async (t) => {
  let failures = 0
  const { calls, passes } = await controlling(t, (call) => {
    if (call.method !== 'GET' || !call.path.endsWith('/recommendationcheckpoints') || failures >= 3) return false
    failures++
    call.reply(500, failure(500, 'InternalError'))
    return true
  })
  const asked = (pattern: RegExp) => calls.findIndex(({ path }) => pattern.test(path))
  await passes('usage', () => asked(/metrics\.k8s\.io/) >= 0)
  assert.equal(failures, 3)
})
