// Reviews as a real kube-apiserver sent them (test/fixtures/admission), and the resources that come out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { DECISION_ANNOTATION, DEFAULT_POLICY } from '../../src/policy/index.ts'
import { API_VERSION, Recommendation, Snapshot } from '../../src/recommendations/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { applyInPlace, type Operation } from '../../src/webhook/patch.ts'
import { type AdmissionRequest, reasonsOf } from '../../src/webhook/review.ts'

type Resources = { requests?: Record<string, string>; limits?: Record<string, string> }
interface CapturedPod {
  metadata: { annotations?: Record<string, string>; labels?: Record<string, string> }
  spec: Record<'containers' | 'initContainers', { name: string; resources?: Resources }[] | undefined>
}

/** Every container of every captured workload should have this. */
const LEARNED = { cpu: { request: '150m', limit: '600m' }, memory: { request: '300Mi', limit: '400Mi' } }

const CONTAINERS = [
  'app',
  'api',
  'metrics-exporter',
  'postgres',
  'shipper',
  'migrate',
  'report',
  'matcher',
  'worker',
  'proxy',
  'web',
  'shell',
]

function recommendation(namespace: string, kind: string, name: string): Recommendation {
  const containers = CONTAINERS.map((container) => ({ name: container, ...LEARNED }))
  return Recommendation.parse({
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name: `${kind}-${name}`.toLowerCase() },
    spec: { workload: { kind, name } },
    status: {
      applied: { revision: 4, time: '2026-01-02T03:04:05Z', source: 'observed', goal: 'balanced', containers },
    },
  })
}

const snapshot = new Snapshot()
snapshot.replace([
  recommendation('shop', 'Deployment', 'checkout'),
  recommendation('shop', 'ReplicaSet', 'legacy-api'),
  recommendation('shop', 'StatefulSet', 'orders-db'),
  recommendation('shop', 'DaemonSet', 'log-shipper'),
  recommendation('shop', 'CronJob', 'report'),
  recommendation('shop', 'Node', 'worker-1'),
  recommendation('shop', 'Pod', 'labelled'),
  recommendation('limited', 'Pod', 'labelled'),
  recommendation('shop', 'Job', 'labelled'),
])
const admit = createAdmit({ snapshot, policy: () => DEFAULT_POLICY })

function captured(name: string): AdmissionRequest & { object: CapturedPod } {
  return JSON.parse(readFileSync(new URL(`../fixtures/admission/${name}.json`, import.meta.url), 'utf8')).request
}

/** Has a captured Pod that belongs to nobody belong to a workload, as its author would: by label. */
function labelled(name: string): AdmissionRequest & { object: CapturedPod } {
  const request = captured(name)
  request.object.metadata.labels = { ...request.object.metadata.labels, 'plimsoll.dev/workload': 'labelled' }
  return request
}

function admitted(request: AdmissionRequest & { object: CapturedPod }) {
  const pod = structuredClone(request.object)
  const response = admit(request, 'auto')
  const patch: Operation[] = response.patch ? JSON.parse(Buffer.from(response.patch, 'base64').toString()) : []
  applyInPlace(pod as never, patch)
  const lines = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].map(
    ({ name, resources }) => `${name}: ${describeResources(resources)}`,
  )
  return { response, patch, pod, lines, reasons: reasonsOf(response) }
}

function describeResources({ requests = {}, limits = {} }: Resources = {}): string {
  const resource = (name: string) => `${name} ${requests[name] ?? '-'}/${limits[name] ?? '-'}`
  return `${resource('cpu')}, ${resource('memory')}`
}

