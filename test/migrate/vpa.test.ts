import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeCluster, inMode, namespace, READY, vpa, workload } from './cluster.ts'
import { thirtyVpas } from './thirty-vpas.ts'

/** The cluster with the 30 VPAs, in which Plimsoll has learned enough about everything. */
function learnedCluster(): FakeCluster {
  const cluster = new FakeCluster(thirtyVpas())
  learnAll(cluster)
  return cluster
}

function learnAll(cluster: FakeCluster): void {
  for (const { workload } of cluster.state().workloads)
    cluster.learn(`${workload.namespace}/${workload.kind.toLowerCase()}-${workload.name}`)
}

/** The spec of the policy that takes a Deployment over. */
function specOf(cluster: FakeCluster, name: string, kind = 'deployment'): Record<string, unknown> {
  const policy = cluster.get('SizingPolicy', 'shop', `migrated-${kind}-${name}`)
  assert.ok(policy, `${kind} ${name} is handed over`)
  return policy.spec as Record<string, unknown>
}

const handedOver = (() => {
  const cluster = learnedCluster()
  cluster.apply(cluster.plan().changes)
  return cluster
})()

test('each mode becomes what may happen to running Pods', () => {
  const expected = {
    initial: 'never',
    recreate: 'inPlaceOrRestart',
    auto: 'inPlaceOrRestart',
    'in-place-or-recreate': 'inPlaceOrRestart',
    'in-place': 'inPlace',
    default: 'inPlaceOrRestart',
  }
  for (const [name, running] of Object.entries(expected)) {
    assert.deepEqual(specOf(handedOver, name).apply, { running }, name)
    const { updatePolicy } = handedOver.get('VerticalPodAutoscaler', 'shop', name)!.spec!
    assert.equal((updatePolicy as { updateMode: string }).updateMode, 'Off')
  }
})

test('a VPA that only recommends stays, and its workload is only observed', () => {
  assert.equal(handedOver.get('SizingPolicy', 'shop', 'migrated-deployment-off'), undefined)
  assert.equal(handedOver.get('VerticalPodAutoscaler', 'shop', 'off')!.metadata.annotations, undefined)
  const cluster = new FakeCluster([namespace('shop'), workload('Deployment', 'off'), vpa('off', inMode('Off'))])
  cluster.apply(cluster.plan().changes)
  assert.deepEqual(cluster.get('Namespace', '', 'shop')!.metadata.labels, { 'plimsoll.dev/mode': 'observe' })
  assert.deepEqual(cluster.state().policies, [])
})

test('bounds hold for all containers, as narrow as one pair for all can be', () => {
  const free = { minShare: 0, maxShare: 1000, minLimitShare: 0, maxLimitShare: 1000 }
  const bounds = (name: string) => specOf(handedOver, name).bounds
  assert.deepEqual(bounds('bounds'), {
    cpu: { ...free, min: '50m', max: '2' },
    memory: { ...free, min: '64Mi', max: '4Gi' },
  })
  assert.deepEqual(bounds('minimum'), { cpu: free, memory: { ...free, min: '128Mi' } })
  assert.deepEqual(bounds('numbers'), { cpu: { ...free, max: '2' }, memory: { ...free, max: '1000000000' } })
  assert.deepEqual(bounds('per-container'), { cpu: { ...free, max: '4' }, memory: free })
  assert.deepEqual(bounds('crossed'), { cpu: { ...free, max: '1' }, memory: free })
  assert.deepEqual(bounds('unreadable'), { cpu: free, memory: free })
})

test('a resource that the VPA does not control stays as its author wrote it', () => {
  const asWritten = { minShare: 1, maxShare: 1, minLimitShare: 1, maxLimitShare: 1 }
  for (const name of ['cpu-only', 'memory-of-one']) {
    const { bounds, limits } = specOf(handedOver, name) as { bounds: { memory: object }; limits: object }
    assert.deepEqual(bounds.memory, asWritten)
    assert.deepEqual(limits, { cpu: 'ratio', memory: 'keep' })
  }
})

test('limits keep their ratio, or stay where the VPA sets only requests', () => {
  assert.deepEqual(specOf(handedOver, 'auto').limits, { cpu: 'ratio', memory: 'ratio' })
  assert.deepEqual(specOf(handedOver, 'requests-only').limits, { cpu: 'keep', memory: 'keep' })
})

