// LimitRanges and ResourceQuotas, as properties: a Pod that the API server lets pass as it came passes as it leaves.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Pod, PodSlot } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts'
import {
  type AdmissionConstraints,
  fitPod,
  isAdmissible,
  NO_CONSTRAINTS,
  roomFor,
} from '../../src/sizing/admission-constraints.ts'
import { decide } from '../../src/sizing/decide.ts'
import type { Draft } from '../../src/sizing/draft.ts'
import type { AppliedValues } from '../../src/sizing/draft-containers.ts'
import {
  type LimitRule,
  mergeLimitRules,
  NO_LIMIT_RULES,
  readLimitRange,
  requestWithinRatio,
} from '../../src/sizing/limit-range.ts'
import { type Amounts, readQuota } from '../../src/sizing/quota.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { type LimitRangeSpec, limitRangerSays, quotaCharges, quotaSays } from '../support/api-server-checks.ts'
import { appliedValues, legiblePods, limitRangeFor, policies, quotaFor, runs } from '../support/arbitraries.ts'

const MILLI = 1_000_000n
const options = { numRuns: runs(2000) }

function around(ranges: readonly LimitRangeSpec[], left: Record<string, bigint>): AdmissionConstraints {
  const quotas = Object.keys(left).length > 0 ? [{ left, scopes: [] }] : []
  return { limits: mergeLimitRules(ranges.map(readLimitRange)), quotas }
}

function admit(pod: Pod, applied: AppliedValues, policy: Policy, constraints: AdmissionConstraints) {
  const after = structuredClone(pod)
  const decision = decide(pod, applied, policy, constraints)
  const patch = buildPatch(pod, decision)
  applyInPlace(after, patch)
  return { after, decision, patch }
}

test('a Pod that LimitRanger lets pass as it came passes as it leaves', () => {
  let patched = 0
  fc.assert(
    fc.property(legiblePods, appliedValues, policies, limitRangeFor, (pod, applied, policy, shape) => {
      const ranges = shape(pod)
      if (limitRangerSays(pod, ranges).length > 0) return
      const { after, patch } = admit(pod, applied, policy, around(ranges, {}))
      if (ranges[0]!.limits.length > 0 && patch.length > 0) patched++
      assert.deepEqual(limitRangerSays(after, ranges), [])
    }),
    options,
  )
  assert.ok(patched > options.numRuns / 20, `only ${patched} Pods were patched under a LimitRange`)
})

test('a Pod that the quota has room for as it came is not refused for what was injected', () => {
  let raised = 0
  fc.assert(
    fc.property(legiblePods, appliedValues, policies, quotaFor, (pod, applied, policy, shape) => {
      const left = shape(pod)
      const { after } = admit(pod, applied, policy, around([], left))
      const [before, now] = [quotaCharges(pod), quotaCharges(after)]
      if (Object.keys(left).some((name) => (now[name] ?? 0n) > (before[name] ?? 0n))) raised++
      assert.deepEqual(quotaSays(after, left), [])
    }),
    options,
  )
  assert.ok(raised > options.numRuns / 50, `only ${raised} Pods were raised under a quota`)
})

test('admitting a patched Pod again changes nothing, whatever the namespace asks for', () => {
  let patched = 0
  fc.assert(
    fc.property(legiblePods, appliedValues, policies, limitRangeFor, quotaFor, (pod, applied, policy, ranges, left) => {
      const constraints = around(ranges(pod), left(pod))
      const { after, patch } = admit(pod, applied, policy, constraints)
      // One that was left alone bears no record: it counts as another Pod, with what it took gone from the quota.
      if (patch.length === 0) return
      patched++
      const again = admit(after, applied, policy, constraints)
      assert.deepEqual(again.patch, [])
    }),
    options,
  )
  assert.ok(patched > options.numRuns / 20, `only ${patched} Pods were patched`)
})

test('a patched Pod that is created in another namespace passes there if its original did', () => {
  const cases = [legiblePods, appliedValues, appliedValues, policies, limitRangeFor, quotaFor] as const
  fc.assert(
    fc.property(...cases, (pod, applied, other, policy, rangesAround, leftAround) => {
      const { after: copied } = admit(pod, applied, policy, NO_CONSTRAINTS)
      const [ranges, left] = [rangesAround(copied), leftAround(copied)]
      if (limitRangerSays(copied, ranges).length > 0) return
      const { after } = admit(copied, other, policy, around(ranges, left))
      assert.deepEqual([...limitRangerSays(after, ranges), ...quotaSays(after, left)], [])
    }),
    options,
  )
})

