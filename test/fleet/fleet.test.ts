import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ApiPod, Fleet, readFleetPod } from '../../src/fleet/index.ts'

interface PodFacts {
  name?: string
  namespace?: string
  owner?: string
  apiVersion?: string
  created?: string
  cpu?: string
  image?: string
  killedAt?: string
  limit?: string | undefined
  annotations?: Record<string, string>
}

function pod({
  name = 'cart-1',
  namespace = 'shop',
  owner = 'cart',
  apiVersion = 'apps/v1',
  created = '2026-03-01T00:00:00Z',
  cpu = '1',
  image = 'cart:1',
  killedAt,
  limit = '64Mi',
  annotations = {},
}: PodFacts = {}): ApiPod {
  return {
    metadata: {
      uid: `uid-of-${name}`,
      name,
      namespace,
      creationTimestamp: created,
      annotations,
      ownerReferences: [{ apiVersion, kind: 'StatefulSet', name: owner, controller: true }],
    },
    spec: {
      containers: [
        { name: 'app', image, resources: { requests: { cpu }, ...(limit && { limits: { memory: limit } }) } },
      ],
    },
    status: {
      containerStatuses: [
        {
          name: 'app',
          ...(killedAt && {
            lastState: {
              terminated: { reason: 'OOMKilled', finishedAt: killedAt, containerID: `containerd://${killedAt}` },
            },
          }),
        },
      ],
    },
  } as ApiPod
}

function fleetWith(...pods: ApiPod[]): Fleet {
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'auto')
  fleet.replacePods(
    'shop',
    pods.map((pod) => readFleetPod(pod)),
  )
  return fleet
}

const names = (fleet: Fleet) =>
  [...fleet.workloads()].map(({ workload, mode }) => `${mode} ${workload.namespace}/${workload.kind}/${workload.name}`)

describe('the fleet', () => {
  test('knows the workloads of labelled namespaces, in the mode of the label', () => {
    const fleet = fleetWith(pod(), pod({ name: 'cart-2' }), pod({ name: 'db-0', owner: 'db' }))
    assert.deepEqual(names(fleet), ['auto shop/StatefulSet/cart', 'auto shop/StatefulSet/db'])
    fleet.setMode('shop', 'observe')
    assert.deepEqual(names(fleet), ['observe shop/StatefulSet/cart', 'observe shop/StatefulSet/db'])
  })

  test('forgets a namespace as soon as its label is removed', () => {
    const fleet = fleetWith(pod())
    fleet.setMode('shop', undefined)
    assert.deepEqual(names(fleet), [])
    fleet.putPod(readFleetPod(pod()))
    assert.deepEqual([names(fleet), fleet.namespaces], [[], []])
  })

  test('treats an invalid mode as observe, and reports it', () => {
    const fleet = fleetWith(pod())
    assert.equal(fleet.setMode('shop', 'yes please'), false)
    assert.equal(fleet.modeOf('shop'), 'observe')
  })

  test('never includes kube-system, kube-node-lease and its own namespace, with any label', () => {
    const fleet = new Fleet('plimsoll')
    for (const namespace of ['kube-system', 'kube-node-lease', 'plimsoll']) fleet.setMode(namespace, 'auto')
    assert.deepEqual(fleet.namespaces, [])
  })

  test('takes the goal from the newest Pod, if its annotation has one', () => {
    const asking = (name: string, day: number, goal: string) =>
      pod({ name, created: `2026-03-0${day}T00:00:00Z`, annotations: { 'plimsoll.dev/goal': goal } })
    const goalOf = (...pods: ApiPod[]) => [...fleetWith(...pods).workloads()][0]!.goal
    assert.equal(goalOf(asking('cart-1', 2, 'savings'), asking('cart-2', 1, 'reliability')), 'savings')
    assert.equal(goalOf(asking('cart-1', 2, 'cheap'), asking('cart-2', 1, 'reliability')), undefined)
    assert.equal(goalOf(pod()), undefined)
  })

  test("takes the author's values from the newest Pod, without injected ones", () => {
    const decision = JSON.stringify({
      revision: 1,
      containers: { app: { cpu: { request: ['2', '300m'] } } },
      reasons: {},
    })
    const fleet = fleetWith(
      pod({
        name: 'cart-2',
        created: '2026-03-02T00:00:00Z',
        cpu: '300m',
        annotations: { 'plimsoll.dev/decision': decision },
      }),
      pod({ name: 'cart-1', cpu: '7' }),
    )
    const [cart] = [...fleet.workloads()]
    assert.deepEqual(cart!.author.get('app')!.cpu, { request: 2_000_000_000n, limit: undefined })
  })

  test('takes the images from the newest Pod', () => {
    const newest = pod({ name: 'cart-2', created: '2026-03-02T00:00:00Z', image: 'cart:2' })
    const [cart] = [...fleetWith(newest, pod()).workloads()]
    assert.deepEqual([...cart!.images], [['app', 'cart:2']])
    assert.deepEqual([...readFleetPod({ spec: { containers: [{ name: 'app' }, {}] } }).images], [])
    const malformed = {
      spec: {
        containers: [
          { name: 7, image: 'cart:1' },
          { name: 'app', image: {} },
        ],
      },
    }
    assert.deepEqual([...readFleetPod(malformed as object).images], [])
  })

  test('separates workloads of two API groups with the same kind and name', () => {
    const fleet = fleetWith(pod(), pod({ name: 'cart-2', apiVersion: 'apps.kruise.io/v1beta1' }))
    assert.deepEqual(names(fleet), ['auto shop/StatefulSet/cart', 'auto shop/StatefulSet.apps.kruise.io/cart'])
  })

  test('finds the workload for names in metrics, which have no API group', () => {
    const named = { namespace: 'shop', kind: 'StatefulSet', name: 'cart' }
    const kruise = { ...named, kind: 'StatefulSet.apps.kruise.io' }
    const ofKruise = pod({ name: 'cart-2', apiVersion: 'apps.kruise.io/v1beta1' })
    assert.deepEqual(fleetWith(ofKruise).runningIn('shop')(named, 'cart-of-yesterday', 'shop'), kruise)
    const both = fleetWith(pod(), ofKruise).runningIn('shop')
    assert.deepEqual(both(named, 'cart-2', 'shop'), kruise)
    assert.deepEqual(both(named, 'cart-1', 'shop'), named)
    assert.deepEqual(both(named, 'cart-of-yesterday', 'shop'), named)
    assert.deepEqual(fleetWith().runningIn('other')(named, 'cart-1', 'shop'), named)
  })

  test('finds the container of a Pod, until the Pod is deleted', () => {
    const fleet = fleetWith(pod())
    assert.deepEqual(fleet.containerOf('shop', 'cart-1', 'app'), {
      workload: { namespace: 'shop', kind: 'StatefulSet', name: 'cart' },
      container: 'app',
    })
    assert.equal(fleet.containerOf('shop', 'other', 'app'), undefined)
    fleet.deletePod({ namespace: 'shop', name: 'cart-1', uid: 'of an earlier Pod of that name' })
    assert.notEqual(fleet.containerOf('shop', 'cart-1', 'app'), undefined)
    fleet.deletePod(readFleetPod(pod()))
    assert.equal(fleet.containerOf('shop', 'cart-1', 'app'), undefined)
  })
})

