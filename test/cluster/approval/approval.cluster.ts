// Approval with a real learner, real Pods and real rights: which revisions wait, who may approve them, and the result.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import type { RecommendationStatus, Revision } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { helmObstacle, template } from '../../chart/helm.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { awaitStatus, recommendationOf, restartUntil } from '../loop/sight.ts'
import { carries, decisionOn } from '../loop/sized.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../loop/workloads.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { makePerson, type Person } from './people.ts'

const NAMESPACE = 'shop'
/** Minutes instead of days. */
const SETTINGS = {
  learner: { minimumHistory: { seconds: 40, samples: 5 }, sampleEverySeconds: 5, publishEverySeconds: 2 },
  step: { maxIncrease: 100, maxDecrease: 0.99 },
  approval: { confidence: { low: 0.3, medium: 0.45, high: 0.9 }, minimumDays: 0 },
  changes: { every: '1s' },
  priorityClasses: { 'pays-the-bills': 'critical' },
}
const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1000 }

const bursty = (name: string): LoopWorkload => ({
  kind: 'Deployment',
  name,
  behaviour: 'bursty',
  containers: {
    app: {
      does: { cores: 0.01, holdMiB: 40, burst: { cores: 0.3, seconds: 3, everySeconds: 15 } },
      requests: { cpu: '400m', memory: '512Mi' },
    },
  },
})
const [BATCH, WEB, ORDERS, PAYMENTS] = ['batch', 'web', 'orders', 'payments'].map(bursty) as [
  LoopWorkload,
  LoopWorkload,
  LoopWorkload,
  LoopWorkload,
]
/** A workload of criticality critical that needs more memory immediately. */
const LEDGER: LoopWorkload = {
  ...bursty('ledger'),
  containers: {
    app: { does: { cores: 0.01, holdMiB: 90 }, requests: { cpu: '50m', memory: '32Mi' }, limits: { memory: '64Mi' } },
  },
}