test('ten raised Pods that are created at once, whoever answers for them, fit the quota that each of them was shown', () => {
  let raised = 0
  fc.assert(
    fc.property(
      legiblePods,
      appliedValues,
      policies,
      quotaFor,
      fc.bigInt(1n, 40n),
      (pod, applied, policy, shape, times) => {
        const left = Object.fromEntries(Object.entries(shape(pod)).map(([name, most]) => [name, most * times]))
        const { after } = admit(pod, applied, policy, around([], left))
        const [before, now] = [quotaCharges(pod), quotaCharges(after)]
        for (const [name, amount] of Object.entries(now)) {
          if (left[name] === undefined || amount <= (before[name] ?? 0n)) continue
          raised++
          assert.ok(10n * amount <= left[name], name)
        }
      },
    ),
    options,
  )
  assert.ok(raised > options.numRuns / 50, `only ${raised} amounts were raised`)
})

describe('a ResourceQuota', () => {
  /** Of memory: twice what the author asks for is learned, which this has no room for. */
  const quota = (spec: object) => {
    const hard = { 'requests.memory': '3Gi' }
    return readQuota({ spec: { hard, ...spec }, status: { hard, used: { 'requests.memory': '0' } } })
  }
  const selected = (operator: string, ...values: string[]) => ({
    scopeSelector: {
      matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values.length > 0 && { values }) }],
    },
  })
  const scoped = (...scopes: string[]) => ({ scopes })

  function given(spec: object, podSpec: object, requests: Record<string, string> = { memory: '1Gi' }): string {
    const pod: Pod = { spec: { ...podSpec, containers: [{ name: 'app', resources: { requests } }] } }
    const applied = { revision: 1, containers: new Map([['app', { memory: { request: 2n * 2n ** 30n * 10n ** 9n } }]]) }
    const around = { ...NO_CONSTRAINTS, quotas: [quota(spec)] }
    const { reasons, containers } = decide(pod, applied, DEFAULT_POLICY, around)
    const [app] = containers
    return app?.resources[1]?.reasons.join() || reasons.join()
  }

  const brief = { activeDeadlineSeconds: 60 }
  const urgent = { priorityClassName: 'urgent' }
  const cases: [what: string, spec: object, held: object[], free: object[]][] = [
    ['without a scope', {}, [{}, brief, urgent], []],
    ['Terminating', scoped('Terminating'), [brief, { activeDeadlineSeconds: 0 }], [{}, urgent]],
    ['NotTerminating', scoped('NotTerminating'), [{}, urgent], [brief]],
    ['PriorityClass, by its name alone', scoped('PriorityClass'), [urgent], [{}]],
    ['PriorityClass In', selected('In', 'urgent', 'other'), [urgent], [{}, { priorityClassName: 'calm' }]],
    ['PriorityClass NotIn', selected('NotIn', 'urgent'), [{}, { priorityClassName: 'calm' }], [urgent]],
    ['PriorityClass Exists', selected('Exists'), [urgent], [{}]],
    ['PriorityClass DoesNotExist', selected('DoesNotExist'), [{}], [urgent]],
    ['NotBestEffort', scoped('NotBestEffort'), [{}], []],
    ['two scopes at once', scoped('Terminating', 'PriorityClass'), [{ ...brief, ...urgent }], [brief, urgent]],
    ['a scope that is not known', scoped('CrossNamespacePodAffinity'), [{}], []],
  ]
  for (const [what, spec, held, free] of cases) {
    test(`holds back the Pods that it counts, and no others: ${what}`, () => {
      for (const one of held) assert.equal(given(spec, one), 'HeldByQuota', JSON.stringify(one))
      for (const one of free) assert.equal(given(spec, one), 'Applied', JSON.stringify(one))
    })
  }

  test('is read whole, however many values and scopes it has', () => {
    const classes = Array.from({ length: 1_000 }, (_, i) => `class-${i}`)
    const last = { priorityClassName: 'class-999' }
    assert.equal(given(selected('In', ...classes), last), 'HeldByQuota')
    assert.equal(given(selected('NotIn', ...classes), last), 'Applied')
    const [expression] = selected('In', 'class-999').scopeSelector.matchExpressions
    const scopeSelector = {
      matchExpressions: [...Array(200).fill(expression), ...selected('In', 'other').scopeSelector.matchExpressions],
    }
    assert.equal(given({ scopeSelector }, last), 'Applied')
  })

  test('that tells BestEffort Pods from others leaves a BestEffort Pod what it is', () => {
    for (const scope of ['BestEffort', 'NotBestEffort'])
      assert.equal(given(scoped(scope), {}, {}), 'HeldByQuotaScope', scope)
    assert.equal(given(scoped('Terminating'), {}, {}), 'Applied')
  })
})

