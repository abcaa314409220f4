import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planPod } from '../../src/apply/plan-pod.ts'
import type { PodStep } from '../../src/apply/step.ts'
import { type ApiPod, readFleetPod } from '../../src/fleet/index.ts'
import { DECISION_ANNOTATION, DEFAULT_POLICY, parseRecord, REASONS } from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { NO_CONSTRAINTS, readLimitRange, readQuota } from '../../src/sizing/index.ts'
import { ModelCluster } from './model-cluster.ts'
import { GIB, NOW, planInput, revision, runningPod } from './pods.ts'

const SMALL = revision(3, { request: '80m' })

const reasonOf = (step: PodStep) => ('reason' in step ? step.reason : step.do)

function resizeOf(step: PodStep) {
  assert.equal(step.do, 'resize', reasonOf(step))
  return step as Extract<PodStep, { do: 'resize' }>
}

/** The Pod after the first half of a resize: the record and `spec` are written, the kubelet has done nothing yet. */
async function underWay(pod: ApiPod, verdict: ModelCluster['verdict'] = 'done') {
  const cluster = new ModelCluster(pod)
  const step = resizeOf(planPod(planInput(await cluster.get(), SMALL)))
  await cluster.resize(await cluster.record(await cluster.get(), step.annotation!), step.body)
  cluster.verdict = verdict
  cluster.actuate()
  return { cluster, pod: await cluster.get() }
}

test("a Pod gets the values that the webhook would give it, with the author's values in its record", () => {
  const step = resizeOf(planPod(planInput(runningPod(), SMALL)))
  assert.deepEqual(step.body, { containers: [{ name: 'app', resources: { requests: { cpu: '80m' }, limits: {} } }] })
  const record = parseRecord(step.annotation)!
  assert.deepEqual(record.intended, {
    ...{ revision: 3, time: NOW.toISOString(), restarts: {} },
    containers: { app: { cpu: { request: ['1500m', '80m'] } } },
    reasons: { 'app.memory': ['NotInAppliedRevision'] },
  })
  assert.deepEqual([record.revision, record.containers], [0, {}], 'so far nothing of it is true')
})

test('a Pod with the applied values needs nothing, and one that only lacks the number of the revision gets that', async () => {
  const { cluster } = await underWay(runningPod())
  const settled = planPod(planInput(await cluster.get(), SMALL))
  assert.deepEqual([settled.do, 'outcome' in settled && settled.outcome], ['record', 'settled'])
  await cluster.record(await cluster.get(), (settled as { annotation: string }).annotation)
  assert.equal(planPod(planInput(await cluster.get(), SMALL)).do, 'nothing')
  const next = planPod(planInput(await cluster.get(), revision(4, { request: '80m' })))
  assert.deepEqual([next.do, 'outcome' in next && next.outcome], ['record', 'relabelled'])
})

test('if somebody has changed a limit, the author’s request stays recorded beside the injected one', () => {
  const pod = runningPod({ cpu: '200m' }, { cpu: '3' })
  const containers = { app: { cpu: { request: ['1500m', '200m'] } } }
  const record = { revision: 2, containers, kept: { 'app.cpu': '/2' }, reasons: {} }
  const step = planPod(
    planInput(
      { ...pod, metadata: { ...pod.metadata, annotations: { [DECISION_ANNOTATION]: JSON.stringify(record) } } },
      SMALL,
    ),
  )
  assert.equal(step.do, 'record', reasonOf(step))
  const next = parseRecord((step as { annotation: string }).annotation)!
  assert.deepEqual([next.revision, next.containers], [3, containers])
  assert.deepEqual(next.reasons['app.cpu'], ['ChangedAfterPlimsoll'])
})

test('a resize that was recorded but not made is made as recorded', async () => {
  const cluster = new ModelCluster(runningPod())
  const { annotation, body } = resizeOf(planPod(planInput(await cluster.get(), SMALL)))
  const again = resizeOf(planPod(planInput(await cluster.record(await cluster.get(), annotation!), SMALL)))
  assert.deepEqual([again.annotation, again.body], [undefined, body])
})