test('a startup boost is taken over', () => {
  assert.deepEqual(specOf(handedOver, 'boost').startup, { cpu: '3x', plus: '60s' })
  assert.deepEqual(specOf(handedOver, 'boost-amount').startup, { cpu: '2', plus: '1s' })
})

test('every kind of workload is selected by its own labels', () => {
  for (const [kind, name] of [
    ['statefulset', 'db'],
    ['daemonset', 'agent'],
    ['cronjob', 'nightly'],
    ['rollout', 'canary'],
  ] as const)
    assert.deepEqual(specOf(handedOver, name, kind).selector, { matchLabels: { app: name } })
})

test('what has no counterpart is listed, with what to do', () => {
  const notes = learnedCluster()
    .plan()
    .notes.map(({ about, says, act }) => `${about}: ${says}. ${act}`)
    .join('\n')
  for (const expected of [
    /deployment\/replicas: minReplicas: 1\. Write a PodDisruptionBudget/,
    /deployment\/replicas: evictAfterOOMSeconds: 600\. Nothing/,
    /deployment\/evicts: evictionRequirements\. Choose a goal/,
    /deployment\/recommender: recommender nightly\. Choose the goal/,
    /deployment\/oom: oomBumpUpRatio, memoryAggregationIntervalCount of app/,
    /deployment\/per-container: .* Annotate the Pod template: plimsoll\.dev\/max-cpu\.proxy=500m/,
    /deployment\/memory-of-one: controlledResources: memory of app, but not of the other containers/,
    /deployment\/crossed: minAllowed of cpu is above maxAllowed/,
    /deployment\/unreadable: the amount much cannot be read/,
    /kafka\.apps\/broker: there is no such workload, or Plimsoll does not hand over/,
    /deployment\/gone: there is no such workload/,
    /vpa\/malformed: it cannot be read: spec\.targetRef\.name/,
    /vpa\/empty: it cannot be read/,
    /vpa\/weekly: it cannot be read: spec\.updatePolicy\.updateMode/,
    /used: Plimsoll already changes Pods here \(mode auto\)/,
    /VerticalPodAutoscalerCheckpoint/,
  ])
    assert.match(notes, expected)
  assert.doesNotMatch(notes, /default-recommender/)
})

test('a container in mode Off keeps its workload with the VPA, until the Pod template says the same to Plimsoll', () => {
  const { notes } = learnedCluster().plan()
  assert.match(notes.find(({ about }) => about.endsWith('sidecar-off'))!.act, /plimsoll\.dev\/ignore-containers=proxy,/)
  assert.equal(handedOver.get('SizingPolicy', 'shop', 'migrated-deployment-sidecar-off'), undefined)
  specOf(handedOver, 'sidecar-ignored')
})

test('a workload waits until Plimsoll knows it well enough, and its VPA continues meanwhile', () => {
  const cluster = new FakeCluster([namespace('shop'), workload('Deployment', 'web'), vpa('web')])
  const outcome = () => {
    const { changes, rows } = cluster.plan()
    cluster.apply(changes)
    return `${rows[0]!.outcome} ${rows[0]!.why}`
  }
  assert.equal(outcome(), 'waits nothing has been learned about it yet')
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'web'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), false)
  cluster.learn('shop/deployment-web', { confidence: 0.9, days: 1 })
  assert.equal(outcome(), `waits 1 of ${READY.days} days of usage are known`)
  cluster.learn('shop/deployment-web', { confidence: 0.5, days: 14 })
  assert.equal(outcome(), 'waits confidence 0.50, below 0.8')
  cluster.learn('shop/deployment-web')
  assert.equal(outcome(), 'now ')
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'web'), false)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
  // What was learned may be forgotten, but nobody goes back without being told to.
  cluster.learned.clear()
  assert.equal(outcome(), 'done ')
})

