// The invariants of the webhook, as properties for any Pod, recommendation and policy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Revision } from '../../src/api/recommendation.ts'
import { type Pod, readContainers } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, limitBounds, type Policy } from '../../src/policy/policy.ts'
import { DECISION_ANNOTATION } from '../../src/policy/record.ts'
import { NOT_APPLIED, Snapshot } from '../../src/recommendations/snapshot.ts'
import { type ContainerResources, RESOURCES } from '../../src/resources/container.ts'
import { qosClass } from '../../src/resources/qos.ts'
import { formatQuantity, type ResourceName } from '../../src/resources/quantity.ts'
import { authorsResources, decide } from '../../src/sizing/decide.ts'
import type { AppliedValues } from '../../src/sizing/draft-containers.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { appliedValues, pods, policies, runs } from '../support/arbitraries.ts'

const core = 1_000_000_000n
const options = { numRuns: runs(2000) }

function admit(pod: Pod, applied: AppliedValues, policy: Policy) {
  const after = structuredClone(pod)
  const decision = decide(pod, applied, policy)
  const patch = buildPatch(pod, decision)
  applyInPlace(after, patch)
  return { after, decision, patch }
}

function carried(pod: Pod): ContainerResources[] {
  return readContainers(pod).map((slot) => slot.carried)
}

/** A Pod as it came, and as the webhook admitted it. */
interface Admitted extends ReturnType<typeof admit> {
  readonly pod: Pod
  readonly applied: AppliedValues
  readonly policy: Policy
}

/** What holds for every Pod, recommendation and policy. */
const INVARIANTS: Readonly<Record<string, (admitted: Admitted) => void>> = {
  'every patch applies, and readable and valid values stay readable and valid': ({ pod, after }) => {
    const [before, now] = [carried(pod), carried(after)]
    assert.equal(now.length, before.length)
    for (const [i, container] of now.entries()) {
      for (const resource of RESOURCES) {
        // readResources returns invalid for a request above its limit.
        assert.equal(container[resource] === 'invalid', before[i]![resource] === 'invalid')
      }
    }
  },

  'the patched Pod has the decided values, even if they are only implied': ({ after, decision }) => {
    if (decision.outcome !== 'patched') return
    const all = carried(after)
    for (const [i, { resources }] of decision.containers.entries()) {
      for (const { resource, carried: before, final } of resources) {
        const now = all[i]![resource]
        if (now === 'invalid') continue
        assert.deepEqual([now.request, now.limit], [final.request ?? before.request, final.limit ?? before.limit])
      }
    }
  },

  'admitting a patched Pod again changes nothing': ({ after, applied, policy }) => {
    const again = admit(after, applied, policy)
    assert.deepEqual(again.patch, [])
    assert.deepEqual(again.after, after)
  },

  'every written value is within the bounds': ({ decision, policy }) => {
    for (const { name, resources } of decision.containers) {
      for (const { resource, carried, author, final } of resources) {
        const bounds = { request: policy.bounds[resource], limit: limitBounds(policy.bounds[resource]) }
        for (const field of ['request', 'limit'] as const) {
          const { min, max } = bounds[field]
          const value = final[field]
          if (value === undefined || value === carried[field] || value === author[field]) continue
          assert.ok(value >= min && value <= max, `${name} ${resource} ${field} ${value} outside ${min}..${max}`)
        }
      }
    }
  },

  'every written value is in canonical form': ({ patch }) => {
    for (const operation of patch) {
      if (/annotations|resizePolicy$|\/env(\/-)?$/.test(operation.path)) continue
      for (const value of leaves('value' in operation ? operation.value : undefined)) {
        assert.match(value, /^[1-9]\d*(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/)
      }
    }
  },

  'nothing is ever removed, and only resources and the record are changed': ({ pod, after, patch }) => {
    for (const { op, path } of patch) {
      assert.ok(op === 'add' || op === 'replace', op)
      assert.match(
        path,
        /^\/spec\/(initC|c)ontainers\/\d+\/(resources(\/(requests|limits)(\/(cpu|memory))?)?|resizePolicy|env(\/-)?)$|^\/metadata\/annotations/,
      )
    }
    const all = carried(after)
    for (const [i, container] of carried(pod).entries()) {
      for (const resource of RESOURCES) {
        const [before, now] = [container[resource], all[i]![resource]]
        if (before === 'invalid' || now === 'invalid') continue
        if (before.request !== undefined) assert.notEqual(now.request, undefined)
        if (before.limit !== undefined) assert.notEqual(now.limit, undefined)
      }
    }
    for (const [key, value] of Object.entries(pod.metadata?.annotations ?? {})) {
      if (key !== DECISION_ANNOTATION) assert.equal(after.metadata?.annotations?.[key], value)
    }
  },

  'a variable is only added, and never one that the container has': ({ pod, after }) => {
    const came = readContainers(pod)
    for (const [i, { container }] of readContainers(after).entries()) {
      const before = came[i]!.container.env ?? []
      const now = container.env ?? []
      assert.deepEqual(now.slice(0, before.length), before)
      const added = now.slice(before.length)
      assert.ok(added.length <= 1)
      for (const { name } of added) assert.ok(before.every((one) => one.name !== name))
    }
  },

  'a heap that is set fits into the patched memory limit': ({ after }) => {
    for (const { container, carried } of readContainers(after)) {
      const added = container.env?.at(-1)
      const [, mebibytes] = /^(?:--max-old-space-size=)?(\d+)(?:MiB)?$/.exec(added?.value ?? '') ?? []
      if (mebibytes === undefined || added!.value!.endsWith('=200') || carried.memory === 'invalid') continue
      const bytes = BigInt(mebibytes) * 2n ** 20n
      assert.ok(bytes * core < carried.memory.limit!, `${bytes} of ${carried.memory.limit}`)
    }
  },

  'the QoS class is kept, except that a BestEffort Pod may become Burstable if the policy allows it': keepsQosClass,

  'a Guaranteed Pod with whole CPUs keeps whole CPUs': ({ pod: generated, applied, policy }) => {
    // Few generated Pods are Guaranteed.
    const pod = structuredClone(generated) as {
      spec?: { containers?: { resources?: object }[]; initContainers?: object[] }
    }
    for (const [i, container] of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].entries()) {
      const same = { cpu: String(1 + (i % 3)), memory: '1Gi' }
      Object.assign(container, { resources: { requests: same, limits: same } })
    }
    for (const { cpu } of carried(admit(pod as Pod, applied, policy).after))
      if (cpu !== 'invalid') assert.equal(cpu.limit! % core, 0n)
  },

  'an unreadable value of one resource never keeps the other from being sized': ({ pod, applied, policy }) => {
    const broken = structuredClone(pod) as { spec: { containers: { resources?: unknown }[] } }
    const [first] = broken.spec.containers
    const name = readContainers(broken as Pod).find(({ list }) => list === 'containers')!.name
    first!.resources = { requests: { cpu: 'lots' } }
    const decision = decide(
      broken as Pod,
      { ...applied, containers: new Map([[name, { memory: { request: policy.bounds.memory.min } }]]) },
      {
        ...policy,
        bounds: { ...policy.bounds, memory: { min: 2n ** 20n * core, max: 2n ** 40n * core } },
        sizeBestEffort: true,
      },
    )
    if (pod.metadata?.annotations?.['plimsoll.dev/ignore-containers']?.includes(name)) return
    const memory = decision.containers.find((c) => c.name === name)!.resources.find((r) => r.resource === 'memory')!
    assert.notEqual(memory.final.request, undefined)
  },
}