describe('LimitRanges', () => {
  test('of a namespace hold together: the tightest of each', () => {
    const rules = mergeLimitRules([
      readLimitRange({ limits: [{ type: 'Container', min: { cpu: '10m' }, max: { cpu: '4', memory: '1Gi' } }] }),
      readLimitRange({
        limits: [
          { type: 'Container', min: { cpu: '50m' }, max: { cpu: '8' }, maxLimitRequestRatio: { cpu: '4' } },
          { type: 'Pod', max: { memory: '2Gi' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
        ],
      }),
    ])
    assert.deepEqual(rules, {
      container: {
        cpu: { min: 50_000_000n, max: 4_000_000_000n, maxRatio: 4_000_000_000n },
        memory: { max: 1024n ** 3n * 10n ** 9n },
      },
      pod: { memory: { max: 2n * 1024n ** 3n * 10n ** 9n } },
    })
  })

  test('are read whole, however many items they have, and whatever these are called', () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({ type: 'Container', max: { cpu: `${2_000 - i}m` } }))
    const { container } = readLimitRange({ limits: [...items, { type: 'constructor', max: { cpu: '1m' } }] })
    assert.deepEqual(container.cpu, { max: 1_001n * MILLI })
    assert.deepEqual(readLimitRange({ limits: [{ type: '__proto__', max: { cpu: '1m' } }] }), NO_LIMIT_RULES)
  })

  test('compare ratios in the floating-point numbers that LimitRanger compares, where an exact one may be too much', () => {
    // 25793086000 / 6413000000 is 4.022 exactly; in floating point, a thousand times that is above 4022.
    const [request, limit, maxRatio] = [6_413_000n * MILLI, 25_793_086n * MILLI, 4_022n * MILLI]
    const raised = requestWithinRatio('cpu', request, limit, maxRatio)
    assert.equal(raised, request + MILLI)
    const container = (cpu: bigint): Pod => {
      const resources = { requests: { cpu: `${cpu / MILLI}m` }, limits: { cpu: `${limit / MILLI}m` } }
      return { spec: { containers: [{ name: 'app', resources }] } }
    }
    const ranges = [{ limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '4022m' } }] }]
    assert.notDeepEqual(limitRangerSays(container(request), ranges), [])
    assert.deepEqual(limitRangerSays(container(raised), ranges), [])
  })

  test('that are not as the API says are no rules', () => {
    for (const spec of [undefined, null, {}, { limits: 'all' }, { limits: [null, 7, { type: 'Container', min: 5 }] }]) {
      assert.deepEqual(readLimitRange(spec), NO_LIMIT_RULES)
    }
  })
})

test('the room for one Pod is a tenth of what the tightest quota leaves, of what a quota limits at all', () => {
  const room = (lefts: Amounts[]) => roomFor(lefts.map((left) => ({ left, scopes: [] })))
  assert.deepEqual(room([]), {})
  const lefts = [{ 'limits.cpu': 100n }, { 'limits.cpu': 80n, 'requests.cpu': 0n }, { 'limits.cpu': 90n }]
  assert.deepEqual(room(lefts), { 'limits.cpu': 8n, 'requests.cpu': 0n })
})