describe('a Pod is left alone', () => {
  test('if somebody has changed its values', async () => {
    const { cluster, pod } = await underWay(runningPod())
    await cluster.resize(pod, { containers: [{ name: 'app', resources: { requests: { cpu: '700m' }, limits: {} } }] })
    assert.equal(reasonOf(planPod(planInput(await cluster.get(), SMALL))), 'ChangedAfterPlimsoll')
  })

  test('if it is BestEffort, or would change its QoS class', () => {
    assert.equal(reasonOf(planPod(planInput(runningPod({}), SMALL))), 'BestEffortRuns')
  })

  test('if the resize would restart a container', () => {
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
    const pod = runningPod(undefined, {}, { container: { resizePolicy } })
    assert.equal(reasonOf(planPod(planInput(pod, SMALL))), 'RestartNeeded')
    assert.equal(planPod(planInput(pod, revision(3, undefined, { request: '2Gi' }))).do, 'resize', 'memory needs none')
  })

  test('if the resize was refused before', () => {
    assert.equal(
      reasonOf(planPod(planInput(runningPod(), SMALL, { refused: { reason: 'ResizeRefused' } }))),
      'ResizeRefused',
    )
  })

  test('if it has opted out', () => {
    const pod = runningPod()
    const optedOut = { ...pod, metadata: { ...pod.metadata, labels: { 'plimsoll.dev/inject': 'false' } } }
    assert.equal(reasonOf(planPod(planInput(optedOut, SMALL))), 'OptedOut')
  })
})

describe('a memory limit', () => {
  const lower = revision(3, undefined, { request: '200Mi', limit: '300Mi' })
  const pod = runningPod({ cpu: '1', memory: '1Gi' }, { memory: '2Gi' })
  const memoryOf = (peak: bigint | undefined) => {
    const step = resizeOf(planPod(planInput(pod, lower, { peakMemory: () => peak })))
    return [step.body.containers![0]!.resources, parseRecord(step.annotation)!.intended!.reasons]
  }

  test('is lowered if the container has used more than a tenth less', () => {
    const mebibytes = (n: bigint) => n * 2n ** 20n * 1_000_000_000n
    const lowered = { requests: { memory: '200Mi' }, limits: { memory: '300Mi' } }
    const kept = { requests: { memory: '200Mi' }, limits: {} }
    assert.deepEqual(memoryOf(mebibytes(272n))[0], lowered)
    assert.deepEqual(memoryOf(mebibytes(273n)), [
      kept,
      { 'app.cpu': ['NotInAppliedRevision'], 'app.memory': ['MemoryInUse'] },
    ])
  })

  test('is not lowered if current usage is unknown', () => {
    const [resources, reasons] = memoryOf(undefined)
    assert.deepEqual(resources, { requests: { memory: '200Mi' }, limits: {} })
    assert.deepEqual(reasons, { 'app.cpu': ['NotInAppliedRevision'], 'app.memory': ['UsageNotKnown'] })
  })

  test('that is the only value to lower is looked at again', () => {
    const only = revision(3, undefined, { request: '1Gi', limit: '1200Mi' })
    const left = (peak: bigint | undefined) => reasonOf(planPod(planInput(pod, only, { peakMemory: () => peak })))
    assert.deepEqual([left(undefined), left(2n * GIB)], ['UsageNotKnown', 'MemoryInUse'])
  })

  test('of a Guaranteed Pod that is not lowered keeps its request, too', () => {
    const equal = { cpu: '1500m', memory: '1Gi' }
    const guaranteed = runningPod(equal, equal)
    const target = revision(3, { request: '500m', limit: '500m' }, { request: '200Mi', limit: '300Mi' })
    const step = resizeOf(planPod(planInput(guaranteed, target, { peakMemory: () => GIB })))
    const { requests, limits } = step.body.containers![0]!.resources
    assert.equal(requests.memory, undefined)
    assert.equal(requests.cpu, limits.cpu)
  })
})