/** With a record that was forged or is outdated, it may return to the class that its author chose. */
function keepsQosClass({ pod, after, policy }: Pick<Admitted, 'pod' | 'after' | 'policy'>): void {
  const allowed = [qosClass(carried(pod)), qosClass([...authorsResources(pod).values()])]
  if (allowed.includes('BestEffort') && policy.sizeBestEffort) allowed.push('Burstable')
  const now = qosClass(carried(after))
  assert.ok(allowed.includes(now), `${now}, and not ${allowed.join(' or ')}`)
}

// All with the same Pods: to generate and admit one takes longer than to look at it.
test('every invariant holds for any Pod, recommendation and policy', () => {
  const check = (pod: Pod, applied: AppliedValues, policy: Policy) => {
    const admitted = { pod, applied, policy, ...admit(pod, applied, policy) }
    for (const [sentence, holds] of Object.entries(INVARIANTS)) {
      try {
        holds(admitted)
      } catch (error) {
        throw new Error(`Not so: ${sentence}. ${(error as Error).message}`, { cause: error })
      }
    }
  }
  fc.assert(fc.property(pods, appliedValues, policies, check), { ...options, includeErrorInReport: true })
})

test('a Guaranteed Pod keeps its class although its record says otherwise', () => {
  const decision = '{"revision":1,"containers":{"app":{"cpu":{"request":["1","2"]}}}}'
  const same = { cpu: '2', memory: '1M' }
  const pod: Pod = {
    metadata: { annotations: { [DECISION_ANNOTATION]: decision } },
    spec: { containers: [{ name: 'app', resources: { requests: same, limits: same } }] },
  }
  const policy = DEFAULT_POLICY
  keepsQosClass({ pod, policy, ...admit(pod, { revision: 1, containers: new Map() }, policy) })
})

