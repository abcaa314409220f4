// What cases start from: reviews as an API server sends them, and what its cluster has around them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { API_VERSION } from '../../src/api/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../../src/recommendations/index.ts'
import { formatQuantity, isObject, RESOURCES } from '../../src/resources/index.ts'
import type { AppliedValues } from '../../src/sizing/index.ts'
import { identifyWorkload, type Workload } from '../../src/workloads/index.ts'
import { type GoldenPod, golden, goldenNames, NAMESPACE } from '../golden/cases.ts'
import { appliedValues, limitRangeFor, nanos, pods, quotaFor } from '../support/arbitraries.ts'

const CAPTURED = join(import.meta.dirname, '../fixtures/admission')
const WORKLOAD_LABEL = 'plimsoll.dev/workload'

/** Objects by the plural of their type. */
export interface ClusterObjects {
  readonly [plural: string]: Record<string, unknown>[]
}

/** An admission review and what is around it. */
export interface Situation {
  readonly name: string
  readonly review: Record<string, unknown>
  readonly objects: ClusterObjects
  /** As in Helm's `settings`. */
  readonly settings: object
}

const values = { cpu: { request: '150m', limit: '600m' }, memory: { request: '300Mi', limit: '400Mi' } }

function recommendation({ namespace, kind, name }: Workload, status: object): Record<string, unknown> {
  return {
    apiVersion: API_VERSION,
    kind: RECOMMENDATIONS.kind,
    metadata: { namespace, name: recommendationName({ namespace, kind, name }) },
    spec: { workload: { kind, name } },
    status,
  }
}

function applied(containers: readonly object[]) {
  return { applied: { revision: 4, time: '2026-01-02T03:04:05Z', source: 'observed', goal: 'balanced', containers } }
}

function placed(namespace: string, name: string, fields: object): Record<string, unknown> {
  return { metadata: { namespace, name }, ...fields }
}

function reviewOf(pod: object): Record<string, unknown> {
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const request = { uid: 'fuzz', kind, namespace: NAMESPACE, operation: 'CREATE', object: pod }
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request }
}

function captured(file: string): Situation {
  const review = JSON.parse(readFileSync(join(CAPTURED, file), 'utf8'))
  const { namespace, object } = review.request
  // Long, and read by nobody.
  if (object) delete object.metadata.managedFields
  const workload =
    object?.metadata && identifyWorkload({ ...object.metadata, namespace, labels: { ...object.metadata.labels } })
  if (object && !workload) object.metadata.labels = { ...object.metadata.labels, [WORKLOAD_LABEL]: 'labelled' }
  const of = workload ?? (object?.metadata && identifyWorkload({ ...object.metadata, namespace }))
  const containers = [...(object?.spec?.initContainers ?? []), ...(object?.spec?.containers ?? [])]
  const known = containers.map(({ name }: { name: string }) => ({ name, ...values }))
  const recommendations = of ? [recommendation(of, applied(known))] : []
  return { name: file, review, objects: { recommendations }, settings: {} }
}

function ofGolden(name: string): Situation {
  const { pod, cluster } = golden(name)
  const { settings = {}, recommendation: status, limitRanges = [], quotas = [] } = cluster
  const workload = identifyWorkload({ ...pod.metadata, namespace: NAMESPACE } as never)
  return {
    ...{ name, settings, review: reviewOf(pod) },
    objects: {
      recommendations: workload && status ? [recommendation(workload, status)] : [],
      limitranges: limitRanges.map((fields, i) => placed(NAMESPACE, `golden-${i}`, fields)),
      resourcequotas: quotas.map((fields, i) => placed(NAMESPACE, `golden-${i}`, fields)),
    },
  }
}

const recorded = [
  ...readdirSync(CAPTURED)
    .filter((file) => file.endsWith('.json'))
    .map(captured),
  ...goldenNames().map(ofGolden),
]

/** Only these, and similar Pods, exercise canaries, records and separate classes. */
const settings = fc.constantFrom(
  {},
  { limits: { cpu: 'ratio', memory: 'ratio' } },
  { limits: { cpu: 'headroom', memory: 'headroom' } },
  { limits: { cpu: 'keep', memory: 'none' }, sizeBestEffort: false },
  { bounds: { cpu: { min: '200m', max: '2' }, memory: { min: '100Mi', max: '1Gi', minShare: 0.5, maxShare: 2 } } },
)

function revisionOf({ revision, containers }: AppliedValues) {
  const written = [...containers].map(([name, targets]) => ({
    name,
    ...Object.fromEntries(
      RESOURCES.flatMap((resource) => {
        const { request, limit } = targets[resource] ?? {}
        if (request === undefined) return []
        const spelled = limit !== undefined && { limit: formatQuantity(resource, limit) }
        return [[resource, { request: formatQuantity(resource, request), ...spelled }]]
      }),
    ),
  }))
  return { ...applied(written).applied, revision }
}

