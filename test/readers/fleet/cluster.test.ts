import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CountedNodes, SloShares } from '../../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../../src/config/prices.ts'
import { type ApiPod, Fleet, readFleetPod, runningPods } from '../../../src/fleet/index.ts'
import { workloadsOf } from '../../../src/insight/index.ts'
import type { KubeClient } from '../../../src/kube/client.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import type { KubeObject, ResourceType } from '../../../src/kube/resource.ts'
import { readCluster } from '../../../src/readers/fleet/cluster.ts'
import { join } from '../../../src/readers/fleet/join.ts'
import { writeRunningPods } from '../../../src/recommendations/index.ts'

const OWNER = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }
const POD = {
  metadata: { namespace: 'shop', name: 'db-0', ownerReferences: [OWNER] },
  spec: { containers: [{ name: 'db' }] },
}
const RECOMMENDATION = {
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
  metadata: { namespace: 'shop', name: 'statefulset-db' },
  spec: { workload: { kind: 'StatefulSet', name: 'db' } },
}

/** An API server with objects that a real one would refuse by their schema. */
function holding(objects: Readonly<Record<string, readonly object[] | KubeError>>): KubeClient {
  const list = async function* ({ plural }: ResourceType) {
    const found = objects[plural] ?? []
    if (found instanceof KubeError) throw found
    yield { items: found as readonly KubeObject[], resourceVersion: '1' }
  }
  return { list } as unknown as KubeClient
}

const read = (objects: Parameters<typeof holding>[0]) =>
  readCluster(holding(objects), { prices: DEFAULT_PRICES, nowSeconds: 0 })

test('an unreadable Recommendation does not affect the others', async () => {
  const newer = { ...RECOMMENDATION, metadata: { namespace: 'shop', name: 'newer' }, status: { state: 'Dreaming' } }
  const { recommendations, notes } = await read({ pods: [POD], recommendations: [newer, RECOMMENDATION] })
  assert.deepEqual([...recommendations.keys()], ['shop/statefulset-db'])
  assert.deepEqual(notes, [
    {
      code: 'NotReadable',
      says: '1 of the Recommendations cannot be read by this version and are left out, such as shop/newer.',
    },
  ])
})

test('a cluster without the type Recommendation can be read, without a note', async () => {
  const { pods, notes } = await read({
    pods: [POD],
    recommendations: new KubeError('NotFound', 'no such type', { status: 404 }),
  })
  assert.deepEqual([pods.length, notes], [1, []])
})

test('without Pods there is nothing to report, and a user who may not list them gets an error', async () => {
  const forbidden = new KubeError('Forbidden', 'pods is forbidden', { status: 403 })
  await assert.rejects(read({ pods: forbidden }), /pods is forbidden/)
  const { notes } = await read({ pods: [POD], namespaces: forbidden, recommendations: forbidden })
  assert.deepEqual(
    notes.map(({ code, says }) => [code, says.slice(0, 15)]),
    [
      ['NotReadable', 'Namespaces coul'],
      ['NotReadable', 'Recommendations'],
    ],
  )
})