test('a Pod that is rolled back to an earlier revision keeps the higher values of the later one', async () => {
  const { cluster } = await underWay(runningPod({ cpu: '100m', memory: '1Gi' }))
  assert.equal((await cluster.get()).spec?.containers?.[0]?.resources?.requests?.cpu, '80m')
  const back = planPod(planInput(await cluster.get(), revision(2, { request: '50m' }, { request: '2Gi' })))
  const { body, annotation } = resizeOf(back)
  assert.deepEqual(body.containers![0]!.resources.requests, { memory: '2Gi' })
  await cluster.resize(await cluster.record(await cluster.get(), annotation!), body)
  cluster.actuate()
  const earlier = revision(2, { request: '50m' }, { request: '2Gi' })
  const end = planPod(planInput(await cluster.get(), earlier))
  assert.equal(end.do, 'record', reasonOf(end))
  await cluster.record(await cluster.get(), (end as { annotation: string }).annotation)
  assert.equal(reasonOf(planPod(planInput(await cluster.get(), earlier))), 'nothing', 'also when it is looked at later')
})

describe('without a new revision, a Pod gets the values that the webhook would give it now', () => {
  const target = revision(3, { request: '80m' })
  const settledPod = async () => {
    const { cluster } = await underWay(runningPod())
    await cluster.record(
      await cluster.get(),
      (planPod(planInput(await cluster.get(), target)) as { annotation: string }).annotation,
    )
    return await cluster.get()
  }
  const requestsOf = (step: PodStep) => resizeOf(step).body.containers![0]!.resources.requests

  test('if new bounds raise it', async () => {
    const pod = await settledPod()
    const { cpu, memory } = DEFAULT_POLICY.bounds
    const policy = { ...DEFAULT_POLICY, bounds: { cpu: { ...cpu, min: parseQuantity('200m')! }, memory } }
    assert.deepEqual(requestsOf(planPod(planInput(pod, target, { policy }))), { cpu: '200m' })
  })

  test('if a LimitRange requires more', async () => {
    const limits = readLimitRange({ limits: [{ type: 'Container', min: { cpu: '300m' } }] })
    const constraints = { ...NO_CONSTRAINTS, limits }
    assert.deepEqual(requestsOf(planPod(planInput(await settledPod(), target, { constraints }))), { cpu: '300m' })
  })
})

describe('a resize that the kubelet does not carry out', () => {
  test('is waited for if there is no room now, and withdrawn after a while', async () => {
    const { cluster, pod } = await underWay(runningPod(), 'Deferred')
    assert.deepEqual(planPod(planInput(pod, SMALL)), { do: 'wait', reason: 'ResizeDeferred', message: 'no room' })
    const later = new Date(Date.parse('2026-03-01T10:15:00Z'))
    const step = planPod(planInput(pod, SMALL, { now: later }))
    assert.equal(step.do, 'withdraw')
    const { body } = step as Extract<PodStep, { do: 'withdraw' }>
    assert.deepEqual(body.containers![0]!.resources.requests, { cpu: '1500m' })
    await cluster.resize(pod, body)
    cluster.actuate()
    const after = planPod(planInput(await cluster.get(), SMALL, { refused: { reason: 'NodeFull' } }))
    assert.deepEqual(after, { do: 'record', annotation: null, outcome: 'dropped' })
  })

  test('is withdrawn immediately if it can never be carried out', async () => {
    const { pod } = await underWay(runningPod(), 'Infeasible')
    const step = planPod(planInput(pod, SMALL))
    assert.deepEqual([step.do, reasonOf(step)], ['withdraw', 'ResizeInfeasible'])
  })

  test('by somebody else is waited for', () => {
    const { status, ...pod } = runningPod()
    const conditions = [{ type: 'PodResizeInProgress', status: 'True' }]
    assert.equal(reasonOf(planPod(planInput({ ...pod, status: { ...status, conditions } }, SMALL))), 'ResizeUnderWay')
  })
})

test('native sidecars are resized, but init containers are not, because they have already run', () => {
  const pod = runningPod()
  const init = (name: string, restartPolicy?: string) => ({
    ...{ name, image: 'x', ...(restartPolicy && { restartPolicy }) },
    resources: { requests: { cpu: '1', memory: '1Gi' } },
  })
  const spec = { ...pod.spec, initContainers: [init('prepare'), init('proxy', 'Always')] }
  const target = revision(3, { request: '80m' })
  assert.ok(target.of === 'revision')
  const values = new Map(['app', 'prepare', 'proxy'].map((name) => [name, target.values.containers.get('app')!]))
  const step = planPod(planInput({ ...pod, spec }, { ...target, values: { ...target.values, containers: values } }))
  assert.deepEqual(
    resizeOf(step).body.initContainers?.map(({ name }) => name),
    ['proxy'],
  )
})

