// LimitRanges and ResourceQuotas, as properties: a Pod that the API server lets pass as it came passes as it leaves.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Pod, readContainers } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts'
import { type AdmissionConstraints, NO_CONSTRAINTS, podCharges } from '../../src/sizing/admission-constraints.ts'
import { decide } from '../../src/sizing/decide.ts'
import type { AppliedValues } from '../../src/sizing/draft-containers.ts'
import { mergeLimitRules, NO_LIMIT_RULES, readLimitRange, requestWithinRatio } from '../../src/sizing/limit-range.ts'
import { readQuota } from '../../src/sizing/quota.ts'
import { InFlight } from '../../src/webhook/in-flight.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { type LimitRangeSpec, limitRangerSays, quotaCharges, quotaSays } from '../support/api-server-checks.ts'
import { appliedValues, limitRangeFor, pods, policies, quotaFor, runs } from '../support/arbitraries.ts'

const MILLI = 1_000_000n
const options = { numRuns: runs(2000) }
const overheads = fc.option(fc.constant({ cpu: '250m', memory: '120Mi' }), { nil: undefined })
/** What is no quantity, or a request above its limit, fails before any of this. */
const legiblePods = fc
  .tuple(pods, overheads)
  .map(([pod, overhead]): Pod => (overhead ? { ...pod, spec: { ...pod.spec, overhead } } : pod))
  .filter((pod) =>
    readContainers(pod).every(({ carried: { cpu, memory } }) => cpu !== 'invalid' && memory !== 'invalid'),
  )

function around(ranges: readonly LimitRangeSpec[], left: Record<string, bigint>): AdmissionConstraints {
  const quotas = Object.keys(left).length > 0 ? [{ left, scopes: [] }] : []
  return { limits: mergeLimitRules(ranges.map(readLimitRange)), quotas, inFlight: {} }
}

function admit(pod: Pod, applied: AppliedValues, policy: Policy, surroundings: AdmissionConstraints) {
  const after = structuredClone(pod)
  const decision = decide(pod, applied, policy, surroundings)
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
      const surroundings = around(ranges(pod), left(pod))
      const { after, patch } = admit(pod, applied, policy, surroundings)
      // One that was left alone bears no record: it counts as another Pod, with what it took gone from the quota.
      if (patch.length === 0) return
      patched++
      // What it took is in flight when it comes back.
      const again = admit(after, applied, policy, { ...surroundings, inFlight: podCharges(after) })
      assert.deepEqual(again.patch, [])
    }),
    options,
  )
  assert.ok(patched > options.numRuns / 20, `only ${patched} Pods were patched`)
})

test('a patched Pod that comes to another namespace is let pass there if it was as it came', () => {
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

test('a burst that two webhooks answer, neither of which sees the other or the quota move, fits up to its last raised Pod', () => {
  const arrivals = fc.array(fc.tuple(legiblePods, appliedValues, fc.constantFrom(0, 1)), { minLength: 2, maxLength: 8 })
  // Each is several Pods.
  const bursts = runs(500)
  let raised = 0
  fc.assert(
    fc.property(arrivals, policies, quotaFor, fc.bigInt(1n, 20n), (burst, policy, shape, times) => {
      const left = Object.fromEntries(Object.entries(shape(burst[0]![0])).map(([name, most]) => [name, most * times]))
      const webhooks = [new InFlight(), new InFlight()] as const
      const taken: Record<string, bigint>[] = [{}, {}]
      const upToLastRaise: Record<string, bigint>[] = [{}, {}]
      for (const [pod, applied, which] of burst) {
        const inFlight = webhooks[which].of('shop', 0)
        const { after } = admit(pod, applied, policy, { ...around([], left), inFlight })
        webhooks[which].add('shop', podCharges(after), 0)
        const [before, now] = [quotaCharges(pod), quotaCharges(after)]
        for (const [name, amount] of Object.entries(now)) {
          taken[which]![name] = (taken[which]![name] ?? 0n) + amount
          if (amount <= (before[name] ?? 0n)) continue
          upToLastRaise[which]![name] = taken[which]![name]
          if (left[name] !== undefined) raised++
        }
      }
      for (const [name, most] of Object.entries(left)) {
        const sum = (upToLastRaise[0]![name] ?? 0n) + (upToLastRaise[1]![name] ?? 0n)
        assert.ok(sum <= most, `${name}: ${sum} of ${most}`)
      }
    }),
    { numRuns: bursts },
  )
  assert.ok(raised > bursts / 20, `only ${raised} values were raised under a quota`)
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
