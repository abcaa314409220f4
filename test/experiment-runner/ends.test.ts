import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RunningPod } from '../../src/experiment-runner/pods.ts'
import { KubeError } from '../../src/kube/index.ts'
import { experimentNamed, finished, ModelCluster, readyPod, workload } from './model-cluster.ts'
import { run } from './running.ts'

const inTrial = (number: number, stage?: string) => (cluster: ModelCluster) => {
  const { current } = cluster.experiment().status ?? {}
  return current?.number === number && (stage === undefined || current.stage === stage)
}

function assertRestored(cluster: ModelCluster): void {
  assert.deepEqual(cluster.target().spec, workload().spec)
  assert.deepEqual([cluster.loads, cluster.lease], [[], undefined])
  assert.deepEqual(cluster.experiment().metadata.finalizers, [])
}

const outcomesOf = (cluster: ModelCluster) => (cluster.experiment().status?.trials ?? []).map(({ outcome }) => outcome)

describe('an experiment ends with a clear reason, and restores what it changed', () => {
  test('when the load Job fails, after the second time', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.resultOf = () => ({ kind: 'failed', reason: 'container k6 ended with exit code 107' })
    await run(cluster)
    const { status } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'LoadFailed'])
    assert.match(status!.message!, /normal: container k6 ended with exit code 107/)
    assert.deepEqual(outcomesOf(cluster), ['void', 'void'])
    assertRestored(cluster)
  })

  test('when the load generator was throttled again and again: such trials are void', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.resultOf = () => finished(50, { throttled: 'sent 6 of 10 requests per second' } as never)
    await run(cluster)
    const { status } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'VoidTrials'])
    assert.match(status!.message!, /sent 6 of 10/)
    assertRestored(cluster)
  })

  test('when the node is full: that configuration is infeasible, and a smaller one is tried', async () => {
    const cluster = new ModelCluster(experimentNamed('try', { maxTrials: 6 }))
    const unschedulable = (since: number): RunningPod => ({
      metadata: { name: 'web-1' },
      status: {
        conditions: [
          {
            ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient cpu' },
            lastTransitionTime: new Date(since).toISOString(),
          },
        ],
      },
    })
    cluster.podOf = (cpu) => (cpu > 0.9 ? unschedulable(cluster.now - 70_000) : readyPod())
    await run(cluster, { turns: 400 })
    const { status } = cluster.experiment()
    const [first, ...rest] = status!.trials!
    assert.deepEqual([first!.outcome, first!.reason], ['unschedulable', 'Insufficient cpu'])
    assert.ok(
      rest.some(({ outcome }) => outcome === 'completed'),
      outcomesOf(cluster).join(),
    )
    assert.equal(status?.phase, 'Completed')
    assertRestored(cluster)
  })

  test('when somebody edits another field of the target: the edit is kept, and named', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(2, 'loading') })
    cluster.edit(({ template }) => {
      template.spec.containers[0]!.image = 'web:2'
    })
    await run(cluster)
    const { status } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'TargetEdited'])
    assert.match(status!.message!, /spec\.template\.spec\.containers\[app\]\.image of Deployment web .*kubectl-edit/)
    assert.deepEqual(status?.kept, ['Deployment web: spec.template.spec.containers[app].image'])
    const expected = structuredClone(workload().spec) as never as { template: { spec: { containers: object[] } } }
    Object.assign(expected.template.spec.containers[0]!, { image: 'web:2' })
    assert.deepEqual(cluster.target().spec, expected)
    assert.deepEqual([cluster.loads, cluster.lease], [[], undefined])
  })

  test('when somebody edits a field that trials change: the edit is kept, the others are restored', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(3, 'loading') })
    cluster.edit((spec) => {
      const { resources } = spec.template.spec.containers[0] as { resources: { requests: Record<string, string> } }
      resources.requests.cpu = '777m'
    })
    await run(cluster)
    const { status } = cluster.experiment()
    assert.equal(status?.reason, 'TargetEdited')
    assert.deepEqual(status?.kept, ['Deployment web: spec.template.spec.containers[app].resources.requests.cpu'])
    const { resources } = cluster.target().spec.template.spec.containers[0]!
    assert.deepEqual(resources, { requests: { cpu: '777m', memory: '256Mi' }, limits: { memory: '512Mi' } })
    assert.equal(cluster.target().spec.replicas, 2)
  })

  test('when a GitOps controller brings the original back during a trial', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(3, 'loading') })
    cluster.edit((spec) => Object.assign(spec, structuredClone(workload().spec)))
    await run(cluster)
    assert.equal(cluster.experiment().status?.reason, 'TargetEdited')
    assertRestored(cluster)
  })

  test('when somebody scales the target during a trial: their replicas are kept', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(2, 'loading') })
    cluster.edit((spec) => {
      spec.replicas = 7
    })
    await run(cluster)
    assert.deepEqual(cluster.experiment().status?.kept, ['Deployment web: spec.replicas'])
    assert.equal(cluster.target().spec.replicas, 7)
  })

  test('when the target is deleted, or deleted and created again', async () => {
    for (const isCreatedAgain of [false, true]) {
      const cluster = new ModelCluster(experimentNamed('try'))
      await run(cluster, { until: inTrial(2) })
      const other = workload()
      if (isCreatedAgain) cluster.targets.set('web', { ...other, metadata: { ...other.metadata, uid: 'another' } })
      else cluster.targets.delete('web')
      await run(cluster)
      const { status } = cluster.experiment()
      assert.deepEqual([status?.phase, status?.reason], ['Failed', 'TargetDeleted'])
      assert.deepEqual(status?.kept, ['Deployment web (deleted)'])
      if (isCreatedAgain) assert.deepEqual(cluster.target().spec, other.spec)
    }
  })

  test('when it is deleted during a trial', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(3, 'loading') })
    cluster.remove()
    await run(cluster)
    assert.equal(cluster.experiments.size, 0)
    assert.deepEqual(cluster.target().spec, workload().spec)
    assert.deepEqual([cluster.loads, cluster.lease], [[], undefined])
  })

  test('when its deadline has passed', async () => {
    const cluster = new ModelCluster(experimentNamed('try', { deadline: '30s' }))
    await run(cluster)
    assert.equal(cluster.experiment().status?.reason, 'DeadlineExceeded')
    assertRestored(cluster)
  })

  test('when the namespace loses its label, or gets mode auto', async () => {
    for (const labels of [{}, { 'plimsoll.dev/experiments': 'allowed', 'plimsoll.dev/mode': 'auto' }]) {
      const cluster = new ModelCluster(experimentNamed('try'))
      await run(cluster, { until: inTrial(2) })
      cluster.labels = labels as never
      await run(cluster)
      assert.equal(cluster.experiment().status?.reason, 'NotAllowed')
      assertRestored(cluster)
    }
  })

  test('when another installation takes the Lease', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(2) })
    cluster.lease = { holder: 'another/uid', renewedAt: cluster.now, resourceVersion: '99' }
    await run(cluster)
    assert.equal(cluster.experiment().status?.reason, 'LeaseLost')
    assert.equal(cluster.lease?.holder, 'another/uid')
    assert.deepEqual(cluster.target().spec, workload().spec)
  })
})

