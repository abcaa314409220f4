// Creates generated Pods of every kind through a real API server, with and without the webhook.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { API_VERSION, type ContainerRecommendation, type Recommendation } from '../../../src/api/index.ts'
import { DEFAULT_POLICY, type Pod, readContainers } from '../../../src/policy/index.ts'
import { NOT_APPLIED, Snapshot } from '../../../src/recommendations/index.ts'
import { formatQuantity, parseQuantity, qosClass, RESOURCES, roundUpToGrain } from '../../../src/resources/index.ts'
import { type AppliedValues, decide } from '../../../src/sizing/index.ts'
import { buildPatch } from '../../../src/webhook/patch.ts'
import { WORKLOAD_LABEL } from '../../../src/workloads/index.ts'
import { applyInPlace } from '../../apply.ts'
import { appliedValues, pods } from '../../support/arbitraries.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { type Answer, inParallel } from '../support/api.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { writeApplied } from './applied.ts'
import { dryRunCreate, withoutChance } from './pods.ts'

const PODS = 1_000
const SEED = 20_260_131
const CONCURRENCY = 12
/** A namespace with the webhook, and one without it. */
const OPTED_IN = 'opted-in'
const BYSTANDER = 'bystander'

const cases = fc.sample(fc.tuple(pods, appliedValues), { numRuns: PODS, seed: SEED }).map(([pod, applied], index) => {
  const name = `pod-${index}`
  // Some Pods keep values that no API server accepts. Those must fail in both namespaces.
  const authored = index % 4 === 0 ? pod : legible(pod)
  return {
    pod: creatable(authored, name),
    workload: { namespace: OPTED_IN, kind: 'Pod', name },
    containers: storable(applied),
  }
})

describe('1,000 generated Pods, created with and without the webhook', {
  skip: controlPlaneObstacle() ?? false,
}, () => {
  let cluster: Administered
  let plimsoll: Plimsoll
  const create = (namespace: string) =>
    inParallel(cases, CONCURRENCY, ({ pod }) => dryRunCreate(cluster.api, namespace, pod))
  let without: Answer[]
  let bystandersWithout: Answer[]
  let withWebhook: Answer[]
  let bystandersWith: Answer[]
  let asked: number

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    plimsoll = await startPlimsoll(cluster)
    await makeNamespace(cluster, OPTED_IN, 'auto')
    await makeNamespace(cluster, BYSTANDER)
    await inParallel(cases, CONCURRENCY, ({ workload, containers }) =>
      writeApplied(cluster.client, workload, containers),
    )
    await until('the webhook to know them all', async () => (await plimsoll.webhook.held()) === PODS)
    await plimsoll.unregister()
    without = await create(OPTED_IN)
    bystandersWithout = await create(BYSTANDER)
    await plimsoll.register()
    const before = await plimsoll.webhook.requests()
    withWebhook = await create(OPTED_IN)
    asked = (await plimsoll.webhook.requests()) - before
    bystandersWith = await create(BYSTANDER)
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  test('the same Pods are accepted with and without it', (context) => {
    const passed = without.filter(({ status }) => status === 201).length
    context.diagnostic(`${passed} of ${PODS} pass without the webhook; it was asked about ${asked}`)
    for (const [index, { status }] of without.entries()) {
      assert.equal(withWebhook[index]!.status, status, `${withWebhook[index]!.text}\n${JSON.stringify(cases[index])}`)
    }
    // The comparison needs Pods of both kinds.
    assert.ok(passed > PODS / 2 && passed < PODS, `${passed} pass`)
    assert.ok(asked >= passed, `the webhook was asked ${asked} times`)
  })

  test('Pods differ by what was decided, and by nothing else', (context) => {
    let patched = 0
    for (const [index, { status, text }] of without.entries()) {
      if (status !== 201) continue
      const { workload, containers } = cases[index]!
      const expected = JSON.parse(withoutChance(text)) as ServedPod
      const snapshot = new Snapshot()
      snapshot.replace([recommendation(workload.name, containers)])
      const applied = snapshot.lookup(workload)
      assert.ok(applied && applied !== NOT_APPLIED)
      const patch = buildPatch(expected, decide(expected, applied, DEFAULT_POLICY))
      applyInPlace(expected, patch)
      expected.status.qosClass = qosClass(readContainers(expected).map(({ carried }) => carried))
      if (patch.length > 0) patched++
      assert.deepEqual(JSON.parse(withoutChance(withWebhook[index]!.text)), expected, JSON.stringify(cases[index]))
    }
    context.diagnostic(`${patched} were patched`)
    assert.ok(patched > PODS / 3, `only ${patched} were patched`)
  })

  test('in a namespace without the label, no byte of a Pod changes', () => {
    for (const [index, { status, text }] of bystandersWithout.entries()) {
      const now = bystandersWith[index]!
      assert.equal(now.status, status)
      // The API server lists errors in random order.
      if (status === 201) assert.equal(withoutChance(now.text), withoutChance(text))
    }
  })
})

type ServedPod = Pod & { status: { qosClass: string } }

/** The Pod without values that are not quantities, and with valid annotations. */
function legible(pod: Pod): Pod {
  const text = JSON.stringify(pod, (key, value) => {
    if (key !== 'requests' && key !== 'limits') return value
    const isLegible = ([, quantity]: [string, unknown]) => (parseQuantity(quantity) ?? -1n) >= 0n
    return value && Object.fromEntries(Object.entries(value).filter(isLegible))
  })
  return JSON.parse(text.replace('a/b~c', 'a/b-c'))
}

/** A Pod that is valid except for its resources, perhaps. */
function creatable(pod: Pod, name: string): object {
  const { annotations } = pod.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { [WORKLOAD_LABEL]: name }, ...(annotations !== undefined && { annotations }) },
    // Without the volume with a random name.
    spec: { ...pod.spec, automountServiceAccountToken: false },
  }
}

/** Values that the schema of a Recommendation accepts: rounded, and no request above its limit. */
function storable({ containers }: AppliedValues): ContainerRecommendation[] {
  return [...containers].map(([name, values]) => {
    const container: ContainerRecommendation = { name }
    for (const resource of RESOURCES) {
      const target = values[resource]
      if (!target) continue
      const text = (nanos: bigint) => formatQuantity(resource, roundUpToGrain(resource, nanos))
      const limit = target.limit !== undefined && target.limit >= target.request ? target.limit : undefined
      container[resource] = { request: text(target.request), ...(limit !== undefined && { limit: text(limit) }) }
    }
    return container
  })
}

function recommendation(name: string, containers: ContainerRecommendation[]): Recommendation {
  const applied = {
    revision: 1,
    time: '2026-06-02T00:00:00Z',
    source: 'observed',
    goal: 'balanced',
    containers,
  } as const
  return {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace: OPTED_IN, name: `pod-${name}` },
    spec: { workload: { kind: 'Pod', name } },
    status: { applied },
  }
}