test('a quota must have room for a raise, and counts the current values already', () => {
  const used = { 'requests.memory': '3Gi' }
  const quota = (hard: string) =>
    readQuota({ spec: { hard: { 'requests.memory': hard } }, status: { hard: { 'requests.memory': hard }, used } })
  const raise = revision(3, undefined, { request: '2Gi' })
  const within = (hard: string) => ({
    constraints: { ...planInput(runningPod(), raise).constraints, quotas: [quota(hard)] },
  })
  assert.equal(planPod(planInput(runningPod(), raise, within('4Gi'))).do, 'resize')
  assert.notEqual(planPod(planInput(runningPod(), raise, within('3900Mi'))).do, 'resize')
})

test('a forged record never moves a Pod beyond the bounds', () => {
  const pod = runningPod()
  const forged = { revision: 7, containers: { app: { cpu: { request: ['1k', '1500m'] } } }, reasons: {} }
  const annotations = { [DECISION_ANNOTATION]: JSON.stringify(forged) }
  const step = planPod(planInput({ ...pod, metadata: { ...pod.metadata, annotations } }, { of: 'author' }))
  assert.notEqual(step.do, 'resize')
  assert.equal(parseQuantity('1k'), 1_000_000_000_000n)
})

describe('memory that is raised', () => {
  const raise = revision(3, undefined, { request: '200Mi', limit: '400Mi' })
  const crashing = runningPod({ cpu: '1', memory: '64Mi' }, { memory: '100Mi' })
  const at = (seconds: number) => ({ now: new Date(NOW.getTime() + seconds * 1000) })

  async function step(cluster: ModelCluster, seconds: number) {
    const planned = planPod(planInput(await cluster.get(), raise, at(seconds)))
    if (planned.do === 'resize') {
      const pod = await cluster.get()
      await cluster.resize(
        planned.annotation === undefined ? pod : await cluster.record(pod, planned.annotation),
        planned.body,
      )
    }
    return planned
  }
  const limitsOf = (planned: PodStep) => resizeOf(planned).body.containers![0]!.resources.limits
  const restartedAt = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toISOString()

  test('while its container is stopped is raised again when it runs, because it did not reach the cgroup', async () => {
    const cluster = new ModelCluster(crashing)
    cluster.stop('app')
    assert.deepEqual(limitsOf(await step(cluster, 0)), { memory: '400Mi' })
    assert.equal(reasonOf(await step(cluster, 1)), 'ContainerStopped')
    cluster.start('app', restartedAt(10))
    assert.deepEqual(limitsOf(await step(cluster, 12)), { memory: '401Mi' })
    cluster.actuate()
    cluster.start('app', restartedAt(10))
    assert.equal(reasonOf(await step(cluster, 13)), 'ResizeUnderWay', 'whether it stays up is not known yet')
    const end = await step(cluster, 28)
    assert.deepEqual([end.do, 'outcome' in end && end.outcome], ['record', 'settled'])
    const record = parseRecord((end as { annotation: string }).annotation)
    assert.deepEqual(record?.containers.app?.memory, { request: ['64Mi', '200Mi'], limit: ['100Mi', '401Mi'] })
  })

  test('and that arrives too late for a container that is killed again is raised once more', async () => {
    const cluster = new ModelCluster(crashing)
    cluster.stop('app')
    await step(cluster, 0)
    cluster.start('app', restartedAt(10))
    await step(cluster, 12)
    cluster.start('app', restartedAt(25))
    assert.deepEqual(limitsOf(await step(cluster, 26)), { memory: '402Mi' })
  })

  test('is reported, with the offer of a restart, if the container is killed three times before the raise reaches it', async () => {
    const cluster = new ModelCluster(crashing)
    cluster.stop('app')
    await step(cluster, 0)
    for (let kill = 1; kill <= 3; kill++) {
      cluster.start('app', restartedAt(10 * kill))
      cluster.oomKill('app', restartedAt(10 * kill + 1))
      const expected = kill < 3 ? 'ContainerStopped' : 'RaiseMissed'
      assert.equal(reasonOf(await step(cluster, 10 * kill + 2)), expected, `after kill ${kill}`)
    }
    cluster.start('app', restartedAt(40))
    const again = await step(cluster, 41)
    assert.deepEqual([limitsOf(again), reasonOf(again)], [{ memory: '401Mi' }, 'RaiseMissed'])
    cluster.start('app', restartedAt(40))
    assert.equal(reasonOf(await step(cluster, 42)), 'RaiseMissed', 'whether it arrives now is not known yet')
    assert.match(REASONS.RaiseMissed.act, /restart/i)
  })

  test('is settled immediately if the container kept running', async () => {
    const cluster = new ModelCluster(crashing)
    cluster.start('app', restartedAt(-3600))
    await step(cluster, 0)
    cluster.actuate()
    cluster.start('app', restartedAt(-3600))
    assert.equal((await step(cluster, 16)).do, 'record')
  })

  test('and has not reached the cgroup is not the limit at which a container was killed', async () => {
    const cluster = new ModelCluster(crashing)
    cluster.stop('app')
    await step(cluster, 0)
    cluster.oomKill('app', restartedAt(3))
    const { oomKills } = readFleetPod(await cluster.get())
    assert.deepEqual(
      oomKills.map(({ limitBytes }) => limitBytes / 2 ** 20),
      [100],
    )
  })
})

