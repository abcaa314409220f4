import { DEFAULT_POLICY, PolicyIndex } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { ConstraintsIndex, readLimitRange, readQuota } from '../../src/sizing/index.ts'
import { AnswerCache } from '../../src/webhook/answer-cache.ts'
import { createAdmit, parseReview } from '../../src/webhook/index.ts'
import { range } from './inputs.ts'
import type { Growing } from './measure.ts'

const NAMESPACE = 'shop'
/** The owner as a ReplicaSet controller writes it: the workload is the Deployment `web`. */
const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9c6f5d', uid: 'u', controller: true }

const record = (n: number, value: string) => Object.fromEntries(range(n, (i) => [`example.com/key-${i}`, value]))

interface Given {
  readonly metadata?: object
  readonly spec?: object
  readonly container?: object
  readonly containers?: number
  readonly learned?: number
  readonly limitRanges?: readonly object[]
  readonly quotas?: readonly object[]
  readonly policies?: number
}

/** Keeps every answer and finds none, as if no Pod were like an earlier one. */
class Unknown extends AnswerCache {
  override find(): undefined {
    return undefined
  }
}

/** From the bytes of a review to its answer, as on the request path. */
function admission(given: Given, known: AnswerCache = new Unknown()): () => unknown {
  const { metadata, spec, container, containers = 1, learned = containers, policies = 0 } = given
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } }
  const named = (i: number) => ({ name: `app-${i}`, image: 'registry.example.com/web:1', resources, ...container })
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: NAMESPACE,
      labels: { app: 'web', 'pod-template-hash': '7d4b9c6f5d' },
      ownerReferences: [OWNER],
      ...metadata,
    },
    spec: { containers: range(containers, named), ...spec },
  }
  const request = {
    uid: 'growth',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: NAMESPACE,
    object,
  }
  const review = JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request })
  const body = Buffer.from(review)
  const snapshot = new Snapshot()
  snapshot.replace([
    {
      metadata: { namespace: NAMESPACE },
      spec: { workload: { kind: 'Deployment', name: 'web' } },
      status: {
        applied: {
          revision: 1,
          containers: range(learned, (i) => ({
            name: `app-${i}`,
            cpu: { request: '200m' },
            memory: { request: '300Mi', limit: '600Mi' },
          })),
        },
      },
    },
  ])
  const policy = new PolicyIndex({
    policy: DEFAULT_POLICY,
    goal: 'balanced',
    criticality: 'medium',
    running: 'never',
    windows: [],
  })
  for (let i = 0; i < policies; i++)
    policy.put(NAMESPACE, { name: `policy-${i}`, spec: { selector: { matchLabels: { app: 'web' } } } })
  const admit = createAdmit({
    snapshot,
    policy: (namespace, labels) => policy.effective(namespace, labels).policy,
    constraints: (namespace) => constraintsOf(given).of(namespace),
    known,
  })
  return () => admit(parseReview(body), 'auto')
}

/** Read again for each admission, as if they changed all the time. */
function constraintsOf({ limitRanges = [], quotas = [] }: Given): ConstraintsIndex {
  const constraints = new ConstraintsIndex()
  for (const [i, value] of limitRanges.entries())
    constraints.limitRanges.put({ namespace: NAMESPACE, name: `range-${i}`, value: readLimitRange(value) })
  for (const [i, value] of quotas.entries())
    constraints.quotas.put({ namespace: NAMESPACE, name: `quota-${i}`, value: readQuota(value) })
  return constraints
}

const limits = (n: number) => [
  { limits: range(n, () => ({ type: 'Container', max: { cpu: '64' }, min: { cpu: '1m' } })) },
]
const quota = (scopes: object) => ({
  spec: { hard: { 'limits.memory': '100Gi' }, ...scopes },
  status: { hard: { 'limits.memory': '100Gi' }, used: { 'limits.memory': '1Gi' } },
})

/**
 * Everything that people write in a Pod, each from n to 2n of it. What makes a review long begins above 64 KiB, where the depth of
 * brackets is counted as well. With twice of what `again` says, the answer is still kept.
 */
const OF_A_POD: readonly {
  readonly what: string
  readonly n: number
  readonly again: number
  readonly given: (n: number) => Given
}[] = [
  { what: 'containers of a Pod', n: 64, again: 12, given: (n) => ({ containers: n }) },
  {
    what: 'labels',
    n: 4_000,
    again: 1_000,
    given: (n) => ({ metadata: { labels: { app: 'web', ...record(n, 'x') } } }),
  },
  { what: 'annotations', n: 4_000, again: 500, given: (n) => ({ metadata: { annotations: record(n, 'some value') } }) },
  {
    what: 'owner references',
    n: 4_000,
    again: 4_000,
    given: (n) => ({ metadata: { ownerReferences: [...range(n, () => ({ ...OWNER, controller: false })), OWNER] } }),
  },
  {
    what: 'volumes',
    n: 4_000,
    again: 4_000,
    given: (n) => ({ spec: { volumes: range(n, (i) => ({ name: `v-${i}`, emptyDir: {} })) } }),
  },
  {
    what: 'environment variables',
    n: 4_000,
    again: 150,
    given: (n) => ({ container: { env: range(n, (i) => ({ name: `KEY_${i}`, value: 'a value' })) } }),
  },
  {
    what: 'arguments',
    n: 1_500,
    again: 400,
    given: (n) => ({ container: { command: ['java'], args: range(n, (i) => `--key-${i}=value`) } }),
  },
]

/** Everything that an admission reads, for a Pod that is not like any before. */
export const ADMISSION: readonly Growing[] = [
  ...OF_A_POD.map(({ what, n, given }) => ({ what, n, prepare: (n: number) => admission(given(n)) })),
  { what: 'containers of a Recommendation', n: 64, prepare: (n) => admission({ learned: n }) },
  { what: 'items of a LimitRange', n: 2_000, prepare: (n) => admission({ limitRanges: limits(n) }) },
  { what: 'LimitRanges', n: 2_000, prepare: (n) => admission({ limitRanges: range(n, () => limits(1)[0]!) }) },
  { what: 'quotas', n: 400, prepare: (n) => admission({ quotas: range(n, () => quota({})) }) },
  {
    what: 'scopes of a quota',
    n: 1_000,
    prepare: (n) => admission({ quotas: [quota({ scopes: range(n, () => 'NotTerminating') })] }),
  },
  {
    what: 'values of a scope',
    n: 1_000,
    prepare: (n) => {
      const values = range(n, (i) => `class-${i}`)
      const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'NotIn', values }]
      return admission({ quotas: [quota({ scopeSelector: { matchExpressions } })] })
    },
  },
  { what: 'SizingPolicies of a namespace', n: 500, prepare: (n) => admission({ policies: n }) },
  ...OF_A_POD.map(({ what, again, given }) => ({
    what: `${what}, answered again`,
    n: again,
    prepare: (n: number) => admission(given(n), new AnswerCache()),
  })),
]
