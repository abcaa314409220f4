// Startup boosts, as properties for any Pod, recommendation and policy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Pod, type Policy, parseRecord, readContainers, withoutBoost } from '../../src/policy/index.ts'
import { DECISION_ANNOTATION } from '../../src/policy/record.ts'
import { startupBoost } from '../../src/policy/startup.ts'
import { type Allotment, qosClass, readable } from '../../src/resources/index.ts'
import { decide } from '../../src/sizing/decide.ts'
import type { AppliedValues } from '../../src/sizing/draft-containers.ts'
import { podTotal } from '../../src/sizing/pod-total.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { appliedValues, pods, policies, runs } from '../support/arbitraries.ts'

const CORE = 1_000_000_000n

const startups = fc
  .record({
    cpu: fc.constantFrom('2x', '1.5x', '10x', '2', '1500m', '1m'),
    limit: fc.constantFrom('whereSafe' as const, 'always' as const, 'never' as const),
  })
  .map(startupBoost)
const rooms = fc.constantFrom(CORE / 10n, CORE, 3n * CORE, 64n * CORE)

function admit(pod: Pod, applied: AppliedValues, policy: Policy) {
  const after = structuredClone(pod)
  const decision = decide(pod, applied, policy)
  applyInPlace(after, buildPatch(pod, decision))
  const record = parseRecord(after.metadata?.annotations?.[DECISION_ANNOTATION])
  return { after, decision, record, slots: readContainers(after), steady: withoutBoost(readContainers(after), record) }
}

function property(check: (plain: ReturnType<typeof admit>, boosted: ReturnType<typeof admit>, upTo: bigint) => void) {
  fc.assert(
    fc.property(pods, appliedValues, policies, startups, rooms, (pod, values, policy, startup, upTo) => {
      const applied = { ...values, startup: { upTo, proposed: new Map() } }
      check(admit(pod, values, policy), admit(pod, applied, { ...policy, startup }), upTo)
    }),
    { numRuns: runs(4000) },
  )
}

test('a boost only changes CPU, and all other values are the same as without it', () => {
  let boosts = 0
  property((plain, boosted) => {
    if (boosted.record?.boost) boosts++
    assert.deepEqual(
      boosted.steady.map(({ carried }) => carried),
      plain.slots.map(({ carried }) => carried),
    )
    assert.deepEqual(boosted.record?.containers ?? {}, plain.record?.containers ?? {})
    assert.deepEqual(
      boosted.slots.map(({ carried }) => carried.memory),
      plain.slots.map(({ carried }) => carried.memory),
    )
  })
  assert.ok(boosts > 100, `${boosts} Pods had a boost`)
})

test('a boost only raises, keeps the QoS class and whole CPUs, and fits on the largest node', () => {
  property((_, { slots, steady, record }, upTo) => {
    if (!record?.boost) return
    const qos = qosClass(slots.map(({ carried }) => carried))
    assert.equal(qos, qosClass(steady.map(({ carried }) => carried)))
    for (const [i, { name, kind, carried }] of slots.entries()) {
      const [now, then] = [readable(carried.cpu), readable(steady[i]!.carried.cpu)]
      if (!record.boost[name]) continue
      assert.notEqual(kind, 'init')
      for (const field of ['request', 'limit'] as const) assert.ok((now[field] ?? 0n) >= (then[field] ?? 0n))
      if (qos === 'Guaranteed') assert.equal(now.limit! % CORE === 0n || then.limit! % CORE !== 0n, true)
    }
    const total = (of: typeof steady) =>
      podTotal(of.map(({ kind, carried }) => ({ kind, ...(readable(carried.cpu) as Allotment) }))).request ?? 0n
    assert.ok(total(slots) <= (upTo > total(steady) ? upTo : total(steady)))
  })
})

test('admitting a boosted Pod again changes nothing, and removes the boost if none is configured any more', () => {
  fc.assert(
    fc.property(pods, appliedValues, policies, startups, (pod, values, policy, startup) => {
      const applied = { ...values, startup: { upTo: 64n * CORE, proposed: new Map() } }
      const { after, record } = admit(pod, applied, { ...policy, startup })
      assert.deepEqual(buildPatch(after, decide(after, applied, { ...policy, startup })), [])
      if (!record?.boost) return
      const again = admit(after, values, policy)
      assert.equal(again.record?.boost, undefined)
      assert.deepEqual(
        again.slots.map(({ carried }) => carried.cpu),
        admit(pod, values, policy).slots.map(({ carried }) => carried.cpu),
      )
    }),
    { numRuns: runs(4000) },
  )
})

test('beside an init container that leaves little room, a sidecar gives up the whole excess', () => {
  const resources = (cpu: string) => ({ requests: { cpu, memory: '64Mi' } })
  const pod = {
    metadata: {},
    spec: {
      initContainers: [
        { name: 'proxy', restartPolicy: 'Always', resources: resources('1') },
        { name: 'prepare', resources: resources('2') },
      ],
      containers: [{ name: 'app', resources: resources('1') }],
    },
  }
  const applied = { revision: 1, containers: new Map(), startup: { upTo: 4n * CORE, proposed: new Map() } }
  const policy: Policy = {
    ...{ bounds: BOUNDS, limits: { cpu: 'none', memory: 'none' }, sizeBestEffort: true },
    startup: startupBoost({ cpu: '3x' }),
  }
  // Together 6 CPUs would start, 2 more than there are; beside the init container 5, 1 more.
  assert.deepEqual(admit(pod, applied, policy).record?.boost, {
    app: { request: ['1', '2'] },
    proxy: { request: ['1', '2'] },
  })
})

test('a learned boost is given if there is one', () => {
  const pod = {
    metadata: {},
    spec: {
      containers: ['a', 'b'].map((name) => ({ name, resources: { requests: { cpu: '200m', memory: '64Mi' } } })),
    },
  }
  const startup = startupBoost({ cpu: 'learned' })
  const values = new Map(['a', 'b'].map((name) => [name, { cpu: { request: CORE / 10n } }]))
  const applied = { revision: 1, containers: values, startup: { upTo: 8n * CORE, proposed: new Map([['b', '3x']]) } }
  const policy: Policy = {
    ...fc.sample(policies, 1)[0]!,
    bounds: BOUNDS,
    limits: { cpu: 'none', memory: 'none' },
    startup,
  }
  assert.deepEqual(admit(pod, applied, policy).record?.boost, { b: { request: ['100m', '300m'] } })
})

const BOUNDS = { cpu: { min: 0n, max: 100n * CORE }, memory: { min: 0n, max: 10n ** 30n } }