describe('approval', { skip: clusterObstacle() ?? helmObstacle() ?? false }, () => {
  let cluster: Cluster
  let plimsoll: Plimsoll
  let admin: Person
  let alice: Person
  let bob: Person
  let endpoint: Server
  const notices: { type: string; message: string; workload?: { name: string } }[] = []

  before(async () => {
    cluster = await startCluster()
    await loadImage(cluster)
    endpoint = createServer(async (request, response) => {
      notices.push(JSON.parse(await text(request)))
      response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`
    plimsoll = await startPlimsoll(cluster, { settings: { ...SETTINGS, notices: { url } }, learner: true })
    await cluster.apply(await template({ image: { repository: 'unused' } }, ['--show-only=templates/approval.yaml']), {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'pays-the-bills' },
      value: 1000,
    })
    await makeNamespace(cluster, NAMESPACE, 'auto')
    alice = await makePerson(cluster, NAMESPACE, 'alice', ['plimsoll-approver', 'edit'])
    bob = await makePerson(cluster, NAMESPACE, 'bob', ['plimsoll-editor'])
    admin = await makePerson(cluster, NAMESPACE, 'operator', [])
    await cluster.apply({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'operator' } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace: NAMESPACE, name: 'operator' }],
    })
    await cluster.apply(
      policy('batch', { criticality: 'low' }),
      manifest(NAMESPACE, BATCH),
      manifest(NAMESPACE, WEB),
      templated(ORDERS, { annotations: { 'plimsoll.dev/criticality': 'critical' } }),
      templated(PAYMENTS, {}, { priorityClassName: 'pays-the-bills' }),
      templated(LEDGER, { annotations: { 'plimsoll.dev/criticality': 'critical' } }),
    )
    say('workloads of four criticalities run')
  })
  after(async () => {
    await plimsoll?.stop()
    endpoint?.closeAllConnections()
    endpoint?.close()
    await cluster?.stop()
  })

  const of = (loop: LoopWorkload): Workload => workloadIn(NAMESPACE, loop)
  const wait = (what: string, loop: LoopWorkload, is: (status: RecommendationStatus) => unknown) =>
    awaitStatus(cluster, of(loop), what, is)
  const goal = (loop: LoopWorkload, wanted: string) => cluster.apply(policy(loop.name, { goal: wanted }))

  test('revisions are applied or pending by criticality and confidence, and an OOM-killed container is raised immediately', async () => {
    const [batch, web, orders, payments] = await Promise.all([
      wait('batch to be applied', BATCH, ({ applied }) => applied?.containers[0]?.cpu),
      wait('web to be applied', WEB, ({ applied }) => applied?.containers[0]?.cpu),
      wait('orders to ask', ORDERS, ({ pending }) => pending?.containers[0]?.cpu),
      wait('payments to ask', PAYMENTS, ({ pending }) => pending?.containers[0]?.cpu),
    ])
    say(await cluster.kubectl(['get', 'rec', `--namespace=${NAMESPACE}`]))
    const seen = [batch, web, orders, payments].map(({ criticality, state }) => `${criticality} ${state}`)
    assert.deepEqual(seen, ['low Applied', 'medium Applied', 'critical Pending', 'critical Pending'])
    assert.deepEqual([orders.applied, payments.applied], [undefined, undefined])
    const ledger = await wait('ledger to be given more', LEDGER, ({ applied }) => applied?.containers[0]?.memory)
    assert.equal(ledger.criticality, 'critical')
    assert.ok(ledger.changelog?.some(({ reason, by }) => reason === 'RaisedAfterOomKill' && by === 'plimsoll'))
    const asks = /Normal +PendingApproval .* waits for approval: .*kubectl plimsoll approve deployment\/orders -n shop/
    const describe = ['describe', 'deployment', 'orders', `--namespace=${NAMESPACE}`]
    await until('the Event', async () => asks.test(await cluster.kubectl(describe)))
    const told = () => notices.filter(({ type }) => type === 'PendingApproval').map(({ workload }) => workload?.name)
    await until('the notices', () => told().includes('orders') && told().includes('payments'))
    assert.ok(!told().includes('web') && !told().includes('batch'), told().join())
  })

  test('the API server refuses users without the verb, and approvals under another name', async () => {
    const refused = await bob.plimsoll('approve', 'deployment/orders')
    assert.equal(refused.status, 1, refused.stdout)
    assert.match(refused.stderr, /system:serviceaccount:shop:bob may not approve: that needs the verb approve/)
    const { pending } = (await recommendationOf(cluster, of(ORDERS)))!
    const approval = {
      revision: pending!.revision,
      expires: '2099-01-01T00:00:00Z',
      containers: [{ name: 'app', cpu: { request: '10m' } }],
    }
    await assert.rejects(
      alice.patch('deployment-orders', { approval: { ...approval, approver: bob.name } }),
      /must be the user who writes it/,
    )
    await assert.rejects(
      bob.patch('deployment-orders', { hold: { by: alice.name } }),
      /spec\.hold\.by must be the user who writes it/,
    )
    assert.equal((await recommendationOf(cluster, of(ORDERS)))!.applied, undefined)
  })

  test('a workload has one Recommendation, to which nobody can add an owner', async () => {
    const second = {
      ...{
        apiVersion: 'plimsoll.dev/v1alpha1',
        kind: 'Recommendation',
        metadata: { namespace: NAMESPACE, name: 'mine' },
      },
      spec: { workload: { kind: 'Deployment', name: 'orders' } },
    }
    await assert.rejects(cluster.apply(second), /the name must be <kind>-<name> of the workload/)
    const other = { workload: { kind: 'Deployment', name: 'web' } }
    await assert.rejects(admin.patch('deployment-orders', other), /the name must be <kind>-<name> of the workload/)
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'no-such-uid' }]
    const patch = JSON.stringify({ metadata: { ownerReferences } })
    const owned = ['patch', 'rec', 'deployment-orders', `--namespace=${NAMESPACE}`, '--type=merge', `--patch=${patch}`]
    await assert.rejects(cluster.kubectl(owned), /a Recommendation must not have an owner/)
  })

  test('an expired approval applies nothing', async () => {
    const { pending } = (await recommendationOf(cluster, of(ORDERS)))!
    const containers = pending!.containers.map(({ name, cpu, memory }) => ({
      name,
      cpu: { request: cpu!.request, limit: cpu!.limit },
      memory: { request: memory!.request, limit: memory!.limit },
    }))
    const expires = '2020-01-01T00:00:00Z'
    await alice.patch('deployment-orders', {
      approval: { revision: pending!.revision, approver: alice.name, expires, containers },
    })
    const expired = ({ changelog }: RecommendationStatus) =>
      changelog?.some(({ reason }) => reason === 'ApprovalExpired')
    assert.equal((await wait('the expiry to be told', ORDERS, expired)).applied, undefined)
  })

  test('the approved revision is injected into the next Pod, and the changelog names the approver', async () => {
    const trial = await alice.plimsoll('approve', 'deployment/orders', '--dry-run')
    assert.match(trial.stdout, /revision \d+ approved until .* \(dry run\)/, trial.stderr)
    const { stdout, stderr, status } = await alice.plimsoll('approve', 'deployment/orders')
    say(stdout)
    assert.equal(status, 0, stderr)
    const { applied, changelog } = await wait('it to be applied', ORDERS, ({ applied }) => applied)
    const change = changelog!.at(-1)!
    assert.deepEqual([change.by, change.reason, change.revision], [alice.name, 'Approved', applied!.revision])
    const isIt = carries(applied!.revision)
    const [pod] = await restartUntil(cluster, of(ORDERS), 'a Pod with it', isIt, async () => {
      const restarted = await alice.plimsoll('restart', 'deployment/orders')
      assert.match(restarted.stdout, /deployment\/orders: its Pods are being replaced/, restarted.stderr)
    })
    assert.equal(pod!.spec.containers[0]!.resources.requests!.cpu, applied!.containers[0]!.cpu!.request)
    const logged = await until('it to be logged', () =>
      plimsoll
        .learner!.logs()
        .find(({ audit, name, reason }) => audit === true && name === 'orders' && reason === 'Approved'),
    )
    assert.equal(logged.by, alice.name)
  })

  test('export writes the values as a patch that the API server accepts', async () => {
    const { stdout, stderr } = await admin.plimsoll('export', 'deployment/orders')
    assert.match(stdout, /^kind: Deployment$/m, stderr)
    const { applied } = (await recommendationOf(cluster, of(ORDERS)))!
    assert.match(stdout, new RegExp(`cpu: "?${applied!.containers[0]!.cpu!.request}"?$`, 'm'))
    const patched = await cluster.kubectl([
      ...['patch', 'deployment', 'orders', `--namespace=${NAMESPACE}`, '--dry-run=server', '--output=yaml'],
      `--patch=${stdout}`,
    ])
    assert.match(patched, new RegExp(`cpu: "?${applied!.containers[0]!.cpu!.request}"?`))
  })

  test('a rejected revision is not proposed again', async () => {
    const standing = async () => (await recommendationOf(cluster, of(PAYMENTS)))!
    // Learned values still change in the first minutes: another revision may be pending before the learner reads the rejection.
    const rejected = await until(
      'a rejection of the pending revision',
      async () => {
        const { rejected } = await standing()
        if (rejected) return rejected
        const { stdout, stderr } = await bob.plimsoll('reject', 'deployment/payments', '--reason', 'too little')
        assert.match(stdout, /revision \d+ rejected/, stderr)
        await published(plimsoll)
        return (await standing()).rejected
      },
      PATIENTLY,
    )
    await published(plimsoll)
    const { applied, pending, changelog, rejected: later } = await standing()
    assert.deepEqual([applied, later], [undefined, rejected])
    assert.notDeepEqual(requestsOf(pending), requestsOf(rejected))
    const { reason, by } = changelog!.findLast(({ by }) => by !== 'plimsoll')!
    assert.deepEqual([reason, by], ['Rejected', bob.name])
  })

  test('a hold, a freeze and a closed change window keep the applied revision, and say so; afterwards, changes resume', async () => {
    const held = await bob.plimsoll('hold', 'deployment/web', '--reason', 'load test')
    assert.equal(held.status, 0, held.stderr)
    // From here on, the applied revision does not change.
    const holding = await wait('the hold', WEB, ({ state }) => state === 'Held')
    assert.match(holding.waiting!.message, /load test/)
    const standing = holding.applied!
    const frozen = await admin.plimsoll('freeze', '--cluster', '--reason', 'sale')
    assert.match(frozen.stdout, /the cluster: frozen/, frozen.stderr)
    await wait('the freeze', BATCH, ({ state, waiting }) => state === 'Held' && waiting?.because === 'Frozen')
    // A window that is closed at any time of the day.
    const closed = { cron: `0 ${(new Date().getUTCHours() + 12) % 24} * * *`, for: '1m' }
    await cluster.apply(policy('web', { goal: 'reliability', changeWindows: [closed] }))
    await wait('the policy to be followed', WEB, ({ learned }) => learned?.goal === 'reliability')
    assert.equal((await bob.plimsoll('resume', 'deployment/web')).status, 0)
    await wait('the freeze alone', WEB, ({ waiting }) => waiting?.because === 'Frozen')
    assert.equal((await admin.plimsoll('freeze', '--cluster', '--end')).status, 0)
    const waiting = await wait('the change window', WEB, ({ state }) => state === 'Waiting')
    assert.match(waiting.waiting!.message, /the next change window opens at \d{4}-/)
    assert.deepEqual(waiting.applied, standing)
    await goal(WEB, 'reliability')
    const { changelog } = await wait('the change', WEB, ({ applied }) => applied?.revision !== standing.revision)
    assert.equal(changelog!.at(-1)!.by, 'plimsoll')
    const told = changelog!.map(({ reason, by }) => `${reason} by ${by}`)
    for (const what of [`Held by ${bob.name}`, 'Frozen by plimsoll', 'ChangeWindow by plimsoll'])
      assert.ok(told.includes(what), `${what} is not in the changelog: ${told.join(', ')}`)
  })

  test('a workload without learned state can be held by users with the right, and only if it exists', async () => {
    const young = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'young', namespace: NAMESPACE } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'young' } },
        template: { metadata: { labels: { app: 'young' } }, spec: { containers: [{ name: 'app', image: 'young' }] } },
      },
    }
    await cluster.apply(young)
    // Users who hold it must be able to read it, like namespace admins.
    const carol = await makePerson(cluster, NAMESPACE, 'carol', ['plimsoll-editor', 'view'])
    const held = await carol.plimsoll('hold', 'deployment/young', '--reason', 'not yet')
    assert.match(held.stdout, /^deployment\/young: held; .*Nothing has been learned about it yet/, held.stderr)
    assert.match(
      (await carol.plimsoll('hold', 'deployment/yuong')).stderr,
      /there is no Recommendation for deployment\/yuong/,
    )
    assert.equal((await carol.plimsoll('resume', 'deployment/young')).status, 0)
  })

  test("a rollback gives new Pods the previous values, and the changelog has the user's name", async () => {
    const { stdout, stderr } = await bob.plimsoll('rollback', 'deployment/batch', '--reason', 'slow')
    const [, revision] = /revision (\d+) is rolled back; new Pods get their author's values/.exec(stdout) ?? []
    const { changelog, rollback } = await wait('the rollback', BATCH, ({ state }) => state === 'RolledBack')
    // Or a revision that replaced it at that moment.
    assert.ok(rollback!.revision >= Number(revision), stdout + stderr)
    assert.deepEqual([changelog!.at(-1)!.reason, changelog!.at(-1)!.by], ['RolledBack', bob.name])
    await restartUntil(cluster, of(BATCH), 'a Pod as its author wrote it', (pod) => decisionOn(pod) === undefined)
    say(
      await cluster.kubectl([
        'get',
        'rec',
        'deployment-batch',
        `--namespace=${NAMESPACE}`,
        '--output=jsonpath={.status.changelog}',
      ]),
    )
  })
})

function policy(name: string, spec: object): object {
  const metadata = { namespace: NAMESPACE, name }
  return {
    apiVersion: 'plimsoll.dev/v1alpha1',
    kind: 'SizingPolicy',
    metadata,
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  }
}

function templated(loop: LoopWorkload, metadata: object, spec: object = {}): object {
  const object = manifest(NAMESPACE, loop) as { spec: { template: { metadata: object; spec: object } } }
  const { template } = object.spec
  return {
    ...object,
    spec: {
      ...object.spec,
      template: { metadata: { ...template.metadata, ...metadata }, spec: { ...template.spec, ...spec } },
    },
  }
}

function requestsOf(revision: Revision | undefined) {
  return revision?.containers.map(({ cpu, memory }) => [cpu?.request, memory?.request])
}

/** Waits until the learner has processed all workloads twice again. */
async function published(plimsoll: Plimsoll): Promise<void> {
  const { opsPort } = (await plimsoll.learner!.logged('waiting to lead')) as unknown as { opsPort: number }
  const last = async () =>
    Number(
      /^plimsoll_learner_last_publish_timestamp_seconds ([\d.e+]+)$/m.exec(
        await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
      )?.[1],
    )
  for (let turn = 0; turn < 2; turn++) {
    const before = await last()
    await until('the next publication', async () => (await last()) > before, PATIENTLY)
  }
}