test('workloads with two VPAs, or Pods that another selector selects too, stay', () => {
  const cluster = new FakeCluster([
    namespace('shop'),
    ...['web', 'api'].map((name) => workload('Deployment', name)),
    workload('Deployment', 'web-canary', { labels: { app: 'web', track: 'canary' } }),
    vpa('web'),
    vpa('api'),
    vpa('api-too', { target: 'api', ...inMode('Initial') }),
  ])
  learnAll(cluster)
  const { rows, notes } = cluster.plan()
  assert.deepEqual(
    rows.map(({ outcome }) => outcome),
    ['stays', 'stays', 'stays'],
  )
  const says = notes.map((note) => note.says).join('\n')
  assert.match(says, /several VPAs change its Pods/)
  assert.match(says, /also selects the Pods of shop deployment\/web-canary/)
})

test('a policy of others that would change more than what is handed over, or a policy of ours that somebody changed, keeps everything as it is', () => {
  const theirs = (spec: object) => ({
    apiVersion: 'plimsoll.dev/v1alpha1',
    kind: 'SizingPolicy',
    metadata: { name: 'theirs', namespace: 'shop' },
    spec: spec as never,
  })
  const objects = [namespace('shop'), workload('Deployment', 'web'), vpa('web')]
  const fields = { bounds: { cpu: { maxShare: 2, max: '1' } }, limits: { memory: 'headroom' }, startup: { cpu: '2x' } }
  const shared = new FakeCluster([...objects, theirs(fields)])
  assert.deepEqual(shared.plan().changes, [])
  assert.match(
    shared.plan().notes.at(-1)!.says,
    /SizingPolicy theirs would change .* not handed over: limits, startup, bounds\.cpu\.maxShare$/,
  )
  const harmless = new FakeCluster([...objects, theirs({ goal: 'savings', bounds: { cpu: { max: '1' } } })])
  assert.notDeepEqual(harmless.plan().changes, [])
  const cluster = new FakeCluster(objects)
  learnAll(cluster)
  cluster.apply(cluster.plan().changes)
  for (const name of ['migrated-deployment-web', 'migrated-others']) {
    const ours = cluster.get('SizingPolicy', 'shop', name)!
    cluster.put({ ...ours, spec: { ...ours.spec, goal: 'savings' } })
    assert.deepEqual(cluster.plan().changes, [])
    assert.equal(cluster.plan().rows[0]!.outcome, 'stays')
    cluster.put(ours)
  }
})

test('where somebody has deleted the policy for the others, Plimsoll acts already, and nothing more is handed over', () => {
  const objects = ['web', 'api'].flatMap((name) => [workload('Deployment', name), vpa(name)])
  const cluster = new FakeCluster([namespace('shop'), ...objects])
  cluster.learn('shop/deployment-web')
  cluster.apply(cluster.plan().changes)
  cluster.objects.delete('SizingPolicy shop/migrated-others')
  learnAll(cluster)
  assert.deepEqual(cluster.plan().changes, [])
  assert.match(cluster.plan().notes.at(-1)!.says, /somebody has deleted the SizingPolicy migrated-others/)
})

test('bounds that the VPA gets later are taken over by the next run', () => {
  const cluster = new FakeCluster([namespace('shop'), workload('Deployment', 'web'), vpa('web')])
  learnAll(cluster)
  cluster.apply(cluster.plan().changes)
  const mine = cluster.get('VerticalPodAutoscaler', 'shop', 'web')!
  const resourcePolicy = { containerPolicies: [{ containerName: '*', maxAllowed: { cpu: '1' } }] }
  cluster.put({ ...mine, spec: { ...mine.spec, resourcePolicy } })
  cluster.apply(cluster.plan().changes)
  assert.match(JSON.stringify(specOf(cluster, 'web').bounds), /"max":"1"/)
  assert.deepEqual(cluster.plan().changes, [])
})

test('thousands of VPAs in many namespaces are planned', () => {
  const names = Array.from({ length: 3000 }, (_, i) => `web-${i}`)
  const cluster = new FakeCluster(
    names.flatMap((name, i) => {
      const namespace = `ns-${i % 300}`
      return [workload('Deployment', name, { namespace }), vpa(name, { namespace })]
    }),
  )
  for (let i = 0; i < 300; i++) cluster.put(namespace(`ns-${i}`))
  learnAll(cluster)
  assert.equal(cluster.plan().changes.length, 2 * 300 + 2 * names.length)
})