test('a namespace that is deleted is not held: the finalizer goes at the next look, also that of a new process', async () => {
  for (const number of [1, 2, 3]) {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(number) })
    cluster.isTerminating = true
    cluster.remove()
    const { length } = cluster.calls
    await run(cluster)
    assert.equal(cluster.experiments.size, 0)
    assert.deepEqual(
      cluster.calls.slice(length).filter((call) => call !== 'observe'),
      ['finalizers'],
    )
  }
})

test('of two experiments in a namespace, the second waits until the first has restored everything', async () => {
  const second = experimentNamed('second')
  const later = { ...second, metadata: { ...second.metadata, creationTimestamp: '2026-03-01T09:59:30Z' } }
  const cluster = new ModelCluster(later, experimentNamed('try'))
  let both = 0
  cluster.onWrite = () => {
    const begun = [...cluster.experiments.values()].filter(
      ({ status }) => status?.phase === 'Running' || status?.phase === 'Restoring',
    )
    if (begun.length > 1) both++
  }
  await run(cluster, { until: inTrial(2) })
  assert.match(cluster.experiment('second').status!.message!, /waits for experiment try/)
  await run(cluster, { turns: 400 })
  assert.equal(both, 0)
  for (const name of ['try', 'second']) {
    assert.equal(cluster.experiment(name).status?.phase, 'Completed')
    assert.deepEqual(JSON.parse(cluster.experiment(name).status!.originals![0]!.spec), workload().spec)
  }
  assertRestored(cluster)
})