describe('a Pod as a whole', () => {
  /** Request and limit in milli-CPUs. */
  type Written = readonly [request?: number, limit?: number]
  /** Of a container: what its author wrote, and what it is to be, if anything. */
  type Change = readonly [author: Written, values?: Written]
  const RAISED: Change = [
    [10, 20],
    [30, 40],
  ]
  const LOWERED: Change = [
    [30, 40],
    [10, 20],
  ]
  const SAME: Change = [
    [10, 20],
    [10, 20],
  ]
  const UNTOUCHED: Change = [[10, 20]]

  interface Held {
    readonly pod?: { readonly min?: number; readonly max?: number; readonly ratio?: number }
    readonly container?: { readonly max: number }
    /** In milli-units, by what is counted. */
    readonly room?: Readonly<Record<string, number>>
    readonly overhead?: number
  }

  const milli = (number: number | undefined) => (number === undefined ? undefined : BigInt(number) * MILLI)
  const allotment = ([request, limit]: Written) => ({ request: milli(request), limit: milli(limit) })

  function setting(changes: readonly Change[], { pod, container, room = {}, overhead = 0 }: Held) {
    const drafts = changes.map(([author, values]): Draft[] => [
      {
        ...{ resource: 'cpu', author: allotment(author), reasons: [], least: 0n },
        values: values && allotment(values),
      },
      // What is held of the CPU must not touch it.
      { resource: 'memory', author: { request: 1n }, values: { request: 2n }, reasons: [], least: 0n },
    ])
    const slots = changes.map(([author]) => ({
      ...{ kind: 'container', list: 'containers', index: 0, name: 'app', container: {} },
      carried: { cpu: allotment(author), memory: {} },
    })) as PodSlot[]
    const rule = ({ min, max, ratio }: NonNullable<Held['pod']>): LimitRule => ({
      ...(min !== undefined && { min: milli(min)! }),
      ...(max !== undefined && { max: milli(max)! }),
      ...(ratio !== undefined && { maxRatio: milli(ratio * 1000)! }),
    })
    const limits = {
      container: { ...(container && { cpu: rule(container) }) },
      pod: { ...(pod && { cpu: rule(pod) }) },
    }
    const amounts = Object.fromEntries(Object.entries(room).map(([key, value]) => [key, milli(value)!]))
    return { drafts, slots, held: { limits, room: amounts, overhead: { cpu: milli(overhead)!, memory: 0n } } }
  }

  function fitted(changes: readonly Change[], given: Held): string {
    const { drafts, slots, held } = setting(changes, given)
    return fitPod(drafts, slots, held)
      .map(([cpu, memory]) => {
        assert.deepEqual(memory!.values, { request: 2n })
        const say = (value: bigint | undefined) => (value === undefined ? '-' : value / MILLI)
        if (cpu!.values) return `${say(cpu!.values.request)}/${say(cpu!.values.limit)}`
        return cpu!.reasons.join() || 'untouched'
      })
      .join(', ')
  }

  function fits(cases: [what: string, changes: Change[], given: Held, expected: string][]) {
    for (const [what, changes, given, expected] of cases)
      test(what, () => assert.equal(fitted(changes, given), expected))
  }

  describe('under a LimitRange', () => {
    const held = 'HeldByPodLimitRange'
    const limitRaised: Change = [
      [5, 10],
      [5, 20],
    ]
    const limitLowered: Change = [
      [5, 20],
      [5, 10],
    ]
    const requestLowered: Change = [
      [20, 20],
      [5, 20],
    ]
    const limitsRaised: Change = [
      [10, 20],
      [10, 60],
    ]
    const withoutLimit: Change = [[10], [30]]
    fits([
      ['is as it was to be without a rule', [RAISED, LOWERED], {}, '30/40, 10/20'],
      ['may be exactly what is allowed', [RAISED, LOWERED], { pod: { min: 40, max: 60 } }, '30/40, 10/20'],
      [
        'takes back what was raised where it is too much',
        [RAISED, LOWERED, UNTOUCHED],
        { pod: { max: 79 } },
        `${held}, 10/20, untouched`,
      ],
      ['takes back a limit alone', [limitRaised, SAME], { pod: { max: 39 } }, `${held}, 10/20`],
      ['takes back a request alone', [withoutLimit, SAME], { pod: { max: 39 } }, `${held}, 10/20`],
      [
        'takes back what was lowered where it is too little',
        [RAISED, LOWERED, UNTOUCHED],
        { pod: { min: 51 } },
        `30/40, ${held}, untouched`,
      ],
      [
        'takes back a limit alone that is too little, beside as much of requests as may be',
        [[[40], [40]], limitLowered],
        { pod: { min: 15, max: 45 } },
        `40/-, ${held}`,
      ],
      [
        'takes back a request alone that is too little, beside as much of limits as may be',
        [requestLowered, limitRaised],
        { pod: { min: 15, max: 40 } },
        `${held}, 5/20`,
      ],
      ['takes back everything for a ratio', [RAISED, LOWERED], { pod: { ratio: 1 } }, `${held}, ${held}`],
      [
        'takes back everything for a ratio, even where less would do',
        [limitsRaised, LOWERED],
        { pod: { min: 20, ratio: 3 } },
        `${held}, ${held}`,
      ],
      [
        'takes back everything where a limit is missing',
        [withoutLimit, [[30], [10]]],
        { pod: { max: 90 } },
        `${held}, ${held}`,
      ],
      [
        'takes back more where the first was not enough',
        [RAISED, LOWERED],
        { pod: { min: 30, max: 59 } },
        `${held}, ${held}`,
      ],
    ])
  })

  describe('under a quota', () => {
    const held = 'HeldByQuota'
    const limitRaised: Change = [
      [10, 20],
      [10, 40],
    ]
    const requestRaised: Change = [
      [10, 20],
      [20, 20],
    ]
    fits([
      [
        'may be exactly what there is room for',
        [RAISED, SAME],
        { room: { 'requests.cpu': 40, 'limits.cpu': 60 } },
        '30/40, 10/20',
      ],
      [
        'takes back what was raised where its requests are too much',
        [RAISED, SAME],
        { room: { 'requests.cpu': 39 } },
        `${held}, 10/20`,
      ],
      [
        'takes back what was raised where its limits are too much',
        [RAISED, SAME],
        { room: { 'limits.cpu': 59 } },
        `${held}, 10/20`,
      ],
      [
        'may always be what its authors wrote, or less',
        [LOWERED, SAME],
        { room: { 'requests.cpu': 0, 'limits.cpu': 0 } },
        '10/20, 10/20',
      ],
      [
        'may be moved from one container to another',
        [RAISED, LOWERED],
        { room: { 'requests.cpu': 0 } },
        '30/40, 10/20',
      ],
      [
        'takes back only where requests were raised',
        [limitRaised, requestRaised],
        { room: { 'requests.cpu': 29 } },
        `10/40, ${held}`,
      ],
      [
        'takes back only where limits were raised',
        [limitRaised, requestRaised],
        { room: { 'limits.cpu': 59 } },
        `${held}, 20/20`,
      ],
      [
        'takes back what its author did not ask for',
        [[[], [10, 20]], LOWERED, [[], [30, 30]]],
        { room: { 'requests.cpu': 0 } },
        `${held}, 10/20, ${held}`,
      ],
      ['has room for its overhead', [RAISED], { room: { 'requests.cpu': 35 }, overhead: 5 }, '30/40'],
      ['needs room for its overhead', [RAISED], { room: { 'requests.cpu': 34 }, overhead: 5 }, held],
    ])
  })

  test('is admissible within every rule for containers, for Pods, and of quotas', () => {
    const passes = (changes: Change[], given: Held) => {
      const { drafts, slots, held } = setting(changes, given)
      return isAdmissible(drafts, slots, held)
    }
    const cases: [given: Held, expected: boolean][] = [
      [{}, true],
      [{ container: { max: 40 } }, true],
      [{ container: { max: 39 } }, false],
      [{ pod: { max: 60 } }, true],
      [{ pod: { max: 59 } }, false],
      [{ room: { 'requests.cpu': 40, 'limits.cpu': 60 } }, true],
      [{ room: { 'requests.cpu': 39 } }, false],
      [{ room: { 'limits.cpu': 59 } }, false],
      [{ room: { 'limits.cpu': 60 }, overhead: 1 }, false],
    ]
    for (const [given, expected] of cases) assert.equal(passes([RAISED, SAME], given), expected, JSON.stringify(given))
    // What it carries already is no news to a quota.
    assert.ok(passes([LOWERED, SAME], { room: { 'requests.cpu': 0, 'limits.cpu': 0 } }))
  })
})
