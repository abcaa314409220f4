import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ApplyRunning, SizingPolicySpec } from '../../src/api/index.ts'
import {
  clampedSettings,
  clusterPolicy,
  DEFAULT_POLICY,
  type Effective,
  effectivePolicy,
  type NamedSizingPolicy,
  runningOf,
  selects,
} from '../../src/policy/index.ts'
import { formatQuantity, parseQuantity } from '../../src/resources/index.ts'

const CLUSTER: Effective = {
  policy: { ...DEFAULT_POLICY, running: 'never' },
  goal: 'balanced',
  criticality: 'medium',
  running: 'never',
  windows: [],
}
const named = (name: string, spec: NamedSizingPolicy['spec']): NamedSizingPolicy => ({ name, spec })

function bounds({ policy }: Effective): string {
  const { cpu, memory } = policy.bounds
  return [
    formatQuantity('cpu', cpu.min),
    formatQuantity('cpu', cpu.max),
    formatQuantity('memory', memory.min),
    formatQuantity('memory', memory.max),
  ].join(' ')
}

describe('the policy of a Pod', () => {
  test('is that of the cluster if no SizingPolicy selects it', () => {
    const other = named('a', {
      selector: { matchLabels: { app: 'other' } },
      goal: 'savings',
      bounds: { cpu: { max: '1' } },
    })
    assert.deepEqual(effectivePolicy(CLUSTER, [other], { app: 'cart' }), CLUSTER)
    assert.equal(effectivePolicy(CLUSTER, [], {}), CLUSTER)
  })

  test('takes each setting from the first policy that has it: those with a selector first, then by name', () => {
    const policies = [
      named('all', { goal: 'savings', bounds: { cpu: { max: '8' } }, limits: { cpu: 'keep' } }),
      named('b', { selector: {}, bounds: { cpu: { max: '4' } } }),
      named('a', { selector: { matchLabels: { app: 'cart' } }, bounds: { memory: { min: '1Gi' } } }),
    ]
    const effective = effectivePolicy(CLUSTER, policies, { app: 'cart' })
    assert.equal(bounds(effective), '10m 4 1Gi 64Gi')
    assert.equal(effective.goal, 'savings')
    assert.deepEqual(effective.policy.limits, { cpu: 'keep', memory: 'headroom' })
  })

  test('never widens the bounds of the cluster', () => {
    const wide = named('wide', { bounds: { cpu: { min: '1m', max: '100' }, memory: { min: '1Ti' } } })
    assert.equal(bounds(effectivePolicy(CLUSTER, [wide], {})), '10m 16 64Gi 64Gi')
  })

  test('keeps bounds in order if two policies contradict each other', () => {
    const policies = [named('a', { bounds: { cpu: { min: '8' } } }), named('b', { bounds: { cpu: { max: '2' } } })]
    assert.equal(bounds(effectivePolicy(CLUSTER, policies, {})), '2 2 32Mi 64Gi')
  })
})

test('a SizingPolicy names applications instead of the cluster, or not at all', () => {
  const label = { by: 'label', label: 'app.kubernetes.io/name' } as const
  const applications = (cluster: Effective, profile: SizingPolicySpec['profile']) =>
    effectivePolicy(cluster, [named('a', { ...(profile && { profile }) })], {}).applications
  assert.deepEqual(applications(CLUSTER, { by: 'label' }), label)
  assert.deepEqual(applications(CLUSTER, { by: 'label', label: 'app' }), { by: 'label', label: 'app' })
  assert.equal(applications(CLUSTER, undefined), undefined)
  assert.deepEqual(applications({ ...CLUSTER, applications: label }, undefined), label)
  assert.deepEqual(applications({ ...CLUSTER, applications: label }, { by: 'image' }), { by: 'image' })
  assert.equal(applications({ ...CLUSTER, applications: label }, { by: 'none' }), undefined)
})

describe('the settings of the cluster', () => {
  const settings: Parameters<typeof clusterPolicy>[0] = {
    ...{
      goal: 'savings',
      criticality: 'high',
      changes: { windows: [] },
      apply: { running: 'inPlace' },
      profiles: { by: 'none' },
      sizeBestEffort: false,
    },
    ...{ bounds: DEFAULT_POLICY.bounds, limits: { cpu: 'keep', memory: 'none' } },
  }
  const { bounds, limits, sizeBestEffort } = settings

  test('apply if no SizingPolicy overrides them', () => {
    assert.deepEqual(clusterPolicy(settings), {
      ...{ goal: 'savings', criticality: 'high', canary: undefined, running: 'inPlace', windows: [] },
      policy: { bounds, limits, sizeBestEffort, running: 'inPlace' },
    })
  })

  test('may name applications', () => {
    const { applications } = clusterPolicy({ ...settings, profiles: { by: 'label', label: 'app' } })
    assert.deepEqual(applications, { by: 'label', label: 'app' })
  })

  test('by default have a canary for a day and windows in UTC, and no canary with 0 %', () => {
    const canary = (canary: { percent: number; for?: string }) => clusterPolicy({ ...settings, canary }).canary
    assert.deepEqual(canary({ percent: 20 }), { percent: 20, forSeconds: 86_400 })
    assert.deepEqual(canary({ percent: 1, for: '30m' }), { percent: 1, forSeconds: 1_800 })
    assert.equal(canary({ percent: 0 }), undefined)
    const windows = [
      { cron: '0 9 * * *', for: '8h' },
      { cron: '0 22 * * *', for: '60s', timeZone: 'Asia/Tokyo' },
    ]
    assert.deepEqual(clusterPolicy({ ...settings, changes: { windows } }).windows, [
      [
        { cron: '0 9 * * *', forSeconds: 28_800, timeZone: 'UTC' },
        { cron: '0 22 * * *', forSeconds: 60, timeZone: 'Asia/Tokyo' },
      ],
    ])
  })
})

