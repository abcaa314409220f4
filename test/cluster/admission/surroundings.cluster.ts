// LimitRanges and ResourceQuotas that come, change and go while the webhook runs: what it watches, the next Pod shows.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DECISION_ANNOTATION } from '../../../src/policy/index.ts'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { WORKLOAD_LABEL } from '../../../src/workloads/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { inParallel } from '../support/api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { writeApplied } from './applied.ts'
import { dryRunCreate } from './pods.ts'

/** One for what each test puts around Pods; their quotas and LimitRanges do not meet. */
const NAMESPACES = ['ranged', 'burst', 'scoped'] as const
const URGENT = 'urgent'

/** The author asks for 1Gi; learned are 2Gi, and a limit of 3Gi. */
const LEARNED = [{ name: 'app', cpu: { request: '200m', limit: '1' }, memory: { request: '2Gi', limit: '3Gi' } }]
const AUTHORS = { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } }

interface Created {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly resources: typeof AUTHORS }[] }
}

const pod = (name: string, spec: object = {}, resources: object = AUTHORS) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { [WORKLOAD_LABEL]: 'web' } },
  spec: { containers: [{ name: 'app', image: 'app', resources }], automountServiceAccountToken: false, ...spec },
})

describe('objects around Pods', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startAdministered()
    plimsoll = await startPlimsoll(cluster)
    await cluster.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: URGENT },
      value: 1000,
    })
    for (const namespace of NAMESPACES) {
      await makeNamespace(cluster, namespace, 'auto')
      await writeApplied(cluster.client, { namespace, kind: 'Pod', name: 'web' }, LEARNED)
    }
    await until('the webhook to know them all', async () => (await plimsoll.webhook.held()) === NAMESPACES.length)
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  /** Requests and limits of memory of the next Pod, and what is said of them. */
  async function next(namespace: string, one = pod('next')): Promise<string> {
    const { status, text, json } = await dryRunCreate(cluster.api, namespace, one)
    assert.equal(status, 201, text)
    return memoryOf(json as Created)
  }

  function memoryOf({ metadata, spec }: Created): string {
    const { requests, limits } = spec.containers[0]!.resources
    const { reasons = {} } = JSON.parse(metadata.annotations?.[DECISION_ANNOTATION] ?? '{}')
    return [requests?.memory, limits?.memory, ...(reasons['app.memory'] ?? [])].join(' ')
  }

  const becomes = (namespace: string, expected: string, one = pod('next')) =>
    until(`the next Pod in ${namespace} to be given ${expected}`, async () => (await next(namespace, one)) === expected)

  const remove = (type: string, namespace: string, name: string) =>
    cluster.kubectl(['delete', type, name, `--namespace=${namespace}`])

  const limitRange = (max: string) => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { namespace: 'ranged', name: 'limits' },
    spec: { limits: [{ type: 'Container', max: { memory: max } }] },
  })

  const applyQuota = (namespace: string, name: string, spec: object) =>
    cluster.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { namespace, name }, spec })

  /** Made, and counted: quota admission refuses Pods until the controller has said what is used. */
  async function makeQuota(namespace: string, name: string, spec: object, probe: object): Promise<void> {
    await applyQuota(namespace, name, spec)
    const path = `/api/v1/namespaces/${namespace}/resourcequotas/${name}`
    const wanted = JSON.stringify((spec as { hard: object }).hard)
    await until(`the quota ${name} to be counted`, async () => {
      const { json } = await cluster.api.call('GET', path)
      const { status } = json as { status?: { hard?: object; used?: object } }
      if (JSON.stringify(status?.hard) !== wanted || !status?.used) return false
      return (await dryRunCreate(cluster.api, namespace, probe)).status === 201
    })
  }

  test('a new LimitRange clamps the next Pod, so does a changed one, and a deleted one no longer does', async () => {
    assert.equal(await next('ranged'), '2Gi 3Gi')
    await cluster.apply(limitRange('2560Mi'))
    await becomes('ranged', '2Gi 2560Mi CappedAtLimitRange')
    await cluster.apply(limitRange('2200Mi'))
    await becomes('ranged', '2Gi 2200Mi CappedAtLimitRange')
    await remove('limitrange', 'ranged', 'limits')
    await becomes('ranged', '2Gi 3Gi')
  })

  test('a burst of Pods that race for a quota with room for ten of them is let in whole', async () => {
    const hard = (memory: string) => ({ hard: { 'requests.memory': memory } })
    await makeQuota('burst', 'memory', hard('20Gi'), pod('probe'))
    // So the webhook knows the quota, too: a tenth of it is less than one Pod is to be given.
    await applyQuota('burst', 'seen', hard('3Gi'))
    await becomes('burst', '1Gi 2Gi HeldByQuota')
    await remove('resourcequota', 'burst', 'seen')
    await becomes('burst', '2Gi 3Gi')

    const names = Array.from({ length: 8 }, (_, i) => `racer-${i}`)
    const answers = await inParallel(names, names.length, (name) =>
      cluster.api.call('POST', '/api/v1/namespaces/burst/pods', pod(name)),
    )
    for (const { status, text } of answers) assert.equal(status, 201, text)
    const given = answers.map(({ json }) => memoryOf(json as Created))
    const [raised, held] = ['2Gi 3Gi', '1Gi 2Gi HeldByQuota'].map((is) => given.filter((one) => one === is).length)
    assert.equal(raised! + held!, names.length, given.join(', '))
    assert.ok(raised! >= 1, given.join(', '))
    const total = given.reduce((sum, one) => sum + toNumber(parseQuantity(one.split(' ')[0])!), 0)
    assert.ok(total <= 20 * 2 ** 30, `${total}`)

    await applyQuota('burst', 'memory', hard('100Gi'))
    await becomes('burst', '2Gi 3Gi')
    await remove('resourcequota', 'burst', 'memory')
  })

  describe('a quota with a scope holds back the Pods that it counts, and no others:', () => {
    const hard = { 'requests.memory': '3Gi' }
    const brief = pod('next', { activeDeadlineSeconds: 60 })
    const lasting = pod('next')
    const urgent = pod('next', { priorityClassName: URGENT })
    const scopes: [what: string, spec: object, counted: object, other: object | undefined][] = [
      ['Terminating', { hard, scopes: ['Terminating'] }, brief, lasting],
      ['NotTerminating', { hard, scopes: ['NotTerminating'] }, lasting, brief],
      [
        'PriorityClass',
        {
          hard,
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: [URGENT] }] },
        },
        urgent,
        lasting,
      ],
      ['NotBestEffort', { hard, scopes: ['NotBestEffort'] }, lasting, undefined],
    ]
    for (const [what, spec, counted, other] of scopes) {
      test(what, async () => {
        const name = what.toLowerCase()
        await makeQuota('scoped', name, spec, counted)
        await becomes('scoped', '1Gi 2Gi HeldByQuota', counted as typeof lasting)
        if (other) assert.equal(await next('scoped', other as typeof lasting), '2Gi 3Gi')
        await remove('resourcequota', 'scoped', name)
        await becomes('scoped', '2Gi 3Gi', counted as typeof lasting)
      })
    }

    test('BestEffort and NotBestEffort: a Pod that would come under the other one stays BestEffort', async () => {
      const nothing = pod('next', {}, {})
      await becomes('scoped', '2Gi 3Gi', nothing)
      for (const [scope, spec] of [
        ['BestEffort', { hard: { pods: '5' } }],
        ['NotBestEffort', { hard }],
      ] as const) {
        const name = scope.toLowerCase()
        await makeQuota('scoped', name, { ...spec, scopes: [scope] }, nothing)
        await becomes('scoped', ' ', nothing)
        assert.match(await plimsoll.webhook.metrics(), /code="HeldByQuotaScope"\} [1-9]/)
        await remove('resourcequota', 'scoped', name)
        await becomes('scoped', '2Gi 3Gi', nothing)
      }
    })
  })
})