describe('a Pod whose heap was set at its creation', () => {
  const heaped = () => {
    const env = [{ name: 'GOMEMLIMIT', value: '1843MiB' }]
    const pod = runningPod({ cpu: '1500m', memory: '1536Mi' }, { memory: '2Gi' }, { container: { env } })
    const record = {
      ...{ revision: 2, reasons: {} },
      containers: { app: { memory: { request: ['512Mi', '1536Mi'], limit: ['1Gi', '2Gi'] } } },
      variables: { app: 'GOMEMLIMIT=1843MiB: go 90% of the memory limit, as SizingPolicy heaps allows.' },
    }
    return { ...pod, metadata: { ...pod.metadata, annotations: { [DECISION_ANNOTATION]: JSON.stringify(record) } } }
  }
  const less = revision(3, { request: '80m' }, { request: '300Mi', limit: '400Mi' })

  test('keeps the limit from which its heap was calculated', () => {
    const step = resizeOf(planPod(planInput(heaped(), less)))
    assert.deepEqual(step.body.containers![0]!.resources, { requests: { cpu: '80m', memory: '300Mi' }, limits: {} })
    assert.deepEqual(parseRecord(step.annotation)!.intended!.reasons, {
      'app.memory': ['HeldForHeap', 'HeapSet'],
    })
  })

  test('keeps its reason when it was resized', async () => {
    const cluster = new ModelCluster(heaped())
    const step = resizeOf(planPod(planInput(await cluster.get(), less)))
    await cluster.resize(await cluster.record(await cluster.get(), step.annotation!), step.body)
    cluster.actuate()
    const settled = planPod(planInput(await cluster.get(), less)) as { annotation: string }
    assert.deepEqual(
      parseRecord(settled.annotation)!.variables,
      parseRecord(heaped().metadata.annotations[DECISION_ANNOTATION])!.variables,
    )
  })

  test('gets none while it runs, even if a policy allows it', () => {
    const heaps = new Map([['app', { runtime: 'go' as const, percent: 90, policy: 'heaps' }]])
    const policy = { ...DEFAULT_POLICY, heaps }
    const pod = runningPod({ cpu: '1500m', memory: '1Gi' }, { memory: '1Gi' })
    const step = resizeOf(planPod({ ...planInput(pod, less), policy }))
    assert.equal(parseRecord(step.annotation)!.variables, undefined)
    assert.deepEqual(step.body.containers![0]!.resources.limits, { memory: '400Mi' })
  })
})
