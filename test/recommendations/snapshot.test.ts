import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { API_VERSION, Recommendation } from '../../src/api/index.ts'
import { NOT_APPLIED, Snapshot } from '../../src/recommendations/index.ts'

function recommendation(name: string, cpu?: string, memory = '64Mi'): Recommendation {
  const revision = {
    revision: 3,
    time: '2026-01-02T03:04:05Z',
    source: 'observed' as const,
    goal: 'balanced' as const,
    containers: [{ name: 'app', cpu: { request: cpu ?? '1', limit: '2' }, memory: { request: memory } }],
  }
  return Recommendation.parse({
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace: 'shop', name: `deployment-${name}` },
    spec: { workload: { kind: 'Deployment', name } },
    status: cpu === undefined ? { learned: revision } : { applied: revision },
  })
}

const cart = { namespace: 'shop', kind: 'Deployment', name: 'cart' }

function cpuRequest(snapshot: Snapshot): bigint | undefined {
  const found = snapshot.lookup(cart)
  assert.ok(found && found !== NOT_APPLIED)
  return found.containers.get('app')?.cpu?.request
}

describe('the snapshot', () => {
  test('finds the applied values of a workload, in nano-units', () => {
    const snapshot = new Snapshot()
    snapshot.replace([recommendation('cart', '250m')])
    assert.deepEqual(snapshot.lookup(cart), {
      revision: 3,
      containers: new Map([
        [
          'app',
          {
            cpu: { request: 250_000_000n, limit: 2_000_000_000n },
            memory: { request: 2n ** 26n * 10n ** 9n, limit: undefined },
          },
        ],
      ]),
    })
  })

  test('finds the same if the values are JSON', () => {
    const [given, text] = [new Snapshot(), new Snapshot()]
    const { metadata, spec, status } = recommendation('cart', '250m')
    const { revision, containers } = status!.applied!
    given.put({ metadata, spec, status: { applied: { revision, containers } } })
    text.put({ metadata, spec, status: { applied: { revision, containers: JSON.stringify(containers) } } })
    assert.equal(cpuRequest(text), 250_000_000n)
    assert.deepEqual(text.lookup(cart), given.lookup(cart))
  })

  test('distinguishes an unknown workload from one without an applied revision', () => {
    const snapshot = new Snapshot()
    snapshot.replace([recommendation('cart')])
    assert.equal(snapshot.lookup(cart), NOT_APPLIED)
    assert.equal(snapshot.lookup({ ...cart, namespace: 'other' }), undefined)
    assert.equal(snapshot.lookup({ ...cart, kind: 'StatefulSet' }), undefined)
  })

  test('is in sync from its first full set on, even an empty one', () => {
    const snapshot = new Snapshot()
    snapshot.put(recommendation('cart', '250m'))
    assert.equal(snapshot.isSynced, false)
    snapshot.replace([])
    assert.equal(snapshot.isSynced, true)
    assert.equal(snapshot.size, 0)
  })

  test('follows single changes', () => {
    const snapshot = new Snapshot()
    snapshot.replace([recommendation('cart', '250m')])
    snapshot.put(recommendation('cart', '300m'))
    assert.equal(cpuRequest(snapshot), 300_000_000n)
    snapshot.delete(recommendation('cart'))
    assert.equal(snapshot.lookup(cart), undefined)
  })

  test('keeps the whole old set if a new one fails half-way', () => {
    const snapshot = new Snapshot()
    snapshot.replace([recommendation('cart', '250m')])
    assert.throws(() =>
      snapshot.replace(
        (function* () {
          yield recommendation('cart', '999m')
          throw new Error('the list ended half-way')
        })(),
      ),
    )
    assert.equal(cpuRequest(snapshot), 250_000_000n)
  })

  test('leaves out only parts with unexpected types', () => {
    const containers = [
      null,
      { name: 'app', cpu: { request: '1', reasons: 'CappedAtNode' }, memory: 5, held: 'HeldForHpa' },
      { name: 'proxy', held: { cpu: 'HeldForVpa' } },
    ]
    const workload = { kind: 'Deployment', name: 'cart' }
    const snapshot = new Snapshot()
    const status = { applied: { revision: 3, containers: JSON.stringify(containers) } }
    snapshot.put({ metadata: { namespace: 'shop' }, spec: { workload }, status })
    assert.deepEqual(snapshot.lookup(cart), {
      revision: 3,
      containers: new Map([
        ['app', { cpu: { request: 1_000_000_000n, limit: undefined } }],
        ['proxy', {}],
      ]),
      held: new Map([['proxy', { cpu: 'HeldForVpa' }]]),
    })
  })

  test('has no values if those of a revision cannot be read, so its Pods are left unchanged', () => {
    const workload = { kind: 'Deployment', name: 'cart' }
    const snapshot = new Snapshot()
    for (const containers of ['[{"name":', '{"app":{}}', `${'['.repeat(70_000)}${']'.repeat(70_000)}`]) {
      const status = { applied: { revision: 3, containers } }
      snapshot.put({ metadata: { namespace: 'shop' }, spec: { workload }, status })
      assert.deepEqual(snapshot.lookup(cart), { revision: 3, containers: new Map() })
    }
  })

  test('drops only a value that is not a quantity', () => {
    const broken = recommendation('cart', '250m')
    broken.status!.applied!.containers[0]!.memory!.request = 'lots'
    const snapshot = new Snapshot()
    snapshot.replace([broken])
    const found = snapshot.lookup(cart)
    assert.ok(found && found !== NOT_APPLIED)
    assert.deepEqual(
      [
        ...(found.containers.get('app')!.cpu ? ['cpu'] : []),
        ...(found.containers.get('app')!.memory ? ['memory'] : []),
      ],
      ['cpu'],
    )
  })
})