const generated = fc
  .record({ pod: pods, values: appliedValues, canary: fc.option(appliedValues, { freq: 4 }), settings })
  .map(({ pod, values, canary, settings }): Situation => {
    const labels = { [WORKLOAD_LABEL]: 'web' }
    const workload = { namespace: NAMESPACE, kind: 'Pod', name: 'web' }
    const status = {
      applied: revisionOf(values),
      ...(canary && { canary: { percent: 50, since: '2026-01-02T03:04:05Z', revision: revisionOf(canary) } }),
    }
    return {
      ...{ name: 'generated', settings },
      review: reviewOf({ ...pod, metadata: { ...pod.metadata, labels } }),
      objects: { recommendations: [recommendation(workload, status)] },
    }
  })

const amount = nanos('cpu').map((value) => formatQuantity('cpu', value))
const memory = nanos('memory').map((value) => formatQuantity('memory', value))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const boundsOf = (amounts: fc.Arbitrary<string>) =>
  fc.record(
    { min: amounts, max: amounts, minLimit: amounts, maxLimit: amounts, minShare: fc.constantFrom(0, 0.5, 1) },
    { requiredKeys: [] },
  )
const limitPolicies = fc.constantFrom('keep', 'ratio', 'headroom', 'none')
const sizingPolicies = fc.array(
  fc.record({
    selector: maybe(
      fc.constantFrom<object>(
        ...[{}, { matchLabels: { [WORKLOAD_LABEL]: 'web' } }, { matchLabels: { constructor: 'x' } }],
        ...['In', 'NotIn', 'Exists', 'DoesNotExist'].map((operator) => ({
          matchExpressions: [{ key: WORKLOAD_LABEL, operator, values: ['web'] }],
        })),
      ),
    ),
    bounds: maybe(fc.record({ cpu: boundsOf(amount), memory: boundsOf(memory) })),
    limits: maybe(fc.record({ cpu: limitPolicies, memory: limitPolicies })),
    goal: maybe(fc.constantFrom('savings', 'reliability')),
    canary: maybe(fc.constantFrom({ percent: 10 }, { percent: 99, for: '1m' })),
    changeWindows: maybe(fc.constantFrom([], [{ cron: '0 2 * * *', for: '3h' }], [{ cron: '* * * * *', for: '1m' }])),
  }),
  { maxLength: 2 },
)

const quotaScopes = fc.constantFrom<object>(
  ...[{}, {}, {}, { scopes: ['NotBestEffort'] }, { scopes: ['BestEffort'] }, { scopes: ['NotTerminating'] }],
  { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'DoesNotExist' }] } },
)

/**
 * A recorded or a generated situation, now and then with SizingPolicies, and with a LimitRange and a quota that are tight around its
 * Pod.
 */
export const situations: fc.Arbitrary<Situation> = fc
  .record({
    situation: fc.oneof(
      fc.nat(recorded.length - 1).map((i) => recorded[i]!),
      generated,
    ),
    policies: sizingPolicies,
    ranges: maybe(limitRangeFor),
    left: maybe(quotaFor),
    scopes: quotaScopes,
  })
  .map(({ situation, policies, ranges, left, scopes }) => {
    const { request } = situation.review as { request: { namespace?: string; object?: unknown } }
    const { namespace = 'default', object } = request
    if (!isSized(object)) return situation
    const { limitranges = [], resourcequotas = [] } = situation.objects
    const objects = {
      ...situation.objects,
      sizingpolicies: policies.map((spec, i) => placed(namespace, `policy-${i}`, { spec })),
      limitranges: [...limitranges, ...(ranges?.(object) ?? []).map((spec) => placed(namespace, 'tight', { spec }))],
      resourcequotas: [...resourcequotas, ...(left ? [placed(namespace, 'tight', quota(left(object), scopes))] : [])],
    }
    // The same fixture serves many cases, and a case is mutated in place.
    return JSON.parse(JSON.stringify({ ...situation, objects })) as Situation
  })

/** Whether a Pod has amounts that can be summed up: without them nothing can be tight around it. */
function isSized(pod: unknown): pod is GoldenPod {
  if (!isObject(pod) || !isObject(pod.spec)) return false
  const { spec } = pod as { spec: Record<string, unknown> }
  const all = [spec.initContainers ?? [], spec.containers ?? []].flat() as {
    resources?: Record<string, object | null>
  }[]
  return all.every(({ resources }) =>
    Object.values(resources ?? {}).every((amounts) =>
      Object.values(amounts ?? {}).every((text) => typeof text === 'string' && /^\d+(\.\d+)?[a-zA-Z]*\d*$/.test(text)),
    ),
  )
}

function quota(left: Readonly<Record<string, bigint>>, scopes: object) {
  const hard = Object.fromEntries(Object.entries(left).map(([name, nanos]) => [name, formatQuantity('cpu', nanos)]))
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  return { spec: { hard, ...scopes }, status: { hard, used } }
}

/** The objects as an API server holds them: of two with one name, the later. */
export function asStored(objects: ClusterObjects): ClusterObjects {
  return Object.fromEntries(
    Object.entries(objects).map(([plural, all]) => {
      const byName = new Map<unknown, Record<string, unknown>>()
      for (const object of Array.isArray(all) ? all : []) {
        const { namespace, name }: Record<string, unknown> = isObject(object?.metadata) ? object.metadata : {}
        byName.set(typeof name === 'string' ? `${namespace}/${name}` : {}, object)
      }
      return [plural, [...byName.values()]]
    }),
  )
}