describe('a SizingPolicy', () => {
  const of = (spec: NamedSizingPolicy['spec'], cluster = CLUSTER) => effectivePolicy(cluster, [named('a', spec)], {})

  test('overrides each setting of the cluster', () => {
    const effective = of({
      goal: 'reliability',
      criticality: 'high',
      limits: { memory: 'keep' },
      canary: { percent: 5, for: '1h' },
    })
    assert.deepEqual([effective.goal, effective.criticality], ['reliability', 'high'])
    assert.deepEqual(effective.policy.limits, { cpu: 'none', memory: 'keep' })
    assert.deepEqual(effective.canary, { percent: 5, forSeconds: 3_600 })
  })

  test("keeps the cluster's settings that it does not have", () => {
    const cluster = { ...CLUSTER, canary: { percent: 9, forSeconds: 60 } }
    assert.deepEqual(of({}, cluster), cluster)
    assert.equal(Object.hasOwn(of({}), 'canary'), false)
    assert.equal(Object.hasOwn(of({ canary: { percent: 0 } }, cluster), 'canary'), false)
  })

  test('adds its change windows to those of the cluster: one of each must be open', () => {
    const window = { cron: '0 9 * * *', forSeconds: 3_600, timeZone: 'UTC' }
    const cluster = { ...CLUSTER, windows: [[{ ...window, forSeconds: 1 }]] }
    assert.deepEqual(of({ changeWindows: [{ cron: window.cron, for: '1h' }] }, cluster).windows, [
      ...cluster.windows,
      [window],
    ])
    assert.equal(of({}, cluster).windows, cluster.windows)
  })

  test('can only tighten bounds of limits and shares', () => {
    const q = (text: string) => parseQuantity(text)!
    const outer = {
      minShare: 0.5,
      maxShare: 2,
      minLimit: q('1'),
      maxLimit: q('4'),
      minLimitShare: 0.5,
      maxLimitShare: 2,
    }
    const bounds = { ...DEFAULT_POLICY.bounds, cpu: { ...DEFAULT_POLICY.bounds.cpu, ...outer } }
    const cluster = { ...CLUSTER, policy: { ...DEFAULT_POLICY, bounds } }
    const given = (cpu: object, within = cluster) => {
      const { min: _, max: __, ...rest } = of({ bounds: { cpu } }, within).policy.bounds.cpu
      return rest
    }
    const tight = { minShare: 0.9, maxShare: 1.1, minLimit: '2', maxLimit: '3', minLimitShare: 0.8, maxLimitShare: 1.2 }
    const read = { ...tight, minLimit: q('2'), maxLimit: q('3') }
    const wide = { minShare: 0.1, maxShare: 9, minLimit: '500m', maxLimit: '9', minLimitShare: 0.1, maxLimitShare: 9 }
    assert.deepEqual(given(tight), read)
    assert.deepEqual(given(wide), outer)
    assert.deepEqual(given({}), outer)
    assert.deepEqual(given(tight, CLUSTER as typeof cluster), read)
    assert.deepEqual(Object.keys(of({}).policy.bounds.cpu), ['min', 'max'])
  })

  test('is the first by name, in any order', () => {
    const [a, b] = [named('a', { goal: 'savings' }), named('b', { goal: 'reliability' })]
    for (const policies of [
      [a, b],
      [b, a],
    ])
      assert.equal(effectivePolicy(CLUSTER, policies, {}).goal, 'savings')
    const selecting = named('z', { selector: {}, goal: 'balanced' })
    for (const policies of [
      [a, selecting],
      [selecting, a],
    ])
      assert.equal(effectivePolicy({ ...CLUSTER, goal: 'savings' }, policies, {}).goal, 'balanced')
  })
})

