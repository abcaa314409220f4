// The reflector against a real API server, through outages, lost connections and compaction.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { systemTime, type Time } from '../../../src/clock/index.ts'
import { inClusterCredentials, KubeClient, KubeError, Reflector } from '../../../src/kube/index.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { adminClient } from '../support/admin.ts'
import { startProxy, type TcpProxy } from './proxy.ts'
import { runReflector } from './running.ts'
import { installThings, THINGS, type Thing, thing } from './things.ts'

describe('the reflector', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  let proxy: TcpProxy
  /** Directly connected to the API server, for the changes of others. */
  let direct: KubeClient

  before(async () => {
    cluster = await startControlPlane({ controllers: false })
    proxy = await startProxy(cluster.url)
    direct = await adminClient(cluster)
    await installThings(cluster, direct)
  })

  after(async () => {
    direct?.close()
    await proxy?.close()
    await cluster?.stop()
  })

  /** A reflector that is connected through the proxy, and the changes that it reported. */
  async function follow(context: TestContext, { client, time }: { client?: KubeClient; time?: Time } = {}) {
    proxy.heal()
    const using = client ?? (await adminClient(cluster, proxy.url))
    const known = new Map<string, string>()
    const troubles: Error[] = []
    let replaced = 0
    const reflector = new Reflector<Thing, { name: string; value: string }>({
      client: using,
      type: THINGS,
      ...(time && { time }),
      pageSize: 7,
      trim: ({ metadata, spec }) => ({ name: metadata.name!, value: spec!.value! }),
      onReplace(all) {
        replaced++
        known.clear()
        for (const { name, value } of all) known.set(name, value)
        assert.equal(known.size, all.length, 'no page repeats an object')
      },
      onUpsert: ({ name, value }) => known.set(name, value),
      onDelete: ({ name }) => known.delete(name),
      onTrouble: (error) => troubles.push(error),
    })
    runReflector(context, reflector)
    // After the reflector has stopped.
    context.after(async () => {
      using.close()
      for await (const { items } of direct.list<Thing>(THINGS)) {
        for (const { metadata } of items) await direct.delete(THINGS, { namespace: 'default', name: metadata.name! })
      }
    })
    await until('the first list', () => reflector.isSynced)
    /** Waits until the reflector has the current objects. */
    const converge = async () => {
      const there = new Map<string, string>()
      for await (const { items } of direct.list<Thing>(THINGS)) {
        for (const { metadata, spec } of items) there.set(metadata.name!, spec!.value!)
      }
      await until('the copy to be like the original', () => {
        assert.deepEqual(new Map([...known].sort()), new Map([...there].sort()))
        return true
      })
    }
    return { known, troubles, reflector, converge, replaced: () => replaced }
  }

  /** A clock that runs sixty times as fast, for times in minutes. */
  const hurried: Time = {
    now: systemTime.now,
    random: systemTime.random,
    elapsed: () => systemTime.elapsed() * 60,
    after: (milliseconds, action) => systemTime.after(milliseconds / 60, action),
  }

  test('lists all pages, then sees creations, changes and deletions', async (context) => {
    for (let number = 0; number < 30; number++) await direct.apply(THINGS, thing(`old-${number}`, 'old'))
    const f = await follow(context)
    assert.equal(f.known.size, 30)
    const began = performance.now()
    await direct.apply(THINGS, thing('new', 'first'))
    await until('the creation', () => f.known.get('new') === 'first', { everyMilliseconds: 5 })
    await direct.apply(THINGS, thing('new', 'second'))
    await until('the change', () => f.known.get('new') === 'second', { everyMilliseconds: 5 })
    await direct.delete(THINGS, { namespace: 'default', name: 'new' })
    await until('the deletion', () => !f.known.has('new'), { everyMilliseconds: 5 })
    const took = performance.now() - began
    context.diagnostic(`creation, change and deletion were seen after ${took.toFixed(0)} ms in all`)
    assert.equal(f.replaced(), 1)
  })

  test('a lost connection loses no change and causes no new list', async (context) => {
    const f = await follow(context)
    for (let round = 0; round < 5; round++) {
      for (let number = 0; number < 10; number++) {
        await direct.apply(THINGS, thing(`t-${number}`, `round ${round}`))
        if (number === 3) proxy.reset()
        if (number === 5) await direct.delete(THINGS, { namespace: 'default', name: `t-${number}` })
      }
      await f.converge()
    }
    assert.equal(f.known.size, 9)
    assert.equal(f.replaced(), 1)
  })

  test('after an outage of the network, it receives the changes of that time', async (context) => {
    await direct.apply(THINGS, thing('doomed', 'x'))
    const f = await follow(context)
    proxy.cut()
    await direct.delete(THINGS, { namespace: 'default', name: 'doomed' })
    await direct.apply(THINGS, thing('born', 'x'))
    await until('some attempts', () => f.troubles.length >= 4)
    assert.ok(f.reflector.isSynced && f.known.has('doomed'), 'old knowledge is kept')
    assert.ok(f.troubles.every((error) => error instanceof KubeError && error.reason === 'Unreachable'))
    proxy.heal()
    await f.converge()
    assert.equal(f.replaced(), 1)
  })

  test('a half-open connection is detected by its silence', async (context) => {
    const f = await follow(context, { time: hurried })
    await direct.apply(THINGS, thing('before', 'x'))
    await f.converge()
    proxy.stall()
    await direct.apply(THINGS, thing('behind', 'x'))
    await f.converge()
    assert.ok(f.troubles.some(({ message }) => /no event and no bookmark/.test(message)))
    assert.equal(f.replaced(), 1)
  })

  test('a version that etcd has compacted causes a new list, which drops deleted objects', async (context) => {
    for (const name of ['a', 'b', 'c']) await direct.apply(THINGS, thing(name, 'old'))
    const f = await follow(context)
    proxy.cut()
    await until('the cut to be noticed', () => f.troubles.length > 0)
    await direct.delete(THINGS, { namespace: 'default', name: 'b' })
    const { metadata } = await direct.apply(THINGS, thing('a', 'new'))
    await compact(cluster.etcdUrl, metadata.resourceVersion!)
    // The API server caches some changes. Only a restarted one has to read them from etcd.
    await cluster.restartApiServer()
    proxy.heal()
    await f.converge()
    assert.deepEqual([...f.known].sort(), [
      ['a', 'new'],
      ['c', 'old'],
    ])
    assert.ok(
      f.troubles.some((error) => error instanceof KubeError && error.status === 410),
      'it was told 410',
    )
    assert.equal(f.replaced(), 2)
  })

  test('a restart of the API server is survived, and changes are seen soon after', async (context) => {
    await direct.apply(THINGS, thing('a', 'old'))
    const f = await follow(context)
    await cluster.restartApiServer()
    const began = performance.now()
    await until('a change', async () => await direct.apply(THINGS, thing('a', 'new')))
    await f.converge()
    context.diagnostic(`a change after the restart was seen after ${(performance.now() - began).toFixed(0)} ms`)
    assert.equal(f.known.get('a'), 'new')
    assert.ok(f.troubles.length > 0)
  })

  test('refused and revoked credentials are reported and tried again until they work', async (context) => {
    const directory = mkdtempSync(join(tmpdir(), 'plimsoll-kube-'))
    context.after(() => rmSync(directory, { recursive: true }))
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'thing-reader' }
    const account = { kind: 'ServiceAccount', name: 'reader', namespace: 'default' }
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'thing-reader' },
      roleRef: role,
      subjects: [account],
    }
    const rules = [{ apiGroups: ['test.plimsoll.dev'], resources: ['things'], verbs: ['list', 'watch'] }]
    const metadata = { name: 'thing-reader' }
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'default' } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules },
      binding,
    )
    const token = (await cluster.kubectl(['create', 'token', 'reader'])).trim()
    writeFileSync(join(directory, 'token'), token)
    writeFileSync(join(directory, 'namespace'), 'default')
    const [{ cluster: entry }] = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')).clusters
    writeFileSync(join(directory, 'ca.crt'), Buffer.from(entry['certificate-authority-data'], 'base64'))
    const { hostname, port } = new URL(proxy.url)
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
    const credentials = await inClusterCredentials(env, { directory })
    const f = await follow(context, { client: new KubeClient({ credentials, version: 'test' }) })
    const refused = (status: number) =>
      f.troubles.some((error) => error instanceof KubeError && error.status === status)

    await cluster.kubectl(['delete', 'clusterrolebinding', 'thing-reader'])
    await until('the refusal', () => {
      proxy.reset()
      return refused(403)
    })
    await direct.apply(THINGS, thing('while-forbidden', 'x'))
    await cluster.apply(binding)
    await f.converge()

    writeFileSync(join(directory, 'token'), `${token.slice(0, -8)}tampered`)
    credentials.forget()
    await until('the refusal', () => {
      proxy.reset()
      return refused(401)
    })
    await direct.apply(THINGS, thing('while-unknown', 'x'))
    writeFileSync(join(directory, 'token'), token)
    await f.converge()
    assert.ok(
      f.troubles.every(({ message }) => !message.includes(token.slice(-20))),
      'no error holds the token',
    )
  })
})

/** What etcd's own tools do, over its HTTP gateway. */
async function compact(etcdUrl: string, revision: string): Promise<void> {
  const body = JSON.stringify({ revision, physical: true })
  const answer = await fetch(`${etcdUrl}/v3/kv/compaction`, { method: 'POST', body })
  assert.equal(answer.status, 200, await answer.text())
}
