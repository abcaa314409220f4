import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { readValues, writeValues } from '../../src/api/index.ts'
import {
  type ApiHpa,
  type ApiVpa,
  type Autoscaler,
  heldFor,
  holdForAutoscalers,
  readHpa,
  readVpa,
} from '../../src/policy/index.ts'
import { app, at, input, RULES, statusAfter, values } from '../revisions/reconcile-input.ts'

const metadata = { namespace: 'shop', name: 'web' }
const scaleTargetRef = { kind: 'Deployment', name: 'web' }
const hpa = (...metrics: object[]) => readHpa({ metadata, spec: { scaleTargetRef, metrics } } as ApiHpa)
const utilization = { type: 'Utilization', averageUtilization: 80 }
let onCpu: Autoscaler
before(() => {
  onCpu = hpa({ type: 'Resource', resource: { name: 'cpu', target: utilization } })
})
const vpa = (updateMode: string | undefined, containerPolicies: object[] = []) =>
  readVpa({
    metadata,
    spec: {
      targetRef: scaleTargetRef,
      ...(updateMode && { updatePolicy: { updateMode } }),
      resourcePolicy: { containerPolicies },
    },
  } as ApiVpa)

function held(...autoscalers: Autoscaler[]): string {
  return ['app', 'proxy']
    .flatMap((container) =>
      (['cpu', 'memory'] as const).flatMap((resource) => {
        const code = heldFor(autoscalers, container, resource)
        return code ? [`${container} ${resource} ${code}`] : []
      }),
    )
    .join(', ')
}

describe('an HPA', () => {
  test('holds the resource that it scales on by utilization, in every container', () => {
    assert.equal(held(onCpu), 'app cpu HeldForHpa, proxy cpu HeldForHpa')
    assert.deepEqual(onCpu.claims, [{ resource: 'cpu', utilization: 80 }])
  })

  test('holds it in one container where it looks at that one alone', () => {
    const target = utilization
    const metric = { type: 'ContainerResource', containerResource: { name: 'memory', container: 'app', target } }
    assert.equal(held(hpa(metric)), 'app memory HeldForHpa')
  })

  test('without metrics scales on CPU, as the API server has it', () => {
    assert.equal(held(hpa()), held(onCpu))
  })

  test('acts on the workload of the API group that it names', () => {
    const targetOf = (apiVersion: string) =>
      readHpa({ metadata, spec: { scaleTargetRef: { ...scaleTargetRef, apiVersion } } }).target.kind
    assert.equal(targetOf('apps/v1'), 'Deployment')
    assert.equal(targetOf(''), 'Deployment')
    assert.equal(targetOf('example.com/v1'), 'Deployment.example.com')
  })

  test('holds nothing by an average value, or by metrics of other things, as KEDA makes them', () => {
    const average = { type: 'AverageValue', averageValue: '500m' }
    assert.equal(held(hpa({ type: 'Resource', resource: { name: 'cpu', target: average } })), '')
    assert.equal(
      held(hpa({ type: 'External', external: { metric: { name: 's0-kafka' }, target: average } }, { type: 'Pods' })),
      '',
    )
    assert.equal(held(hpa({ type: 'Resource', resource: { name: 'ephemeral-storage', target: utilization } })), '')
  })
})

describe('a VPA', () => {
  test('makes way for nobody unless it is Off: it acts when a Pod is made, in every other mode', () => {
    for (const mode of [undefined, 'Auto', 'Recreate', 'Initial', 'InPlaceOrRecreate']) {
      assert.equal(held(vpa(mode)).split(', ').length, 4, mode)
      assert.match(held(vpa(mode)), /^app cpu HeldForVpa, app memory HeldForVpa/)
    }
    assert.deepEqual(vpa('Off').claims, [])
    assert.deepEqual(vpa('Auto', [{ containerName: '*', mode: 'Off' }]).claims, [])
  })

  test('leaves alone what its policies leave alone', () => {
    assert.equal(
      held(vpa('Auto', [{ containerName: 'app', mode: 'Off' }])),
      'proxy cpu HeldForVpa, proxy memory HeldForVpa',
    )
    assert.equal(
      held(
        vpa('Auto', [
          { containerName: '*', mode: 'Off' },
          { containerName: 'app', controlledResources: ['memory'] },
        ]),
      ),
      'app memory HeldForVpa',
    )
  })

  test('goes before an HPA', () => {
    assert.equal(heldFor([onCpu, vpa('Auto')], 'app', 'cpu'), 'HeldForVpa')
  })
})