test('a request that is only implied by its limit is written when the limit changes and the request does not', () => {
  const gibibytes = (n: bigint) => n * 2n ** 30n * core
  const containers = [{ name: 'app', resources: { limits: { memory: '1Gi' } } }, { name: 'bare' }]
  const pod: Pod = { metadata: {}, spec: { containers } }
  const memory = { request: gibibytes(1n), limit: gibibytes(2n) }
  const { after } = admit(pod, { revision: 1, containers: new Map([['app', { memory }]]) }, DEFAULT_POLICY)
  assert.deepEqual(after.spec!.containers![0]!.resources, { limits: { memory: '2Gi' }, requests: { memory: '1Gi' } })
})

function leaves(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves)
}

test("a resource that an autoscaler holds keeps its author's values, even if others were learned", () => {
  const holds = fc.array(
    fc.record({
      container: fc.constantFrom('app', 'envoy', 'init-0', 'init-1'),
      resource: fc.constantFrom(...RESOURCES),
      code: fc.constantFrom('HeldForHpa', 'HeldForVpa'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  let held = 0
  fc.assert(
    fc.property(pods, appliedValues, policies, holds, (pod, applied, policy, all) => {
      const byName = Map.groupBy(all, ({ container }) => container)
      const codes = new Map<string, Partial<Record<ResourceName, string>>>(
        [...byName].map(([name, those]) => [name, Object.fromEntries(those.map((h) => [h.resource, h.code]))]),
      )
      const { after, decision } = admit(pod, { ...applied, held: codes }, policy)
      const authors = authorsResources(pod)
      for (const [i, { name, resources }] of decision.containers.entries()) {
        for (const { resource, final, reasons } of resources) {
          const [code, author] = [codes.get(name)?.[resource], authors.get(name)![resource]]
          if (!code || author === 'invalid' || reasons.includes('ContainerIgnored')) continue
          held++
          // If values of an earlier decision cannot be removed, the Pod's current values count as the author's.
          const came = carried(pod)[i]![resource]
          const isKept = [author, came].some(
            (one) => one !== 'invalid' && one.request === final.request && one.limit === final.limit,
          )
          assert.ok(isKept, `${name} ${resource}`)
          if (decision.outcome === 'patched') assert.notEqual(carried(after)[i]![resource], 'invalid')
        }
      }
    }),
    options,
  )
  assert.ok(held > options.numRuns / 10, `only ${held} were held`)
})

test('only the applied revision is injected, not a learned, pending or last good one; without one, nothing is injected', () => {
  const statuses = fc.record(
    Object.fromEntries(
      ['applied', 'learned', 'pending', 'lastGood', 'wouldApply'].map((field) => [field, fc.boolean()]),
    ),
  ) as fc.Arbitrary<Record<string, boolean>>
  fc.assert(
    fc.property(pods, appliedValues, policies, statuses, (pod, values, policy, has) => {
      const revision = (number: number): Revision => ({
        ...{ revision: number, time: '2026-03-01T00:00:00Z', source: 'observed', goal: 'balanced' },
        containers: [...values.containers].map(([name, targets]) => ({
          name,
          ...Object.fromEntries(
            RESOURCES.flatMap((resource) => {
              const nanos = targets[resource]?.request
              return nanos === undefined
                ? []
                : [[resource, { request: formatQuantity(resource, nanos * BigInt(number)) }]]
            }),
          ),
        })),
      })
      const status = Object.fromEntries(
        Object.keys(has).flatMap((field, i) => (has[field] ? [[field, revision(i + 1)]] : [])),
      )
      const workload = { namespace: 'shop', kind: 'StatefulSet', name: 'web' }
      const snapshot = new Snapshot()
      const { kind, name } = workload
      snapshot.put({ metadata: { namespace: 'shop', name: 'x' }, spec: { workload: { kind, name } }, status } as never)
      const found = snapshot.lookup(workload)
      if (!has.applied) return assert.equal(found, NOT_APPLIED)
      const decision = decide(pod, found as AppliedValues, policy)
      assert.ok(decision.record === undefined || decision.record.revision === 1)
      for (const { name: container, resources } of decision.containers) {
        for (const { resource, reasons } of resources) {
          if (reasons.includes('NotInAppliedRevision'))
            assert.equal(values.containers.get(container)?.[resource], undefined)
        }
      }
    }),
    options,
  )
})

test('Pods with pod-level resources, mirror Pods and opted-out Pods are left alone, and so is every container that was not learned', () => {
  const marks = fc.constantFrom<((pod: Pod) => Pod) | undefined>(
    undefined,
    (pod) => ({ ...pod, spec: { ...pod.spec, resources: { requests: { cpu: '1' } } } }),
    (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { 'plimsoll.dev/inject': 'false' } } }),
    (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, 'kubernetes.io/config.mirror': 'x' } },
    }),
  )
  fc.assert(
    fc.property(pods, appliedValues, policies, marks, (pod, applied, policy, mark) => {
      if (mark) return assert.deepEqual(admit(mark(pod), applied, policy).patch, [])
      const { decision } = admit(pod, applied, policy)
      for (const { name, kind, list, index, resources } of decision.containers) {
        const restarts = pod.spec!.initContainers?.[index]?.restartPolicy === 'Always'
        assert.equal(kind, list === 'containers' ? 'container' : restarts ? 'sidecar' : 'init')
        if (applied.containers.has(name)) continue
        for (const { carried: came, author, final } of resources) {
          assert.ok(
            [came, author].some((one) => one.request === final.request && one.limit === final.limit),
            name,
          )
        }
      }
    }),
    options,
  )
})

