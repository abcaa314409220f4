import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { costPerMonth, fleetInsight, type HpaFacts } from '../../src/insight/index.ts'
import { someFleet } from './generated.ts'
import { ASKED, GIB, learned, ofContainer } from './made.ts'

const HPA: HpaFacts = { name: 'web', minReplicas: 3, maxReplicas: 10, replicas: 5 }
const CPU_80 = { resource: 'cpu', utilization: 80, author: 80 } as const
const HALF = { learned: { balanced: learned('500m', '512Mi') } }

test('the minimum costs minReplicas × requests, as they are and as learned, however many Pods run now', () => {
  const { autoscaled, price } = ofContainer(HALF, { pods: 5, hpa: HPA })
  assert.deepEqual(autoscaled?.minimum, {
    now: { cpuCores: 3, memoryBytes: 3 * GIB, perMonth: costPerMonth(3, 3 * GIB, price) },
    learned: { cpuCores: 1.5, memoryBytes: 1.5 * GIB, perMonth: costPerMonth(1.5, 1.5 * GIB, price) },
  })
  assert.deepEqual([autoscaled?.name, autoscaled?.maxReplicas, autoscaled?.replicas], ['web', 10, 5])
})

test('without anything learned, or without known requests, the minimum has no such figure', () => {
  assert.deepEqual(Object.keys(ofContainer({}, { hpa: HPA }).autoscaled!.minimum), ['now'])
  const { autoscaled } = ofContainer({ ...HALF, now: undefined as never, author: undefined as never }, { hpa: HPA })
  assert.deepEqual(autoscaled?.minimum.now, {})
})

test('a workload without an HPA says nothing of one', () => {
  assert.equal(ofContainer(HALF).autoscaled, undefined)
})

test('it says how many Pods the HPA keeps, for how long it had just these, and what makes them fewer', () => {
  const { says } = ofContainer(HALF, { hpa: { ...HPA, atMinimumShare: 0.71 } }).autoscaled!
  assert.equal(
    says,
    'The HPA web keeps at least 3 Pods, and had exactly that many 71 % of the time. Lower requests make these cheaper, but only a lower minReplicas makes them fewer.',
  )
  assert.match(ofContainer(HALF, { hpa: { ...HPA, minReplicas: 1 } }).autoscaled!.says, /at least 1 Pod\. /)
  assert.equal(ofContainer(HALF, { hpa: { ...HPA, minReplicas: 0 } }).autoscaled!.says, '')
})

test('the target that keeps the scale point is as much higher as the learned request is lower', () => {
  const { targets, says } = ofContainer(HALF, { hpa: { ...HPA, targets: [CPU_80] } }).autoscaled!
  assert.deepEqual(targets, [{ resource: 'cpu', utilization: 80, keeps: 160 }])
  assert.match(says, /a target of 160 % for cpu instead of 80 % keeps the scale point/)
})

test("a target that Plimsoll has changed counts from its author's", () => {
  const targets = [{ ...CPU_80, utilization: 160 }]
  const { autoscaled } = ofContainer(HALF, { hpa: { ...HPA, targets } })
  assert.deepEqual(autoscaled?.targets, [{ resource: 'cpu', utilization: 160, keeps: 160 }])
  assert.doesNotMatch(autoscaled!.says, /scale point/)
})

test('a target is rounded down, because a lower one means more replicas', () => {
  const third = { learned: { balanced: learned('300m', '1Gi') } }
  const { autoscaled } = ofContainer(third, { hpa: { ...HPA, targets: [CPU_80] } })
  assert.equal(autoscaled?.targets?.[0]?.keeps, 266)
  const same = { learned: { balanced: learned('700m', '1Gi') }, author: { ...ASKED, cpu: { request: 0.7 } } }
  assert.equal(ofContainer(same, { hpa: { ...HPA, targets: [CPU_80] } }).autoscaled?.targets?.[0]?.keeps, 80)
})

test('no target is named if a counted container requests nothing, nothing was learned, or 1 % is too much', () => {
  const keptOf = (container: Parameters<typeof ofContainer>[0], target: object = {}) =>
    ofContainer(container, { hpa: { ...HPA, targets: [{ ...CPU_80, ...target }] } }).autoscaled?.targets?.[0]?.keeps
  assert.equal(keptOf({ ...HALF, author: { ...ASKED, cpu: {} } }), undefined)
  assert.equal(keptOf({}), undefined)
  assert.equal(keptOf({ learned: { balanced: learned('200', '1Gi') } }), undefined)
  assert.equal(keptOf(HALF, { container: 'gone' }), undefined)
  assert.equal(keptOf(HALF, { container: 'app' }), 160)
})

test('for any fleet, the minimum is minReplicas × the requests of a Pod, and costs what its amounts cost', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      for (const { autoscaled, containers, price } of fleetInsight(facts).workloads) {
        if (!autoscaled) continue
        const { minReplicas, minimum } = autoscaled
        const expected = containers.reduce((sum, one) => sum + (one.cpuCores.now?.request ?? 0), 0) * minReplicas
        const { cpuCores, memoryBytes, perMonth } = minimum.now
        if (cpuCores !== undefined) assert.ok(Math.abs(cpuCores - expected) <= 1e-9 * (1 + expected))
        assert.equal(perMonth, cpuCores === undefined ? undefined : costPerMonth(cpuCores, memoryBytes!, price))
      }
    }),
    { numRuns: 100 },
  )
})

test("a target that keeps the scale point never scales at more usage than the author's, and at most 1 % of the request earlier", () => {
  const percent = fc.integer({ min: 1, max: 300 })
  const millicores = fc.integer({ min: 1, max: 64_000 })
  fc.assert(
    fc.property(percent, millicores, millicores, (author, written, needed) => {
      const { autoscaled } = ofContainer(
        { author: { ...ASKED, cpu: { request: written / 1000 } }, learned: { balanced: learned(`${needed}m`, '1Gi') } },
        { hpa: { ...HPA, targets: [{ resource: 'cpu', utilization: author, author }] } },
      )
      const keeps = autoscaled?.targets?.[0]?.keeps
      // Millicores of usage at which it scales, times 100.
      const [before, after] = [author * written, (keeps ?? 0) * needed]
      assert.ok(after <= before * (1 + 1e-9) && before < after + needed * (1 + 1e-9), `${before}, ${after}`)
    }),
  )
})
