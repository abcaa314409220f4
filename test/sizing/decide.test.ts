import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_RECORD_LENGTH } from '../../src/policy/index.ts'
import type { Pod } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts'
import { parseQuantity } from '../../src/resources/quantity.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/admission-constraints.ts'
import { authorsResources, decide } from '../../src/sizing/decide.ts'
import type { AppliedValues } from '../../src/sizing/draft-containers.ts'
import { mergeLimitRules, readLimitRange } from '../../src/sizing/limit-range.ts'
import { readQuota } from '../../src/sizing/quota.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'

type Quantities = { cpu?: string; memory?: string }
type Resources = { requests?: Quantities; limits?: Quantities }

const pod = (...containers: Resources[]): Pod => ({
  metadata: {},
  spec: { containers: containers.map((resources, i) => ({ name: NAMES[i]!, resources })) },
})
const NAMES = ['app', 'envoy', 'third']

function learned(values: Record<string, { cpu?: [string, string?]; memory?: [string, string?] }>): AppliedValues {
  const target = (pair?: [string, string?]) =>
    pair && { request: parseQuantity(pair[0])!, ...(pair[1] && { limit: parseQuantity(pair[1])! }) }
  const entries = Object.entries(values).map(([name, { cpu, memory }]) => {
    return [name, { ...(cpu && { cpu: target(cpu)! }), ...(memory && { memory: target(memory)! }) }] as const
  })
  return { revision: 7, containers: new Map(entries) }
}

function policy(changes: Partial<Policy> = {}): Policy {
  return { ...DEFAULT_POLICY, ...changes }
}

function outcome(before: Pod, applied: AppliedValues, under: Policy = DEFAULT_POLICY) {
  const decision = decide(before, applied, under)
  const after = structuredClone(before)
  applyInPlace(after, buildPatch(before, decision))
  const reasons = Object.fromEntries(
    decision.containers.flatMap(({ name, resources }) => resources.map((r) => [`${name}.${r.resource}`, r.reasons])),
  )
  return { decision, reasons, after, resources: after.spec!.containers!.map((c) => c.resources) }
}

const APP = learned({ app: { cpu: ['120m', '400m'], memory: ['200Mi', '300Mi'] } })