describe("the learner's publication", () => {
  const SECRET = { namespace: 'plimsoll', name: 'plimsoll-fleet' }
  const NOW = new Date('2026-06-01T12:00:00Z')
  const GUZZLER = {
    ...POD,
    metadata: { ...POD.metadata, name: 'db-1', creationTimestamp: '2026-06-01T10:00:00Z' },
    spec: {
      nodeName: 'spot-1',
      containers: [{ name: 'db', env: [{ name: 'PASSWORD', value: 'x' }], resources: { requests: { cpu: '1' } } }],
    },
  }
  const CHANGED = {
    ...GUZZLER,
    metadata: {
      ...GUZZLER.metadata,
      name: 'db-2',
      annotations: {
        'plimsoll.dev/decision': JSON.stringify({
          revision: 2,
          containers: { db: { cpu: { request: ['500m', '200m'] } } },
          reasons: {},
        }),
      },
    },
  }
  const BARE = { metadata: { namespace: 'shop', name: 'bare' }, spec: { containers: [{ name: 'app' }] } }
  const NAMESPACE = { metadata: { name: 'shop', labels: { 'plimsoll.dev/mode': 'auto' } } }
  const prices = {
    ...DEFAULT_PRICES,
    pools: [{ name: 'spot', labels: { pool: 'spot' }, coreHour: 0.01, gibHour: 0.001 }],
  }
  const nodes = [{ metadata: { name: 'spot-1', labels: { pool: 'spot' } } }]

  /** A Secret as the learner of a cluster with these Pods writes it. */
  async function published(
    pods: readonly object[],
    used?: { cpuCores: number; memoryBytes: number },
    slos?: SloShares,
    nodes?: CountedNodes,
  ) {
    const fleet = new Fleet('plimsoll')
    fleet.setMode('shop', 'auto')
    fleet.replacePods(
      'shop',
      pods.map((pod) => readFleetPod(pod as ApiPod)),
    )
    let secret: object = {}
    const client = {
      apply: async (_: ResourceType, object: object) => {
        secret = object
      },
    }
    await writeRunningPods(client as unknown as KubeClient, SECRET, {
      ...runningPods(fleet, NOW, () => used),
      ...(slos && { slos }),
      ...(nodes && { nodes }),
    })
    return secret
  }

  const readPublished = (secret: object | KubeError, ageSeconds = 0) => {
    const asked: string[] = []
    const { list } = holding({ nodes, recommendations: [RECOMMENDATION] })
    const client = {
      list: (type: ResourceType) => {
        asked.push(`list ${type.plural}`)
        return list(type, {})
      },
      get: async ({ plural }: ResourceType, { name }: { name: string }) => {
        asked.push(`get ${plural} ${name}`)
        if (secret instanceof KubeError) throw secret
        return secret
      },
    } as unknown as KubeClient
    const nowSeconds = NOW.getTime() / 1000 + ageSeconds
    return { asked, reading: readCluster(client, { prices, nowSeconds, publishedIn: SECRET }) }
  }

  test('contains the same as the Pods themselves, and neither Pods nor namespaces are requested', async () => {
    const pods = [POD, GUZZLER, BARE, CHANGED]
    const { asked, reading } = readPublished(await published(pods))
    const objects = { pods, nodes, namespaces: [NAMESPACE], recommendations: [RECOMMENDATION] }
    const itself = await readCluster(holding(objects), { prices, nowSeconds: 0 })
    const { pods: read, modes, notes, recommendations } = await reading
    assert.deepEqual(
      read,
      // Only histories need the controllers.
      itself.pods.map(({ controllers: _, ...pod }) => ({ ...pod, pod: '' })),
    )
    assert.ok(notes.some(({ code, says }) => code === 'ChangedAfterPlimsoll' && says.startsWith('1 Pod carries')))
    assert.equal(read.at(-1)!.containers.get('db')!.author.cpu.request, 1)
    assert.deepEqual([modes, notes, recommendations], [itself.modes, itself.notes, itself.recommendations])
    assert.deepEqual(asked, [
      'list nodes',
      'get secrets plimsoll-fleet',
      'list horizontalpodautoscalers',
      'list recommendations',
    ])
  })

  test('has the time when it was published, with the mean usage of the Pods', async () => {
    const used = { cpuCores: 0.25, memoryBytes: 1024 }
    const { published: said } = await readPublished(await published([POD, GUZZLER], used)).reading
    assert.equal(said!.timeSeconds, NOW.getTime() / 1000)
    assert.deepEqual([...said!.used.values()], [used])
  })

  test('includes recent shares of bad requests, by workload', async () => {
    const of = (workload: object, name: string, shares: (number | null)[]) =>
      ({ ...{ workload, name, kind: 'latency' }, shares }) as SloShares['objectives'][number]
    const db = { namespace: 'shop', kind: 'StatefulSet', name: 'db' }
    const times = { fromSeconds: 600, stepSeconds: 300 }
    const objectives = [of(db, 'web', [0.1, null]), of({ ...db, name: 'other' }, 'web', [1, 1])]
    const reading = await readPublished(await published([POD], undefined, { ...times, objectives })).reading
    const { workloads } = join(workloadsOf(reading.pods), {
      ...{ cluster: reading, signals: undefined, usage: undefined, learner: undefined },
    })
    assert.deepEqual(
      workloads.map(({ slosOverTime }) => slosOverTime),
      [{ ...times, objectives: [{ name: 'web', kind: 'latency', shares: [0.1, null] }] }],
    )
    const without = await readPublished(await published([POD])).reading
    assert.equal(without.published!.slos.size, 0)
  })

  test('includes the last count of nodes, where there is one', async () => {
    const groups = [{ group: 'spot', present: 3, needed: { current: 3, applied: 2, learned: 1 } }]
    const counted = { time: NOW.toISOString(), groups }
    const reading = await readPublished(await published([POD], undefined, undefined, counted)).reading
    assert.deepEqual(reading.published!.nodes, counted)
    assert.equal((await readPublished(await published([POD])).reading).published!.nodes, undefined)
  })

  test('has a note that it is outdated once the learner has been silent for five minutes', async () => {
    const secret = await published([POD])
    assert.deepEqual((await readPublished(secret, 299).reading).notes, [])
    const [note] = (await readPublished(secret, 301).reading).notes
    assert.deepEqual(note, {
      code: 'NotCurrent',
      says: 'The learner has not published the running workloads since 2026-06-01T12:00Z.',
      act: 'To find out why, run plimsoll doctor.',
    })
  })

  test('leads to an error with what to do if it is missing or cannot be read', async () => {
    await assert.rejects(
      readPublished({}).reading,
      /the learner has not published the running workloads yet .*plimsoll doctor/,
    )
    const foreign = { data: { 'pods.json.gz': 'AAAA' } }
    await assert.rejects(readPublished(foreign).reading, /was not written by a learner of this version/)
    const forbidden = new KubeError('Forbidden', 'secrets is forbidden', { status: 403 })
    await assert.rejects(readPublished(forbidden).reading, /secrets is forbidden/)
  })
})