describe('OOM kills', () => {
  const killedAt = '2026-03-01T10:00:00Z'

  test('are returned once, with the limit in force', () => {
    const fleet = fleetWith(pod({ killedAt }))
    const [kill] = fleet.takeOomKills()
    assert.deepEqual(kill, {
      pod: 'cart-1',
      container: { workload: { namespace: 'shop', kind: 'StatefulSet', name: 'cart' }, container: 'app' },
      timestampSeconds: Date.parse(killedAt) / 1000,
      limitBytes: 64 * 2 ** 20,
    })
    fleet.putPod(readFleetPod(pod({ killedAt })))
    fleet.replacePods('shop', [readFleetPod(pod({ killedAt }))])
    assert.deepEqual(fleet.takeOomKills(), [])
    fleet.putPod(readFleetPod(pod({ killedAt: '2026-03-01T10:05:00Z' })))
    assert.equal(fleet.takeOomKills().length, 1)
  })

  test('use the limit in force before the requested one', () => {
    const resized = pod({ killedAt }) as { status: { containerStatuses: { resources?: unknown }[] } }
    resized.status.containerStatuses[0]!.resources = { limits: { memory: '128Mi' } }
    assert.equal(readFleetPod(resized as ApiPod).oomKills[0]!.limitBytes, 128 * 2 ** 20)
  })

  test('without a limit mean that the node ran out of memory, and are no reason to raise the limit', () => {
    const bare = pod({ killedAt })
    delete (bare.spec!.containers![0] as { resources?: unknown }).resources
    assert.deepEqual(readFleetPod(bare).oomKills, [])
  })

  test('are distinguished from other terminations', () => {
    const ended = pod({ killedAt }) as {
      status: { containerStatuses: { lastState: { terminated: { reason: string } } }[] }
    }
    ended.status.containerStatuses[0]!.lastState.terminated.reason = 'Error'
    assert.deepEqual(readFleetPod(ended as ApiPod).oomKills, [])
  })
})

test('a Pod with any contents is read without an error', () => {
  for (const odd of [
    {},
    { metadata: null },
    { metadata: {}, spec: null, status: {} },
    { status: { containerStatuses: [{}] } },
  ]) {
    assert.deepEqual(readFleetPod(odd as ApiPod).oomKills, [])
  }
})