describe('the record', () => {
  test('of the largest Pod that is sized can be read back, so that admitting it again changes nothing', () => {
    const names = Array.from({ length: 128 }, (_, i) => `${'n'.repeat(60)}${String(i).padStart(3, '0')}`)
    const resources = { requests: { cpu: '1234m', memory: '1234567Ki' }, limits: { cpu: '5678m', memory: '7654321Ki' } }
    const large: Pod = { metadata: {}, spec: { containers: names.map((name) => ({ name, resources })) } }
    const applied = learned(
      Object.fromEntries(names.map((name) => [name, { cpu: ['111m'], memory: ['222Mi', '333Mi'] }])),
    )
    const { decision, after } = outcome(large, applied)
    assert.equal(decision.outcome, 'patched')
    assert.ok(decision.annotation!.length <= MAX_RECORD_LENGTH)
    assert.deepEqual(outcome(after, applied).decision.reasons, ['AlreadyApplied'])
  })

  test('keeps the name of a container that every object has a field of', () => {
    const odd: Pod = {
      metadata: {},
      spec: { containers: [{ name: '__proto__', resources: { requests: { cpu: '2' } } }] },
    }
    const { decision } = outcome(odd, learned({ ['__proto__']: { cpu: ['120m'] } }))
    assert.match(decision.annotation!, /"__proto__":\{"cpu":\{"request":\["2","120m"\]/)
  })

  test('that would be longer than readers take leaves the Pod as it is', () => {
    const names = Array.from({ length: 128 }, (_, i) => `${'n'.repeat(600)}${i}`)
    const large: Pod = {
      metadata: {},
      spec: { containers: names.map((name) => ({ name, resources: { requests: { cpu: '1' } } })) },
    }
    const applied = learned(Object.fromEntries(names.map((name) => [name, { cpu: ['111m'] }])))
    assert.deepEqual(outcome(large, applied).decision.reasons, ['AnnotationsFull'])
  })
})

describe('requests', () => {
  test('become what was learned, and the learned memory limit comes with them', () => {
    const { resources, decision } = outcome(pod({ requests: { cpu: '2', memory: '4Gi' } }), APP)
    assert.deepEqual(resources, [{ requests: { cpu: '120m', memory: '200Mi' }, limits: { memory: '300Mi' } }])
    assert.deepEqual(decision.record, {
      revision: 7,
      containers: {
        app: { cpu: { request: ['2', '120m'] }, memory: { request: ['4Gi', '200Mi'], limit: [null, '300Mi'] } },
      },
      kept: {},
      reasons: {},
    })
  })

  test('are given to a container that has none', () => {
    const { resources } = outcome(pod({}), APP)
    assert.deepEqual(resources, [{ requests: { cpu: '120m', memory: '200Mi' }, limits: { memory: '300Mi' } }])
  })

  test('stay as written where nothing has been learned, container by container and resource by resource', () => {
    const { resources, reasons } = outcome(
      pod({ requests: { cpu: '2', memory: '4Gi' } }, { requests: { cpu: '1' } }),
      learned({ app: { memory: ['200Mi', '300Mi'] } }),
    )
    assert.deepEqual(resources, [
      { requests: { cpu: '2', memory: '200Mi' }, limits: { memory: '300Mi' } },
      { requests: { cpu: '1' } },
    ])
    assert.deepEqual(reasons['app.cpu'], ['NotInAppliedRevision'])
    assert.deepEqual(reasons['envoy.memory'], ['NotInAppliedRevision'])
  })

  test('are not rewritten when the author spelled the same value in another way', () => {
    const { decision } = outcome(
      pod({ requests: { cpu: '0.12', memory: '0.1953125Gi' }, limits: { memory: '314572800' } }),
      APP,
    )
    assert.equal(decision.outcome, 'skipped')
    assert.deepEqual(decision.reasons, ['NothingToChange'])
  })

  test('of a missing container in the recommendation, and of one the Pod lacks, are no error', () => {
    const { decision } = outcome(pod({ requests: { cpu: '1' } }), learned({ other: { cpu: ['1'] } }))
    assert.equal(decision.outcome, 'skipped')
  })
})

describe('bounds', () => {
  test('raise what is learned too low and cap what is learned too high, and say so', () => {
    const { resources, reasons } = outcome(
      pod({ requests: { cpu: '1', memory: '1Gi' } }),
      learned({ app: { cpu: ['1m'], memory: ['100Gi', '200Gi'] } }),
    )
    assert.deepEqual(resources, [{ requests: { cpu: '10m', memory: '64Gi' }, limits: { memory: '64Gi' } }])
    assert.deepEqual(reasons, { 'app.cpu': ['RaisedToMinimum'], 'app.memory': ['CappedAtMaximum'] })
  })

  test('that leave no whole grain leave the resource alone', () => {
    const narrow = { min: parseQuantity('10.2m')!, max: parseQuantity('10.8m')! }
    const { reasons, resources } = outcome(pod({ requests: { cpu: '1' } }), learned({ app: { cpu: ['500m'] } }), {
      ...DEFAULT_POLICY,
      bounds: { ...DEFAULT_POLICY.bounds, cpu: narrow },
    })
    assert.deepEqual(reasons['app.cpu'], ['BoundsConflict'])
    assert.deepEqual(resources, [{ requests: { cpu: '1' } }])
  })
})

describe('the limits policy', () => {
  const author = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } }
  const limits = (each: Policy['limits']['cpu']) => policy({ limits: { cpu: each, memory: each } })

  test('keep: leaves limits and lets them cap the requests', () => {
    const { resources, reasons } = outcome(
      pod(author),
      learned({ app: { cpu: ['3'], memory: ['500Mi'] } }),
      limits('keep'),
    )
    assert.deepEqual(resources, [{ requests: { cpu: '2', memory: '500Mi' }, limits: { cpu: '2', memory: '2Gi' } }])
    assert.deepEqual(reasons['app.cpu'], ['CappedByLimit'])
  })

  test('keep: adds no limit', () => {
    assert.deepEqual(outcome(pod({}), APP, limits('keep')).resources, [{ requests: { cpu: '120m', memory: '200Mi' } }])
  })

  test('keep: leaves a resource alone whose limit is below the lower bound', () => {
    const { reasons } = outcome(pod({ limits: { cpu: '5m' } }), APP, limits('keep'))
    assert.deepEqual(reasons['app.cpu'], ['BoundsConflict'])
  })

  test("ratio: keeps the author's ratio", () => {
    const { resources } = outcome(pod(author), APP, limits('ratio'))
    assert.deepEqual(resources, [
      { requests: { cpu: '120m', memory: '200Mi' }, limits: { cpu: '240m', memory: '400Mi' } },
    ])
  })

  test('ratio: adds no limit where there is none', () => {
    assert.deepEqual(
      outcome(pod({ requests: { cpu: '1' } }), learned({ app: { cpu: ['120m'] } }), limits('ratio')).resources,
      [{ requests: { cpu: '120m' } }],
    )
  })

  test('headroom: sets the learned limit, up or down', () => {
    const { resources } = outcome(pod(author), APP, limits('headroom'))
    assert.deepEqual(resources, [
      { requests: { cpu: '120m', memory: '200Mi' }, limits: { cpu: '400m', memory: '300Mi' } },
    ])
  })

  test('none: adds no limit, keeps one that is enough, raises one that is not', () => {
    const { resources } = outcome(
      pod({ limits: { cpu: '300m', memory: '1Gi' }, requests: { cpu: '100m', memory: '1Gi' } }, {}),
      learned({ app: { cpu: ['120m', '400m'], memory: ['200Mi', '300Mi'] }, envoy: { cpu: ['50m', '90m'] } }),
      limits('none'),
    )
    assert.deepEqual(resources, [
      { requests: { cpu: '120m', memory: '200Mi' }, limits: { cpu: '400m', memory: '1Gi' } },
      { requests: { cpu: '50m' } },
    ])
  })
})

