// Cached answers, compared with answers that are computed for each Pod.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ContainerRecommendation, SizingPolicySpec } from '../../src/api/index.ts'
import {
  DEFAULT_POLICY,
  type Effective,
  effectivePolicy,
  type NamedSizingPolicy,
  type Pod,
  PolicyIndex,
} from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { formatQuantity, RESOURCES } from '../../src/resources/index.ts'
import { type AppliedValues, ConstraintsIndex, readLimitRange, readQuota } from '../../src/sizing/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { AnswerCache } from '../../src/webhook/answer-cache.ts'
import { applyInPlace } from '../apply.ts'
import { appliedValues, legiblePods, limitRangeFor, pods, quotaFor, runs } from '../support/arbitraries.ts'

class CountingCache extends AnswerCache {
  asked = 0
  again = 0

  override find(...of: Parameters<AnswerCache['find']>): ReturnType<AnswerCache['find']> {
    const answer = super.find(...of)
    this.asked++
    if (answer) this.again++
    return answer
  }
}

const CLUSTER: Effective = {
  ...{ policy: DEFAULT_POLICY, goal: 'balanced', criticality: 'medium', running: 'never', windows: [] },
}

/** A cluster that changes, and two webhooks that follow it: one uses cached answers, the other decides on each Pod. */
class World {
  readonly snapshot = new Snapshot()
  readonly policies = new PolicyIndex(CLUSTER)
  readonly allPolicies = new Map<string, Map<string, NamedSizingPolicy>>()
  readonly constraints = new ConstraintsIndex()
  readonly known = new CountingCache()
  readonly again = createAdmit({
    snapshot: this.snapshot,
    policy: (namespace, labels) => this.policies.effective(namespace, labels).policy,
    constraints: (namespace) => this.constraints.of(namespace),
    known: this.known,
  })
  readonly anew = createAdmit({
    snapshot: this.snapshot,
    policy: (namespace, labels) =>
      effectivePolicy(CLUSTER, [...(this.allPolicies.get(namespace)?.values() ?? [])], labels).policy,
    constraints: (namespace) => this.constraints.of(namespace),
    known: null,
  })

  putPolicy(namespace: string, policy: NamedSizingPolicy): void {
    this.policies.put(namespace, policy)
    const named = this.allPolicies.get(namespace) ?? new Map<string, NamedSizingPolicy>()
    this.allPolicies.set(namespace, named.set(policy.name, policy))
  }

  deletePolicy(namespace: string, name: string): void {
    this.policies.delete(namespace, name)
    this.allPolicies.get(namespace)?.delete(name)
  }

  /** @returns the Pod, patched by both webhooks */
  admit(object: Pod, namespace: string, uid: string): Pod {
    const request = (pod: Pod) =>
      ({ uid, kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', namespace, object: pod }) as const
    const before = structuredClone(object)
    const answer = this.again(request(object), 'auto')
    assert.deepEqual(object, before, 'the Pod of a review was changed')
    assert.deepEqual(answer, this.anew(request(structuredClone(object)), 'auto'))
    if (answer.patch) applyInPlace(before, JSON.parse(Buffer.from(answer.patch, 'base64').toString()))
    return before
  }
}

const namespace = fc.constantFrom('shop', 'bank')
const workload = fc.constantFrom('web', 'worker')
const place = fc.record({ namespace, workload })
const name = fc.constantFrom('a', 'b', 'c')

function statusOf({ revision, containers }: AppliedValues) {
  return {
    revision,
    containers: [...containers].map(([name, values]): ContainerRecommendation => {
      const written = RESOURCES.flatMap((resource) => {
        const target = values[resource]
        if (!target) return []
        const limit = target.limit === undefined ? {} : { limit: formatQuantity(resource, target.limit) }
        return [[resource, { request: formatQuantity(resource, target.request), ...limit }]]
      })
      return { name, ...Object.fromEntries(written) }
    }),
  }
}

const revision = appliedValues.map(statusOf)
const recommendation = fc
  .record({
    place,
    applied: fc.option(revision, { nil: undefined, freq: 9 }),
    canary: fc.option(
      fc.tuple(revision, fc.constantFrom(1, 50, 99)).map(([revision, percent]) => ({ revision, percent })),
      { nil: undefined, freq: 2 },
    ),
  })
  .map(({ place: { namespace, workload }, applied, canary }) => ({
    metadata: { namespace },
    spec: { workload: { kind: 'Deployment', name: workload } },
    status: { applied, canary },
  }))

const spec: fc.Arbitrary<SizingPolicySpec> = fc.record(
  {
    selector: fc.constantFrom({ matchLabels: { team: 'x' } }, { matchLabels: { index: '1' } }),
    bounds: fc.constantFrom({ cpu: { min: '200m' } }, { memory: { max: '1Gi', maxLimit: '500Mi' } }),
    limits: fc.constantFrom({ cpu: 'keep' as const }, { memory: 'none' as const }),
  },
  { requiredKeys: [] },
)

/** Differences between the Pods of a template. */
const replica = fc.record({
  uid: fc.uuid(),
  name: fc.option(fc.constantFrom('web-0', 'web-1'), { nil: undefined }),
  hash: fc.constantFrom('5b8dd68bd7', '6c9ee79ce8'),
  labels: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom({ team: 'x' }, { team: 'y', index: '1' }, { team: 'x', index: '2' }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { 'plimsoll.dev/inject': 'false' },
        { 'plimsoll.dev/workload': 'worker' },
        { team: 7 },
      ),
    },
  ),
  annotations: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom({}, { index: '1' }, { index: '22' }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Record<string, unknown>>(
        { 'plimsoll.dev/ignore-containers': 'app' },
        { 'plimsoll.dev/goal': 'cheap' },
        { 'kubernetes.io/config.mirror': 'x' },
        { long: 'x'.repeat(256 * 1024 - 300) },
        { index: 1 },
      ),
    },
  ),
  spec: fc.constantFrom<object>(
    {},
    { volumes: [{ name: 'token-abcde' }] },
    { volumes: [{ name: 'token-fghij' }] },
    {
      priorityClassName: 'high',
    },
  ),
})