test('limits beyond the bounds of limits are reported as well, but equal ones are not', () => {
  const memory = { ...DEFAULT_POLICY.bounds.memory, maxLimit: parseQuantity('8Gi')! }
  const cluster = { ...DEFAULT_POLICY, bounds: { ...DEFAULT_POLICY.bounds, memory } }
  const told = (min: string, max: string) =>
    clampedSettings({ bounds: { memory: { minLimit: min, maxLimit: max } } }, cluster)
  assert.deepEqual(told('32Mi', '8Gi'), [])
  assert.deepEqual(clampedSettings({ bounds: { memory: { min: '9Gi', max: '9Gi' } } }, cluster), [])
  assert.deepEqual(told('1Mi', '9Gi'), [
    "bounds.memory.minLimit 1Mi is limited to the cluster's 32Mi",
    "bounds.memory.maxLimit 9Gi is limited to the cluster's 8Gi",
  ])
})

test("settings wider than the cluster's are described", () => {
  assert.deepEqual(
    clampedSettings({ bounds: { cpu: { min: '1m', max: '2' }, memory: { max: '1Ti' } } }, DEFAULT_POLICY),
    ["bounds.cpu.min 1m is limited to the cluster's 10m", "bounds.memory.max 1Ti is limited to the cluster's 64Gi"],
  )
  assert.deepEqual(clampedSettings({}, DEFAULT_POLICY), [])
})

describe('a label selector', () => {
  const labels = { app: 'cart', tier: 'web' }
  const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', key: string, values?: string[]) =>
    selects({ matchExpressions: [{ key, operator, ...(values && { values }) }] }, labels)

  test('selects objects that have all of its labels', () => {
    assert.equal(selects({}, labels), true)
    assert.equal(selects({ matchLabels: { app: 'cart', tier: 'web' } }, labels), true)
    assert.equal(selects({ matchLabels: { app: 'cart', tier: 'db' } }, labels), false)
  })

  test('selects objects that match all of its expressions and labels', () => {
    const [app, tier] = [
      { key: 'app', operator: 'Exists' },
      { key: 'tier', operator: 'In', values: ['db'] },
    ] as const
    assert.equal(selects({ matchExpressions: [app] }, labels), true)
    assert.equal(selects({ matchExpressions: [app, { ...tier, values: [...tier.values] }] }, labels), false)
    assert.equal(selects({ matchLabels: { app: 'other' }, matchExpressions: [app] }, labels), false)
    assert.equal(expression('In', 'app'), false)
  })

  test('supports the four operators', () => {
    assert.deepEqual(
      [expression('In', 'app', ['cart', 'x']), expression('In', 'app', ['x']), expression('In', 'none', ['x'])],
      [true, false, false],
    )
    assert.deepEqual(
      [expression('NotIn', 'app', ['x']), expression('NotIn', 'app', ['cart']), expression('NotIn', 'none', ['x'])],
      [true, false, true],
    )
    assert.deepEqual([expression('Exists', 'app'), expression('Exists', 'none')], [true, false])
    assert.deepEqual([expression('DoesNotExist', 'app'), expression('DoesNotExist', 'none')], [false, true])
  })

  test('does not treat properties of every object as labels', () => {
    for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(expression('Exists', key), false, key)
      assert.equal(expression('DoesNotExist', key), true, key)
    }
  })
})

test('a SizingPolicy and an annotation may only do less to running Pods than the cluster allows', () => {
  const cluster = { ...CLUSTER, running: 'inPlace' } as const
  const of = (running: ApplyRunning, within: Effective = cluster) =>
    effectivePolicy(within, [{ name: 'a', spec: { apply: { running } } }], {}).running
  assert.deepEqual([of('never'), of('inPlace'), of('inPlace', CLUSTER)], ['never', 'inPlace', 'never'])
  const asked = (word: string) => runningOf(cluster, word)
  assert.deepEqual(['never', 'inPlace'].map(asked), ['never', 'inPlace'])
  assert.equal(runningOf(CLUSTER, 'inPlace'), 'never')
  assert.equal(asked('in-place'), 'never', 'a word that nobody knows does nothing')
  assert.equal(runningOf(cluster, undefined), 'inPlace')
  const wide = { ...CLUSTER, running: 'inPlaceOrRestart' } as const
  assert.deepEqual([of('inPlace', wide), of('inPlaceOrRestart')], ['inPlace', 'inPlace'])
  assert.equal(runningOf(wide, 'inPlace'), 'inPlace')
})

test('the consent to set heaps comes from the first policy that has one, with its name', () => {
  const consent = (name: string) => ({ name, spec: { runtimes: { go: { containers: ['app'], memLimit: '80%' } } } })
  const { policy } = effectivePolicy(CLUSTER, [consent('b'), { name: 'a', spec: {} }], {})
  assert.deepEqual([...policy.heaps!], [['app', { runtime: 'go', percent: 80, policy: 'b' }]])
  assert.equal(effectivePolicy(CLUSTER, [{ name: 'a', spec: {} }], {}).policy.heaps, undefined)
})