describe('the QoS class', () => {
  test('of a Guaranteed Pod stays: request and limit move together to the learned peak', () => {
    const equal = { cpu: '1500m', memory: '4Gi' }
    const { resources, reasons } = outcome(pod({ requests: equal, limits: equal }), APP)
    assert.deepEqual(resources, [
      { requests: { cpu: '400m', memory: '300Mi' }, limits: { cpu: '400m', memory: '300Mi' } },
    ])
    assert.deepEqual(reasons['app.cpu'], ['LimitFollowsRequest'])
  })

  test('of a Guaranteed Pod with whole CPUs stays, and so do whole CPUs', () => {
    const equal = { cpu: '4', memory: '4Gi' }
    const { resources, reasons } = outcome(pod({ requests: equal, limits: equal }), APP)
    assert.deepEqual(resources[0]?.requests, { cpu: '1', memory: '300Mi' })
    assert.deepEqual(reasons['app.cpu'], ['LimitFollowsRequest', 'WholeCpuKept'])
    assert.deepEqual(reasons['app.memory'], ['LimitFollowsRequest'])
  })

  test('of a Guaranteed Pod whose limits are kept by policy leaves nothing to change', () => {
    const equal = { cpu: '4', memory: '4Gi' }
    const { decision, reasons } = outcome(
      pod({ requests: equal, limits: equal }),
      APP,
      policy({ limits: { cpu: 'keep', memory: 'keep' } }),
    )
    assert.equal(decision.outcome, 'skipped')
    assert.deepEqual(reasons, { 'app.cpu': ['QosClassKept'], 'app.memory': ['QosClassKept'] })
  })

  test('of a Burstable Pod whose requests would meet its limits stays Burstable by one grain', () => {
    const before = pod({ requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '400m', memory: '300Mi' } })
    const meets = learned({ app: { cpu: ['400m'], memory: ['300Mi'] } })
    const { resources, reasons } = outcome(before, meets, policy({ limits: { cpu: 'keep', memory: 'keep' } }))
    assert.deepEqual(resources, [
      { requests: { cpu: '399m', memory: '300Mi' }, limits: { cpu: '400m', memory: '300Mi' } },
    ])
    assert.deepEqual(reasons['app.cpu'], ['QosClassKept'])
  })

  test("stays Burstable on a whole grain where the author's value is between two", () => {
    const whole = { cpu: '2', memory: '1Gi' }
    const before = pod(
      { requests: { cpu: '1500u', memory: '1Gi' }, limits: { cpu: '1500u', memory: '1Gi' } },
      {
        requests: { ...whole, cpu: '1' },
        limits: whole,
      },
    )
    const meets = learned({ app: { cpu: ['1'] }, envoy: { cpu: ['2'] } })
    const bounds = { ...DEFAULT_POLICY.bounds, cpu: { ...DEFAULT_POLICY.bounds.cpu, min: 1_000_000n } }
    const { resources } = outcome(before, meets, policy({ bounds, limits: { cpu: 'keep', memory: 'keep' } }))
    assert.deepEqual(resources[0]?.requests, { cpu: '1m', memory: '1Gi' })
    assert.deepEqual(resources[1]?.requests, whole)
  })

  test("returns to the author's values where the bounds leave no room for that grain", () => {
    const before = pod({ requests: { cpu: '5m', memory: '100Mi' }, limits: { cpu: '10m', memory: '300Mi' } })
    const meets = learned({ app: { cpu: ['10m'], memory: ['300Mi'] } })
    const { resources, reasons } = outcome(before, meets, policy({ limits: { cpu: 'keep', memory: 'keep' } }))
    assert.deepEqual(resources[0]?.requests, { cpu: '5m', memory: '300Mi' })
    assert.deepEqual(reasons['app.cpu'], ['QosClassKept'])
  })

  test('of a BestEffort Pod stays where the policy says so', () => {
    const { decision } = outcome(pod({}), APP, policy({ sizeBestEffort: false }))
    assert.deepEqual([decision.outcome, decision.reasons], ['skipped', ['QosClassKept']])
  })
})