type Replica = typeof replica extends fc.Arbitrary<infer T> ? T : never

function podOf(template: Pod, workload: string, { name, hash, labels, annotations, spec }: Replica): Pod {
  const { metadata } = template
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${workload}-${hash}`, controller: true }
  return {
    metadata: {
      ...(name && { name }),
      generateName: `${workload}-${hash}-`,
      labels: { 'pod-template-hash': hash, ...labels },
      ...(metadata && 'annotations' in metadata
        ? { annotations: metadata.annotations && { ...metadata.annotations, ...annotations } }
        : {}),
      ownerReferences: [owner],
    },
    spec: { ...template.spec, ...spec },
  } as Pod
}

/** A Pod of a template of a workload, which is created repeatedly. */
const regular = fc.record({ template: fc.nat(2), place, replica })

interface Drawn {
  readonly world: World
  readonly templates: readonly Pod[]
}

const act = <T>(arbitrary: fc.Arbitrary<T>, does: (drawn: Drawn, value: T) => void) =>
  arbitrary.map((value) => (drawn: Drawn) => does(drawn, value))

/** Changes in the cluster. */
const change: fc.Arbitrary<(drawn: Drawn) => void> = fc.oneof(
  act(recommendation, ({ world }, one) => world.snapshot.put(one)),
  act(recommendation, ({ world }, one) => world.snapshot.delete(one)),
  act(fc.array(recommendation), ({ world }, all) => world.snapshot.replace(all)),
  act(fc.record({ namespace, name, spec }), ({ world }, { namespace, ...policy }) =>
    world.putPolicy(namespace, policy),
  ),
  act(fc.tuple(namespace, name), ({ world }, of) => world.deletePolicy(...of)),
  act(fc.tuple(namespace, name, fc.nat(1), limitRangeFor), ({ world, templates }, [namespace, name, at, around]) => {
    const [{ limits } = { limits: [] }] = around(templates[at]!)
    world.constraints.limitRanges.put({ namespace, name, value: readLimitRange({ limits }) })
  }),
  act(fc.tuple(namespace, name, fc.nat(1), quotaFor), ({ world, templates }, [namespace, name, at, around]) => {
    const left = around(templates[at]!)
    const hard = Object.fromEntries(Object.entries(left).map(([key, nanos]) => [key, formatQuantity('cpu', nanos)]))
    const used = Object.fromEntries(Object.keys(left).map((key) => [key, '0']))
    const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }]
    const spec = { hard, ...(name === 'c' && { scopeSelector: { matchExpressions } }) }
    world.constraints.quotas.put({ namespace, name, value: readQuota({ spec, status: { hard, used } }) })
  }),
  act(fc.record({ namespace, name }), ({ world }, of) => {
    world.constraints.limitRanges.delete(of)
    world.constraints.quotas.delete(of)
  }),
)

test('a webhook with cached answers answers like one that decides on each Pod, with any changes in between', () => {
  let [asked, again] = [0, 0]
  const start = fc.tuple(recommendation, recommendation, recommendation)
  const templates = fc.tuple(legiblePods, legiblePods, pods)
  const regulars = fc.array(regular, { minLength: 3, maxLength: 6 })
  const changes = fc.array(change, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(start, templates, regulars, changes, (recommendations, templates, regulars, changes) => {
      const world = new World()
      const drawn = { world, templates }
      const admitAll = (round: number) => {
        for (const { template, place, replica } of regulars) {
          const pod = podOf(templates[template]!, place.workload, replica)
          const after = world.admit(pod, place.namespace, `${replica.uid}-${round}`)
          // The API server may ask again, even if another webhook has changed the Pod.
          world.admit(after, place.namespace, `${replica.uid}-${round}-again`)
        }
      }
      world.snapshot.replace(recommendations)
      admitAll(0)
      for (const [i, change] of changes.entries()) {
        change(drawn)
        admitAll(i + 1)
      }
      asked += world.known.asked
      again += world.known.again
    }),
    { numRuns: runs(150) },
  )
  // Otherwise this would compare nothing.
  assert.ok(again > asked / 5, `${again} of ${asked} answers were given again`)
})