describe('an autoscaler is read', () => {
  const target = { kind: 'Deployment', name: 'web' }

  test('with its name and its target', () => {
    assert.deepEqual(onCpu, {
      ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web', target },
      claims: [{ resource: 'cpu', utilization: 80 }],
    })
    assert.deepEqual(vpa('Auto', [{ containerName: 'app', controlledResources: ['cpu'] }]), {
      ...{ kind: 'VerticalPodAutoscaler', namespace: 'shop', name: 'web', target, except: ['app'] },
      claims: [
        { resource: 'cpu', container: 'app' },
        { resource: 'cpu', container: undefined },
        { resource: 'memory', container: undefined },
      ],
    })
  })

  test('from whatever is there', () => {
    const nothing = { namespace: '', name: '', target: { kind: '', name: '' } }
    const { claims, ...bare } = readHpa({ metadata: {} })
    assert.deepEqual(bare, { kind: 'HorizontalPodAutoscaler', ...nothing })
    assert.deepEqual(claims, [{ resource: 'cpu', utilization: 80 }])
    for (const odd of [
      {},
      { spec: {} },
      { spec: { updatePolicy: null, resourcePolicy: null } },
      { spec: { resourcePolicy: {} } },
    ]) {
      const { claims, ...bare } = readVpa({ metadata: {}, ...odd })
      assert.deepEqual(bare, { kind: 'VerticalPodAutoscaler', ...nothing, except: [] })
      assert.equal(claims.length, 2)
    }
    for (const spec of [{}, { scaleTargetRef: {}, metrics: null }])
      assert.deepEqual(readHpa({ metadata: {}, spec }).target, nothing.target)
    assert.deepEqual(readVpa({ metadata: {}, spec: { targetRef: {} } }).target, nothing.target)
  })

  test('with metrics that lack a part: these claim nothing', () => {
    for (const odd of [
      {},
      { type: 'Resource' },
      { type: 'ContainerResource' },
      { type: 'Resource', resource: { name: 'cpu' } },
    ])
      assert.deepEqual(hpa(odd).claims, [])
    const foreign = { type: 'Pods', resource: { name: 'cpu', target: utilization } }
    assert.deepEqual(hpa(foreign, { ...foreign, containerResource: foreign.resource }).claims, [])
    const unsaid = { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization' } } }
    assert.deepEqual(hpa(unsaid).claims, [{ resource: 'memory' }])
    const container = { name: 'cpu', container: 'app', target: utilization }
    assert.deepEqual(hpa({ type: 'ContainerResource', containerResource: container }).claims, [
      { resource: 'cpu', container: 'app', utilization: 80 },
    ])
  })

  test('without policies of containers that have no name', () => {
    const { except } = vpa('Auto', [{ containerName: '' }, {}, { containerName: '*' }, { containerName: 'app' }])
    assert.deepEqual(except, ['app'])
    assert.equal(held(vpa('Auto', [{ containerName: '*', controlledResources: null }])).split(', ').length, 4)
  })
})

test('values keep what no autoscaler acts on, and say why the rest is missing', () => {
  const memory = { request: '1Gi' }
  const hold = (...autoscalers: Autoscaler[]) =>
    writeValues(
      holdForAutoscalers(
        readValues([{ name: 'app', cpu: { request: '1' }, memory, held: { memory: 'HeldForVpa' } }]),
        autoscalers,
      ),
    )
  assert.deepEqual(hold(), [{ name: 'app', cpu: { request: '1' }, memory }])
  assert.deepEqual(hold(onCpu), [{ name: 'app', memory, held: { cpu: 'HeldForHpa' } }])
})

describe('a workload with an autoscaler', () => {
  const learned = app('500m', '900Mi', '1Gi')

  test('gets only the other resource, and the reason is shown instead of the value', () => {
    const { applied, learned: whole } = statusAfter(undefined, input(learned, { autoscalers: [onCpu] }), RULES)
    assert.equal(values(applied), '900Mi 1Gi')
    assert.deepEqual(applied!.containers[0]!.held, { cpu: 'HeldForHpa' })
    assert.equal(values(whole), '500m 900Mi 1Gi')
  })

  test('loses at once what was applied before the autoscaler came, without fresh usage too, and gets it back after', () => {
    const first = statusAfter(undefined, input(learned), RULES)
    assert.equal(values(first.applied), '500m 900Mi 1Gi')
    for (const known of [learned, []]) {
      const second = statusAfter(first, input(known, { autoscalers: [onCpu], now: at(1) }), RULES)
      assert.equal(values(second.applied), '900Mi 1Gi')
      assert.ok(second.applied!.revision > first.applied!.revision)
      const same = statusAfter(second, input(known, { autoscalers: [onCpu], now: at(2) }), RULES)
      assert.equal(same, second)
      const third = statusAfter(second, input(learned, { now: at(3) }), RULES)
      assert.equal(values(third.applied), '500m 900Mi 1Gi')
      assert.equal(third.applied!.containers[0]!.held, undefined)
    }
  })

  test('under a VPA gets nothing, and says why', () => {
    const { applied } = statusAfter(undefined, input(learned, { autoscalers: [vpa('Auto')] }), RULES)
    assert.deepEqual(applied!.containers, [{ name: 'app', held: { cpu: 'HeldForVpa', memory: 'HeldForVpa' } }])
  })
})