describe('what is left alone', () => {
  const withMetadata = (metadata: Pod['metadata']): Pod => ({ ...pod({ requests: { cpu: '1' } }), metadata: metadata! })
  const cases: [string, Pod, string][] = [
    ['a Pod that opted out by label', withMetadata({ labels: { 'plimsoll.dev/inject': 'false' } }), 'OptedOut'],
    ['a mirror Pod', withMetadata({ annotations: { 'kubernetes.io/config.mirror': 'x' } }), 'MirrorPod'],
    [
      'a Pod with pod-level resources',
      { spec: { ...pod({}).spec, resources: { requests: { cpu: '1' } } } },
      'PodLevelResources',
    ],
    [
      'a Pod whose annotations are full',
      withMetadata({ annotations: { a: 'x'.repeat(256 * 1024 - 20) } }),
      'AnnotationsFull',
    ],
  ]
  for (const [what, given, reason] of cases) {
    test(what, () => {
      const { decision, after } = outcome(given, APP)
      assert.deepEqual([decision.outcome, decision.reasons], ['skipped', [reason]])
      assert.deepEqual(after, given)
    })
  }

  test('a container that the author wants ignored', () => {
    const given: Pod = {
      ...pod({ requests: { cpu: '1' } }),
      metadata: { annotations: { 'plimsoll.dev/ignore-containers': 'envoy, app' } },
    }
    assert.deepEqual(outcome(given, APP).reasons['app.cpu'], ['ContainerIgnored'])
  })

  test('an explicit limit of zero', () => {
    const { reasons, resources } = outcome(pod({ limits: { cpu: '0' }, requests: { memory: '1Gi' } }), APP)
    assert.deepEqual(reasons['app.cpu'], ['AuthorLimitZero'])
    assert.deepEqual(resources[0]?.limits, { cpu: '0', memory: '300Mi' })
  })

  test('a value that is not a quantity, while the other resource is sized', () => {
    const { reasons, resources } = outcome(pod({ requests: { cpu: 'lots', memory: '1Gi' } }), APP)
    assert.deepEqual(reasons['app.cpu'], ['AuthorValueInvalid'])
    assert.deepEqual(resources[0]?.requests, { cpu: 'lots', memory: '200Mi' })
  })
})

