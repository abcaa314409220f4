import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { datadogHistory, datadogPods } from '../../src/datadog/index.ts'
import { ReadingAccount } from '../../src/prometheus/index.ts'
import { containerKey } from '../../src/workloads/index.ts'
import { collect, spell } from '../history/support.ts'
import { container, NOW, optionsFor, startDatadog, WEB } from './fake.ts'

const MIB = 2 ** 20
const hour = { fromSeconds: NOW - 3600, toSeconds: NOW }
const names = (samples: Awaited<ReturnType<typeof collect>>) => [
  ...new Set(samples.map((one) => containerKey(one.container))),
]

describe('the history in Datadog', () => {
  test('has the mean CPU and the highest memory of each five minutes, at the end of the five minutes', async (t) => {
    const peak = NOW - 1680
    const fake = await startDatadog(
      t,
      container(WEB, {
        cores: (seconds) => (seconds === peak ? 3 : 0.5),
        bytes: (seconds) => (seconds === peak ? 300 : 100) * MIB,
      }),
    )
    const samples = await collect(datadogHistory(optionsFor(fake)), { window: hour })
    assert.equal(samples.length, 12)
    assert.equal(spell(samples[0]!), `shop/Deployment/web/app[${WEB.pod_name}]@${NOW - 3600} 0.5 ${100 * MIB}`)
    const one = samples.find(({ memoryBytes }) => memoryBytes === 300 * MIB)!
    assert.equal(one.timestampSeconds, NOW - 1500)
    assert.ok(Math.abs(one.cpuCores - 1) < 1e-9)
  })

  test('is read in one request for each namespace and day, after one for the names', async (t) => {
    const shop = container(WEB)
    const data = container({ ...WEB, kube_namespace: 'data', pod_name: 'db-0' })
    const fake = await startDatadog(t, [...shop, ...data])
    const window = { fromSeconds: NOW - 3 * 86_400, toSeconds: NOW }
    const samples = await collect(datadogHistory(optionsFor(fake)), { window })
    assert.equal(samples.length, 2 * 3 * 288)
    assert.equal(fake.requests.length, 1 + 2 * 3)
    for (const { from, to } of fake.requests.slice(1)) assert.ok(to - from <= 86_400_000)
  })

  test('takes workloads from the tags of owners', async (t) => {
    const pod = (pod_name: string, tags: Record<string, string>) =>
      container({ kube_cluster_name: 'eu', kube_namespace: 'shop', kube_container_name: 'app', pod_name, ...tags })
    const owner = (kind: string, name: string) => ({ kube_ownerref_kind: kind, kube_ownerref_name: name })
    const fake = await startDatadog(t, [
      ...container(WEB),
      ...pod('db-0', { ...owner('statefulset', 'db'), kube_stateful_set: 'db' }),
      ...pod('agent-x2k4p', { ...owner('daemonset', 'agent'), kube_daemon_set: 'agent' }),
      ...pod('nightly-29361600-abcde', { ...owner('job', 'nightly-29361600'), kube_cronjob: 'nightly' }),
      ...pod('once-abcde', owner('job', 'once')),
      ...pod('api-6b8c9d7f5-abcde', {
        ...owner('replicaset', 'api-6b8c9d7f5'),
        kube_deployment: 'api',
        kube_argo_rollout: 'api',
      }),
      ...pod('alone', {}),
    ])
    const account = new ReadingAccount()
    const samples = await collect(datadogHistory(optionsFor(fake, { account })), { window: hour })
    assert.deepEqual(names(samples).sort(), [
      'shop/CronJob/nightly/app',
      'shop/DaemonSet/agent/app',
      'shop/Deployment/web/app',
      'shop/Rollout/api/app',
      'shop/StatefulSet/db/app',
    ])
    assert.deepEqual([...account.podsLeftOut].map(([why, pods]) => [why, [...pods]]).sort(), [
      ['bare', ['shop/alone']],
      ['job', ['shop/once-abcde']],
    ])
  })

  test('joins the series of a Pod whose owner the Agent learned later', async (t) => {
    const { kube_ownerref_kind: _kind, kube_ownerref_name: _name, kube_deployment: _of, ...early } = WEB
    const since = NOW - 1500
    const before = (seconds: number) => (seconds < since ? 1 : undefined)
    const after = (seconds: number) => (seconds >= since ? 1 : undefined)
    const fake = await startDatadog(t, [
      ...container(early, { cores: before, bytes: before }),
      ...container(WEB, { cores: after, bytes: after }),
    ])
    const samples = await collect(datadogHistory(optionsFor(fake)), { window: hour })
    assert.deepEqual(names(samples), ['shop/Deployment/web/app'])
    assert.equal(samples.length, 12)
  })

  test('comes from the check container where the kubelet check has nothing', async (t) => {
    const fake = await startDatadog(t, container(WEB, { family: 'container' }))
    const samples = await collect(datadogHistory(optionsFor(fake)), { window: hour })
    assert.equal(samples.length, 12)
    assert.match(fake.requests.at(-1)!.queries[0]!, /^max:container\.cpu\.usage\{kube_namespace:shop\}/)
  })

  test('of several clusters needs the name of one, and then reads only that one', async (t) => {
    const us = { ...WEB, kube_cluster_name: 'us', pod_name: 'web-5d9c7b8f6d-zzzzz' }
    const fake = await startDatadog(t, [...container(WEB), ...container(us)])
    await assert.rejects(collect(datadogHistory(optionsFor(fake)), { window: hour }), {
      message:
        'Datadog datadoghq.eu has data of several clusters (kube_cluster_name: eu, us): select one with --datadog-cluster eu',
    })
    const samples = await collect(datadogHistory(optionsFor(fake, { cluster: 'us' })), { window: hour })
    assert.deepEqual([...new Set(samples.map(({ pod }) => pod))], [us.pod_name])
  })

  test('says so where there is no usage', async (t) => {
    const fake = await startDatadog(t, container(WEB))
    await assert.rejects(collect(datadogHistory(optionsFor(fake, { cluster: 'asia' })), { window: hour }), {
      message:
        /has no kubernetes\.memory\.working_set or container\.memory\.working_set of containers of the cluster asia/,
    })
  })

  test('says so where Datadog answers with longer steps', async (t) => {
    const warnings: string[] = []
    const fake = await startDatadog(t, container(WEB), { maxPoints: 150 })
    const options = optionsFor(fake, { onWarning: (message) => warnings.push(message) })
    await collect(datadogHistory(options), { window: { fromSeconds: NOW - 86_400, toSeconds: NOW } })
    assert.match(warnings.join(), /one point every 10 minutes/)
  })
})