describe('a captured review comes back patched (request/limit)', () => {
  const cases: [string, ReturnType<typeof captured>, string[]][] = [
    [
      'Deployment',
      captured('deployment'),
      ['app: cpu 150m/4, memory 300Mi/400Mi', 'metrics-exporter: cpu 150m/-, memory 300Mi/400Mi'],
    ],
    ['ReplicaSet of its own', captured('replicaset'), ['api: cpu 150m/-, memory 300Mi/400Mi']],
    [
      'StatefulSet, but for its plain init container',
      captured('statefulset'),
      ['prepare: cpu -/-, memory -/-', 'postgres: cpu 150m/-, memory 300Mi/400Mi'],
    ],
    ['DaemonSet', captured('daemonset'), ['shipper: cpu 150m/-, memory 300Mi/400Mi']],
    ['CronJob', captured('cronjob'), ['report: cpu 150m/2, memory 300Mi/400Mi']],
    ['Job under a label', labelled('job'), ['migrate: cpu 150m/-, memory 300Mi/400Mi']],
    ['bare Pod under a label', labelled('bare-pod'), ['shell: cpu 150m/-, memory 300Mi/400Mi']],
    ['BestEffort Pod', labelled('best-effort'), ['app: cpu 150m/-, memory 300Mi/400Mi']],
    [
      'Guaranteed Pod, which stays one with whole CPUs',
      labelled('guaranteed'),
      ['matcher: cpu 1/1, memory 400Mi/400Mi'],
    ],
    [
      'native sidecar, but for the plain init container',
      labelled('native-sidecar'),
      [
        'fetch-config: cpu 100m/-, memory 32Mi/-',
        'proxy: cpu 150m/2, memory 300Mi/400Mi',
        'app: cpu 150m/-, memory 300Mi/400Mi',
      ],
    ],
    ['Pod with limits only, which is Guaranteed', labelled('limits-only'), ['worker: cpu 1/1, memory 400Mi/400Mi']],
    [
      'Pod with defaults of a LimitRange',
      labelled('limit-range'),
      ['web: cpu 150m/1, memory 300Mi/400Mi', 'agent: cpu 20m/1, memory 256Mi/512Mi'],
    ],
    ['Pod with decimal exponents', labelled('generate-name'), ['app: cpu 150m/-, memory 300Mi/400Mi']],
    ['dry run', labelled('dry-run'), ['app: cpu 150m/-, memory 300Mi/400Mi']],
  ]
  for (const [what, request, expected] of cases) {
    test(what, () => {
      const { lines, pod, response, reasons } = admitted(request)
      assert.deepEqual(lines, expected)
      assert.equal(reasons[0], 'Applied')
      assert.equal(response.auditAnnotations?.revision, '4')
      assert.equal(JSON.parse(pod.metadata.annotations![DECISION_ANNOTATION]!).revision, 4)
    })
  }
})

describe('a captured review comes back untouched', () => {
  const cases: [string, ReturnType<typeof captured>, string][] = [
    ['bare Pod', captured('bare-pod'), 'NoWorkload'],
    ['Job', captured('job'), 'NoWorkload'],
    ['Job made by hand from a CronJob', captured('cronjob-by-hand'), 'NoWorkload'],
    ['mirror Pod', captured('mirror-pod'), 'MirrorPod'],
    ['Pod with pod-level resources', labelled('pod-level-resources'), 'PodLevelResources'],
  ]
  for (const [what, request, reason] of cases) {
    test(`${what}: ${reason}`, () => {
      const { response, reasons } = admitted(request)
      assert.equal(response.patch, undefined)
      assert.equal(response.allowed, true)
      assert.deepEqual(reasons, [reason])
    })
  }
})

test('a review answers with the uid it was asked with, whatever the namespace of its webhook entry', () => {
  for (const mode of ['auto', 'approve'] as const)
    assert.equal(admit(captured('deployment'), mode).uid, captured('deployment').uid)
})

test('everything else of a captured Pod stays as it was', () => {
  const request = captured('deployment')
  const { patch } = admitted(structuredClone(request))
  assert.deepEqual(
    patch.map(({ op, path }) => `${op} ${path}`),
    [
      'replace /spec/containers/0/resources/limits/memory',
      'replace /spec/containers/0/resources/requests/cpu',
      'replace /spec/containers/0/resources/requests/memory',
      'add /spec/containers/1/resources/limits',
      'replace /spec/containers/1/resources/requests/cpu',
      'add /spec/containers/1/resources/requests/memory',
      'add /metadata/annotations/plimsoll.dev~1decision',
    ],
  )
})

test('a captured Pod of an unknown workload, or of one of which nothing is applied, is left alone with the reason', () => {
  const empty = new Snapshot()
  assert.deepEqual(
    reasonsOf(createAdmit({ snapshot: empty, policy: () => DEFAULT_POLICY })(captured('deployment'), 'auto')),
    ['NoRecommendation'],
  )
  const { status: _, ...learning } = recommendation('shop', 'Deployment', 'checkout')
  empty.replace([learning])
  assert.deepEqual(
    reasonsOf(createAdmit({ snapshot: empty, policy: () => DEFAULT_POLICY })(captured('deployment'), 'auto')),
    ['NotApplied'],
  )
})