describe('native sidecars and init containers', () => {
  test('are sized by their own recommendation', () => {
    const given = {
      metadata: {},
      spec: {
        initContainers: [
          { name: 'envoy', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
          { name: 'migrate' },
        ],
        containers: [{ name: 'app' }],
      },
    }
    const decision = decide(given, learned({ envoy: { cpu: ['30m'] } }), DEFAULT_POLICY)
    assert.deepEqual(buildPatch(given, decision).slice(0, -1), [
      { op: 'replace', path: '/spec/initContainers/0/resources/requests/cpu', value: '30m' },
    ])
    assert.deepEqual(
      decision.containers.map(({ kind }) => kind),
      ['sidecar', 'init', 'container'],
    )
  })
})

describe('a Pod that was patched before', () => {
  const first = () => outcome(pod({ requests: { cpu: '2', memory: '4Gi' } }), APP).after

  test('starts from what its author wrote', () => {
    const { resources, decision } = outcome(first(), {
      ...learned({ app: { cpu: ['150m'], memory: ['200Mi', '300Mi'] } }),
      revision: 8,
    })
    assert.deepEqual(resources[0]?.requests, { cpu: '150m', memory: '200Mi' })
    assert.deepEqual(decision.record?.containers.app?.cpu, { request: ['2', '150m'] })
  })

  test('keeps what somebody changed since, and does not count it as applied', () => {
    const changed = first() as { spec: { containers: { resources: { requests: { cpu: string } } }[] } }
    changed.spec.containers[0]!.resources.requests.cpu = '700m'
    const { decision, after } = outcome(changed as Pod, APP)
    assert.equal(decision.containers[0]!.resources[0]!.final.request, parseQuantity('700m'))
    assert.deepEqual(decision.record?.reasons, { 'app.cpu': ['ChangedAfterPlimsoll'] })
    assert.deepEqual(Object.keys(decision.record?.containers.app ?? {}), ['memory'])
    // The memory is still Plimsoll's.
    assert.deepEqual(decision.reasons, ['Applied'])
    assert.deepEqual(outcome(after, APP).decision.reasons, ['AlreadyApplied'])
  })

  test('keeps what was added to it where no more is learned', () => {
    const [cpu] = decide(outcome(pod({}), learned({ app: { cpu: ['120m'] } })).after, learned({}), DEFAULT_POLICY)
      .containers[0]!.resources
    assert.deepEqual(cpu!.final, { request: parseQuantity('120m'), limit: undefined })
  })

  test('is told to carry it already when nothing is new', () => {
    assert.deepEqual(outcome(first(), APP).decision.reasons, ['AlreadyApplied'])
  })
})

describe('whose values count as the author’s, beside a record that no longer fits', () => {
  type Pair = [request: string, limit: string]
  /** The CPU is as recorded; memory is recorded as the change from 1Gi to 512Mi, if at all. */
  function authorsCpu(
    cpu: Pair,
    memory: Pair,
    before: { request: string[]; limit?: string[] },
    isMemoryRecorded = true,
  ) {
    const containers = { app: { cpu: before, ...(isMemoryRecorded && { memory: { request: ['1Gi', '512Mi'] } }) } }
    const annotations = { 'plimsoll.dev/decision': JSON.stringify({ revision: 1, containers, reasons: {} }) }
    const resources = { requests: { cpu: cpu[0], memory: memory[0] }, limits: { cpu: cpu[1], memory: memory[1] } }
    const decision = decide({ ...pod(resources), metadata: { annotations } }, APP, DEFAULT_POLICY)
    const { request, limit } = decision.containers[0]!.resources[0]!.author
    return [request, limit].map((value) => Number(value) / 1e9)
  }

  test('are those on record where nobody else changed anything', () => {
    assert.deepEqual(authorsCpu(['1', '2'], ['1Gi', '1Gi'], { request: ['2', '1'] }, false), [2, 2])
  })

  test('are those on record where that makes no Guaranteed Pod', () => {
    assert.deepEqual(authorsCpu(['1', '2'], ['1Gi', '2Gi'], { request: ['2', '1'] }), [2, 2])
  })

  test('are those that it carries where it would become Guaranteed, which nobody chose', () => {
    assert.deepEqual(authorsCpu(['1', '2'], ['1Gi', '1Gi'], { request: ['2', '1'] }), [1, 2])
  })

  test('are those on record where it is Guaranteed either way', () => {
    assert.deepEqual(authorsCpu(['1', '1'], ['1Gi', '1Gi'], { request: ['2', '1'], limit: ['2', '1'] }), [2, 2])
  })
})

test('reviews of other Pods change nothing for a Pod under a quota: it is raised where ten like it have room', () => {
  const raised = learned({ app: { cpu: ['1500m'] } })
  const requestUnder = (cpu: string) => {
    const hard = { 'requests.cpu': cpu }
    const quotas = [readQuota({ spec: { hard }, status: { hard, used: { 'requests.cpu': '0' } } })]
    const fresh = pod({ requests: { cpu: '1' } })
    const patch = buildPatch(fresh, decide(fresh, raised, DEFAULT_POLICY, { ...NO_CONSTRAINTS, quotas }))
    applyInPlace(fresh, patch)
    return fresh.spec!.containers![0]!.resources!.requests!.cpu
  }
  assert.deepEqual([requestUnder('15'), requestUnder('14999m')], ['1500m', '1'])
})

test('what keeps the QoS class may cost a grain that a LimitRange needs: then one resource goes without the other', () => {
  const limits = (least: object) => mergeLimitRules([readLimitRange({ limits: [{ type: 'Pod', min: least }] })])
  const before = pod({ requests: { cpu: '3', memory: '3Gi' }, limits: { cpu: '3', memory: '4Gi' } })
  const meets = learned({ app: { cpu: ['2', '2'], memory: ['2Gi', '2Gi'] } })
  const under = policy({ limits: { cpu: 'headroom', memory: 'headroom' } })
  const say = (least: object) =>
    decide(before, meets, under, { ...NO_CONSTRAINTS, limits: limits(least) }).containers[0]!.resources.map(
      ({ resource, final, reasons }) =>
        [Number(final.request! / (resource === 'cpu' ? 1_000_000n : 2n ** 20n * 10n ** 9n)), ...reasons].join(' '),
    )
  assert.deepEqual(say({}), ['1999 QosClassKept', '2048'])
  assert.deepEqual(say({ cpu: '2' }), ['3000 HeldByPodLimitRange', '2047 QosClassKept'])
  assert.deepEqual(say({ cpu: '2', memory: '2Gi' }), ['3000 HeldByPodLimitRange', '3072 HeldByPodLimitRange'])
})

describe('of a Pod that is hardly one', () => {
  test('nothing is decided', () => {
    assert.deepEqual(decide({}, APP, DEFAULT_POLICY).reasons, ['NothingToChange'])
  })

  test('nothing is known of its author', () => {
    assert.deepEqual([...authorsResources({})], [])
    assert.deepEqual(
      [...authorsResources({ spec: { containers: [{ name: 'app' }] } })],
      [['app', { cpu: { request: undefined, limit: undefined }, memory: { request: undefined, limit: undefined } }]],
    )
  })
})

describe('a record that somebody made up', () => {
  const forged = (record: object, resources: Resources, others: Record<string, string> = {}): Pod => {
    const decision = JSON.stringify({ revision: 1, reasons: {}, ...record })
    return { ...pod(resources), metadata: { annotations: { 'plimsoll.dev/decision': decision, ...others } } }
  }

  test('gives no container a value beyond the bounds as what its author wrote', () => {
    const cpu = { limit: ['1k', '500m'] }
    const before = forged({ containers: { app: { cpu } } }, { requests: { cpu: '100m' }, limits: { cpu: '500m' } })
    for (const limits of ['keep', 'ratio', 'headroom', 'none'] as const) {
      const under = policy({ limits: { cpu: limits, memory: limits } })
      const { resources } = outcome(before, APP, under)
      assert.notEqual(resources[0]?.limits?.cpu, '1k', limits)
      assert.ok(parseQuantity(resources[0]!.limits!.cpu)! <= DEFAULT_POLICY.bounds.cpu.max, limits)
    }
  })

  test('gives none below them to a container that is left alone', () => {
    const memory = { request: ['1', '512Mi'] }
    const ignored = { 'plimsoll.dev/ignore-containers': 'app' }
    const before = forged({ containers: { app: { memory } } }, { requests: { memory: '512Mi' } }, ignored)
    assert.equal(outcome(before, APP).resources[0]?.requests?.memory, '512Mi')
  })

  test('leaves alone what an author wrote beyond the bounds', () => {
    const { resources } = outcome(pod({ requests: { cpu: '1' }, limits: { cpu: '1k' } }), APP)
    assert.equal(resources[0]?.limits?.cpu, '1k')
  })
})