describe('what Datadog refuses', () => {
  const read = (fake: Awaited<ReturnType<typeof startDatadog>>, others = {}) =>
    collect(datadogHistory(optionsFor(fake, others)), { window: hour })

  test('names what to check where keys are wrong, without the keys', async (t) => {
    const fake = await startDatadog(t, container(WEB))
    const { access } = optionsFor(fake)
    const error = await read(fake, { access: { ...access, apiKey: 'other-secret' } }).catch((thrown: Error) => thrown)
    assert.match((error as Error).message, /answered 403.*DD_API_KEY.*DD_SITE.*timeseries_query/)
    assert.doesNotMatch((error as Error).message, /secret/)
  })

  test('is asked again when the limit of requests allows it', async (t) => {
    const limited = { status: 429, body: { errors: ['Too many requests'] }, headers: { 'x-ratelimit-reset': '0' } }
    const fake = await startDatadog(t, container(WEB), { instead: (count) => (count === 2 ? limited : undefined) })
    assert.equal((await read(fake)).length, 12)
    assert.equal(fake.requests.length, 3)
  })

  test('is an error where the limit resets only after a long time', async (t) => {
    const limited = { status: 429, body: { errors: ['Too many requests'] }, headers: { 'x-ratelimit-reset': '3600' } }
    const fake = await startDatadog(t, container(WEB), { instead: () => limited })
    await assert.rejects(read(fake), { message: /It allows more requests in 3600 s.*fewer namespaces or days/ })
    assert.equal(fake.requests.length, 1)
  })

  test('is an error where an answer stays incomplete', async (t) => {
    const body = { errors: 'some shards did not answer', data: { attributes: { times: [], values: [], series: [] } } }
    const fake = await startDatadog(t, container(WEB), { instead: () => ({ status: 200, body }) })
    await assert.rejects(read(fake), { message: /some shards did not answer.*incomplete/ })
    assert.equal(fake.requests.length, 3)
  })

  test('is read in shorter spans where a query is too much', async (t) => {
    const body = { errors: ['The query exceeds the maximum number of points'] }
    const fake = await startDatadog(t, container(WEB), {
      instead: (count) => (count === 2 ? { status: 400, body } : undefined),
    })
    assert.equal((await read(fake)).length, 12)
    assert.equal(fake.requests.length, 4)
  })

  test('is an error where the answer is not of the API', async (t) => {
    const fake = await startDatadog(t, container(WEB), { instead: () => ({ status: 200, body: '<html>' }) })
    await assert.rejects(read(fake), { message: /not an answer of the API of Datadog: check DD_SITE/ })
  })
})

test('requests and limits are those of the containers of the last day, and a Pod that ended no longer runs', async (t) => {
  const asked = (tags: Record<string, string>, at = (_seconds: number): true | undefined => true) => {
    const of = (metric: string, value: number) => ({ metric, tags, at: (s: number) => (at(s) ? value : undefined) })
    return [
      of('kubernetes.cpu.requests', 0.25),
      of('kubernetes.memory.requests', 256 * MIB),
      of('kubernetes.memory.limits', 512 * MIB),
      ...container(tags, { cores: (s) => (at(s) ? 1 : undefined), bytes: (s) => (at(s) ? 1 : undefined) }),
    ]
  }
  const gone = { ...WEB, pod_name: 'web-5d9c7b8f6d-zzzzz' }
  const fake = await startDatadog(t, [...asked(WEB), ...asked(gone, (s) => (s < NOW - 7200 ? true : undefined))])
  const pods = await datadogPods(optionsFor(fake), NOW)
  assert.deepEqual(pods.map(({ pod, isRunning }) => [pod, isRunning]).sort(), [
    [WEB.pod_name, true],
    [gone.pod_name, false],
  ])
  assert.deepEqual(pods[0]!.containers.get('app'), {
    requests: { cpu: 0.25, memory: 256 * MIB },
    limits: { memory: 512 * MIB },
  })
})