test('an environment variable that was empty is empty again', async () => {
  const settings = [{ name: 'workers', env: 'W', baseline: 1, min: 1, max: 4, step: 1 }]
  const cluster = new ModelCluster(experimentNamed('try', { vary: { memory: { fixed: true }, settings } }))
  cluster.edit(({ template }) => {
    template.spec.containers[0]!.env = [{ name: 'W' }]
  })
  const before = structuredClone(cluster.target().spec)
  await run(cluster)
  assert.deepEqual(cluster.target().spec, before)
  assert.ok(cluster.history.some(({ spec }) => spec.template.spec.containers[0]!.env?.[0]?.value !== undefined))
})

describe('a trial ends at once', () => {
  const killed = (): RunningPod => ({
    metadata: { name: 'web-1' },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', restartCount: 1, lastState: { terminated: { reason: 'OOMKilled' } } }],
    },
  })

  test('on an OOM kill, which names the container', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.podOf = (cpu) => (cpu < 0.9 ? killed() : readyPod())
    await run(cluster)
    const trials = cluster.experiment().status!.trials!
    const oom = trials.find(({ outcome }) => outcome === 'oomKilled')
    assert.deepEqual([oom?.oomKilled, oom?.restarts], [['web/app'], 2])
    assert.deepEqual(oom?.loads, [])
    assertRestored(cluster)
  })

  test('of several loads, where the first is far beyond its limit', async () => {
    const loads = ['normal', 'peak'].map((name) => ({ name, http: { url: 'http://web', rate: 10 }, duration: '10s' }))
    const cluster = new ModelCluster(experimentNamed('try', { loads }))
    cluster.resultOf = (cpu) => finished(cpu < 0.9 ? 900 : 40)
    await run(cluster)
    const aborted = cluster.experiment().status!.trials!.find(({ outcome }) => outcome === 'aborted')
    assert.deepEqual(
      aborted?.loads?.map(({ load }) => load),
      ['normal'],
    )
    const [completed] = cluster.experiment().status!.trials!
    assert.deepEqual(Object.keys(completed!.measured!).toSorted(), [
      'normal errors',
      'normal p95',
      'peak errors',
      'peak p95',
    ])
  })

  test('where its load was ended early; the baseline always runs to its end', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    const judged = new Map<number, unknown>()
    const { createLoad } = cluster
    cluster.createLoad = (experiment, step) => {
      judged.set(step.trial, step.hopeless)
      return createLoad.call(cluster, experiment, step)
    }
    const aborted = { aborted: '60 requests took more than 300 ms' }
    cluster.resultOf = (cpu, trial) => (trial === 3 ? finished(900, aborted as never) : finished(40 / cpu))
    await run(cluster)
    assert.equal(judged.get(1), undefined)
    assert.deepEqual(judged.get(3), { percentile: 95, milliseconds: 300, errorShare: 0.1 })
    const third = cluster.experiment().status!.trials!.find(({ number }) => number === 3)
    assert.equal(third?.outcome, 'aborted')
    assert.equal(third.reason, 'load normal was ended early: 60 requests took more than 300 ms')
    assertRestored(cluster)
  })

  test('where the API server does not accept its configuration, which counts as infeasible', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.refusePatch = new KubeError('Invalid', 'admission webhook denied the request', { status: 422 })
    cluster.onWrite = () => {
      if ((cluster.experiment().status?.trials ?? []).length > 0) cluster.refusePatch = undefined
    }
    await run(cluster)
    const [first] = cluster.experiment().status!.trials!
    assert.equal(first!.outcome, 'unschedulable')
    assert.match(first!.reason!, /admission webhook denied the request/)
    assertRestored(cluster)
  })

  test('where the API server refuses a later one, whose target still has what an earlier one set', async () => {
    const cluster = new ModelCluster(experimentNamed('try', { maxTrials: 5 }))
    cluster.admit = () =>
      inTrial(3)(cluster) ? new KubeError('Invalid', 'limits.cpu is too low', { status: 422 }) : undefined
    await run(cluster)
    const { status } = cluster.experiment()
    assert.deepEqual(outcomesOf(cluster).slice(0, 3), ['completed', 'completed', 'unschedulable'])
    assert.deepEqual([status?.phase, status?.kept], ['Completed', undefined])
    assertRestored(cluster)
  })

  test('where the API server refuses to scale it up again', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.admit = ({ replicas }) =>
      inTrial(1, 'starting')(cluster) && replicas
        ? new KubeError('Invalid', 'too many replicas', { status: 422 })
        : undefined
    await run(cluster)
    const [first] = cluster.experiment().status!.trials!
    assert.deepEqual([first!.outcome, first!.reason], ['unschedulable', 'the API server refused it: too many replicas'])
    assertRestored(cluster)
  })

  test('where all requests fail, which have no latency', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.resultOf = (cpu) =>
      cpu < 0.9 ? finished(0, { failed: 1000, latencyMilliseconds: {} } as never) : finished(40)
    await run(cluster)
    const failed = cluster.experiment().status!.trials!.find(({ outcome }) => outcome !== 'completed')
    assert.deepEqual(
      [failed?.outcome, failed?.reason],
      ['failed', 'requests of normal failed, and a load has no latency'],
    )
    assertRestored(cluster)
  })

  test('where its load cannot be created, and the experiment with the second', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.createLoad = () => Promise.reject(new KubeError('Forbidden', 'denied by a policy', { status: 403 }))
    await run(cluster)
    const { status } = cluster.experiment()
    assert.equal(status?.reason, 'LoadFailed')
    assert.match(status!.message!, /normal: denied by a policy/)
    assertRestored(cluster)
  })

  test('where a container crashes again and again, but not at its first crash: it may wait for another one', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    const crashed = (restartCount: number): RunningPod => ({
      metadata: { name: 'web-1' },
      status: {
        containerStatuses: [{ name: 'app', restartCount, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      },
    })
    const begun = () => cluster.now - Date.parse(cluster.experiment().status?.current?.stageAt ?? '')
    cluster.podOf = (cpu) => (cpu < 0.9 ? crashed(3) : begun() < 12_000 ? crashed(1) : readyPod())
    await run(cluster, { turns: 400 })
    const trials = cluster.experiment().status!.trials!
    assert.equal(trials[0]!.outcome, 'completed')
    const failed = trials.find(({ outcome }) => outcome === 'failed')
    assert.match(failed!.reason!, /container app of Pod web-1 does not run: CrashLoopBackOff/)
  })

  test('but not because of a Pod that was evicted in an earlier one', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    const evicted = { phase: 'Failed', reason: 'Evicted' } as never
    cluster.remains = [{ metadata: { name: 'web-0', creationTimestamp: '2026-03-01T09:00:00Z' }, status: evicted }]
    await run(cluster)
    assert.deepEqual(outcomesOf(cluster), Array(4).fill('completed'))
    assertRestored(cluster)
  })

  test('where a Pod is evicted, which says nothing about the configuration', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.podOf = () => {
      const { current } = cluster.experiment().status ?? {}
      if (current?.number !== 1 || current.stage !== 'loading') return readyPod()
      return { metadata: { name: 'web-1' }, status: { phase: 'Failed', reason: 'Evicted' } as never }
    }
    await run(cluster)
    assert.deepEqual(outcomesOf(cluster).slice(0, 3), ['void', 'completed', 'completed'])
  })
})

test('an experiment whose latency is 0 ends', async () => {
  const { limits: _, ...spec } = experimentNamed('try').spec
  const cluster = new ModelCluster({ ...experimentNamed('try'), spec })
  cluster.resultOf = () => finished(0)
  await run(cluster)
  assert.equal(cluster.experiment().status?.phase, 'Completed')
  assertRestored(cluster)
})

test('without a limit, requests may take 1.2 times as long as in the baseline', async () => {
  const { limits: _, ...spec } = experimentNamed('try').spec
  const cluster = new ModelCluster({ ...experimentNamed('try'), spec })
  await run(cluster)
  const { status } = cluster.experiment()
  assert.equal(status?.phase, 'Completed')
  assert.deepEqual(status?.limits?.[0], { measure: 'normal p95', kind: 'latency', atMost: 48 })
})
