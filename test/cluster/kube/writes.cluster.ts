// What Plimsoll writes, as a real API server takes it: server-side apply, Leases, Events.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  EventRecorder,
  KubeClient,
  KubeError,
  type KubeObject,
  kubeconfigCredentials,
  type Occurrence,
  whileLeading,
} from '../../../src/kube/index.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { adminClient } from '../support/admin.ts'
import { installThings, THINGS, type Thing, thing } from './things.ts'

type FoundEvent = { reason: string; regarding: { kind: string }; series?: { count: number } }

describe('what Plimsoll writes', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  let client: KubeClient

  before(async () => {
    cluster = await startControlPlane({ controllers: false })
    client = await adminClient(cluster)
    await installThings(cluster, client)
  })

  after(async () => {
    client?.close()
    await cluster?.stop()
  })

  const failsWith = (reason: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof KubeError, String(error))
    assert.equal(error.reason, reason)
    assert.match(error.message, message)
    return true
  }

  test('apply creates what is missing, changes what is there, and owns only what it gave', async () => {
    await client.apply(THINGS, thing('shared', 'ours'))
    await cluster.kubectl(['label', 'thing', 'shared', 'theirs=yes'])
    const applied = await client.apply<Thing>(THINGS, thing('shared', 'ours again'))
    assert.equal(applied.spec!.value, 'ours again')
    assert.deepEqual(applied.metadata.labels, { theirs: 'yes' })
    const managers = applied.metadata.managedFields as { manager: string; operation: string }[]
    assert.ok(managers.some(({ manager, operation }) => manager === 'plimsoll' && operation === 'Apply'))
  })

  test('apply takes a field from another manager only by force', async () => {
    const theirs = JSON.stringify({ ...thing('contested', 'theirs'), apiVersion: THINGS.apiVersion, kind: THINGS.kind })
    await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: theirs })
    const ours = thing('contested', 'ours')
    await assert.rejects(client.apply(THINGS, ours), failsWith('Conflict', /conflict with "kubectl".*spec\.value/))
    assert.equal((await client.apply<Thing>(THINGS, ours, { force: true })).spec!.value, 'ours')
  })

  test('the status is applied apart from the rest', async () => {
    await client.apply(THINGS, thing('reported', 'spec'))
    const { metadata } = thing('reported', '')
    const both = { metadata, status: { value: 'well' }, spec: { value: 'not this way' } }
    const after = await client.apply<Thing & { status?: object }>(THINGS, both, { subresource: 'status' })
    assert.deepEqual([after.spec, after.status], [{ value: 'spec' }, { value: 'well' }])
  })

  test('a dry run is checked and stored nowhere', async () => {
    await client.apply(THINGS, thing('dry', 'x'), { dryRun: true })
    const wrong = { ...thing('dry', 'x'), spec: { value: 5 } } as unknown as Thing
    // Not by apply: to a wrong type it answers 500 without a reason.
    await assert.rejects(client.create(THINGS, wrong, { dryRun: true }), failsWith('Invalid', /spec\.value.*string/))
    await assert.rejects(client.get(THINGS, { namespace: 'default', name: 'dry' }), failsWith('NotFound', /404/))
  })

  test('an update or deletion of what has changed meanwhile is refused', async () => {
    const first = await client.create<Thing>(THINGS, thing('raced', '1'))
    await assert.rejects(client.create(THINGS, thing('raced', '1')), failsWith('AlreadyExists', /raced/))
    await client.update(THINGS, { ...first, spec: { value: '2' } })
    await assert.rejects(client.update(THINGS, { ...first, spec: { value: '3' } }), failsWith('Conflict', /modified/))
    const name = { namespace: 'default', name: 'raced' }
    await assert.rejects(client.delete(THINGS, { ...name, uid: 'another' }), failsWith('Conflict', /uid|UID/))
    await client.delete(THINGS, { ...name, uid: first.metadata.uid! })
    await assert.rejects(client.delete(THINGS, name), failsWith('NotFound', /raced/))
  })

  test('the API server knows who is asking', async () => {
    const account = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' }
    const review = await client.create<KubeObject & { status?: { userInfo: { username: string } } }>(account, {
      metadata: {},
    })
    assert.equal(review.status!.userInfo.username, 'kubernetes-admin')
  })

  test('a server whose certificate is not from the cluster is not talked to', async () => {
    const credentials = await kubeconfigCredentials(cluster.kubeconfig)
    const access = async () => {
      const { ca: _, ...rest } = await credentials.access()
      return { ...rest, headers: { authorization: 'Bearer the-secret' } }
    }
    const mistrusting = new KubeClient({ credentials: { ...credentials, access }, version: 'test' })
    await assert.rejects(
      mistrusting.get(THINGS, { namespace: 'default', name: 'x' }),
      failsWith('Untrusted', /ca\.crt/),
    )
  })

  test('of three candidates one leads, and the next one takes over when it stops', async () => {
    const lease = { namespace: 'default', name: 'learner' }
    const leading = new Set<string>()
    const stops = new Map<string, AbortController>()
    const candidates = ['a', 'b', 'c'].map((identity) => {
      const stop = new AbortController()
      stops.set(identity, stop)
      const work = async (signal: AbortSignal) => {
        leading.add(identity)
        assert.equal(leading.size, 1)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        leading.delete(identity)
      }
      const onTrouble = (error: Error) => assert.fail(error)
      return whileLeading({ client, lease, identity, onTrouble }, work, stop.signal)
    })
    const seen: string[] = []
    while (seen.length < 3) {
      const leader = await until('a leader', () => [...leading].find((one) => !seen.includes(one)))
      const holder = '-o=jsonpath={.spec.holderIdentity} {.spec.leaseDurationSeconds} {.spec.leaseTransitions}'
      assert.equal(await cluster.kubectl(['get', 'lease', 'learner', holder]), `${leader} 15 ${seen.length}`)
      seen.push(leader)
      stops.get(leader)!.abort()
    }
    await Promise.all(candidates)
    assert.deepEqual([...seen].sort(), ['a', 'b', 'c'])
  })

  test('what repeats is one Event with a count, and kubectl shows it', async () => {
    const object = await client.apply<Thing>(THINGS, thing('noisy', 'x'))
    const dropped: unknown[] = []
    const recorder = new EventRecorder({
      client,
      reporter: { controller: 'plimsoll.dev/learner', instance: 'learner-0' },
      onDropped: (_, error) => dropped.push(error),
    })
    const occurrence: Occurrence = {
      regarding: {
        apiVersion: THINGS.apiVersion,
        kind: 'Thing',
        namespace: 'default',
        name: 'noisy',
        uid: object.metadata.uid,
      },
      type: 'Warning',
      reason: 'InvalidMode',
      action: 'Observing',
      note: `the mode "sometimes" is none of observe, approve, auto ${'…'.repeat(600)}`,
    }
    recorder.record(occurrence)
    await recorder.flush()
    for (let again = 0; again < 5; again++) recorder.record(occurrence)
    recorder.record({ ...occurrence, reason: 'Another', type: 'Normal', note: 'short' })
    recorder.record({
      ...occurrence,
      regarding: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'system:Node_x' },
    })
    await recorder.flush()
    assert.deepEqual(dropped, [])
    const { items } = JSON.parse(await cluster.kubectl(['get', 'events.v1.events.k8s.io', '-o=json']))
    const found = items.filter(
      ({ reportingInstance }: { reportingInstance?: string }) => reportingInstance === 'learner-0',
    )
    const counts = found.map(
      (event: FoundEvent) => `${event.regarding.kind} ${event.reason} ${event.series?.count ?? 1}`,
    )
    assert.deepEqual(counts.sort(), ['ClusterRole InvalidMode 1', 'Thing Another 1', 'Thing InvalidMode 2'])
    assert.match(
      await cluster.kubectl(['describe', 'thing', 'noisy']),
      /Warning\s+InvalidMode.*the mode "sometimes" is none/,
    )
  })

  test('one client writes no more than its budget', async () => {
    const credentials = await kubeconfigCredentials(cluster.kubeconfig)
    const limited = new KubeClient({ credentials, version: 'test' })
    const began = performance.now()
    const names = Array.from({ length: 20 }, (_, number) => `slow-${number}`)
    await Promise.all(names.map((name) => limited.apply(THINGS, thing(name, 'x'))))
    const seconds = (performance.now() - began) / 1000
    assert.ok(seconds >= 1.9 && seconds < 60, `10 at once and 10 more at 5 a second took ${seconds.toFixed(1)} s`)
    limited.close()
  })
})