test('a patched Pod that others have changed stays valid and stable when it is admitted again with other values and another policy', () => {
  const change = fc.record({
    container: fc.nat(),
    field: fc.constantFrom('requests', 'limits'),
    resource: fc.constantFrom('cpu', 'memory'),
    value: fc.constantFrom('1n', '1m', '250m', '7', '64Mi', '3Gi', undefined),
  })
  fc.assert(
    fc.property(
      pods,
      appliedValues,
      policies,
      appliedValues,
      policies,
      fc.array(change, { maxLength: 2 }),
      (pod, a, p, b, q, changes) => {
        const first = admit(pod, a, p).after
        const unpatched = structuredClone(pod)
        for (const { container, field, resource, value } of changes) {
          tamper(first, container, field, resource, value)
          tamper(unpatched, container, field, resource, value)
        }
        const { after } = admit(first, b, q)
        // It may return to the class that its author chose, or keep its current one, but gets no third one.
        if (qosClass(carried(after)) === 'Guaranteed') {
          assert.ok([pod, unpatched, first].some((earlier) => qosClass(carried(earlier)) === 'Guaranteed'))
        }
        for (const [i, resources] of carried(after).entries()) {
          for (const resource of RESOURCES) {
            assert.equal(resources[resource] === 'invalid', carried(first)[i]![resource] === 'invalid')
          }
        }
        assert.deepEqual(admit(after, b, q).patch, [])
      },
    ),
    { ...options, examples: LEFTOVERS },
  )
})

type Change =
  Parameters<typeof tamper> extends [Pod, infer C, infer F, infer R, infer V]
    ? { container: C; field: F; resource: R; value: V }
    : never

function tamper(pod: Pod, container: number, field: string, resource: string, value: string | undefined): void {
  const containers = pod.spec!.containers! as { resources?: Record<string, Record<string, unknown> | null> }[]
  const chosen = containers[container % containers.length]!
  chosen.resources ??= {}
  chosen.resources[field] ??= {}
  const values = chosen.resources[field]
  if (value === undefined) delete values[resource]
  else values[resource] = value
}

/**
 * A limit of an earlier decision prevents the author's larger request; or it stays, without its request, when the CPU returns to equal
 * values of its author.
 */
const LEFTOVERS: [Pod, AppliedValues, Policy, AppliedValues, Policy, Change[]][] = (() => {
  const mebibytes = (n: bigint) => n * 2n ** 20n * core
  const pod = (request: string): Pod => ({
    metadata: {},
    spec: { containers: [{ name: 'app', resources: { requests: { memory: request } } }] },
  })
  const bounds = { cpu: { min: 1n, max: 64n * core }, memory: { min: mebibytes(1n), max: mebibytes(65536n) } }
  const headroom: Policy = { bounds, limits: { cpu: 'none', memory: 'headroom' }, sizeBestEffort: true }
  const none: Policy = { bounds, limits: { cpu: 'none', memory: 'none' }, sizeBestEffort: true }
  const values = (request: bigint): AppliedValues => ({
    revision: 1,
    containers: new Map([['app', { memory: { request: mebibytes(request) } }]]),
  })
  const nothing: AppliedValues = { revision: 2, containers: new Map() }
  const equalCpu = { requests: { cpu: '4442m' }, limits: { cpu: '4442m' } }
  return [
    [pod('400Mi'), values(200n), headroom, nothing, headroom, []],
    [pod('100Mi'), values(200n), headroom, values(500n), none, []],
    [
      pod('2Gi'),
      values(500n),
      none,
      nothing,
      none,
      [{ container: 0, field: 'limits', resource: 'memory', value: '1Gi' }],
    ],
    [
      { metadata: {}, spec: { containers: [{ name: 'app', resources: equalCpu }] } },
      {
        revision: 1,
        containers: new Map([
          ['app', { cpu: { request: core / 1000n }, memory: { request: mebibytes(1n), limit: mebibytes(2n) } }],
        ]),
      },
      headroom,
      nothing,
      headroom,
      [{ container: 0, field: 'requests', resource: 'memory', value: undefined }],
    ],
  ]
})()
