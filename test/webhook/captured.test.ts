// Reviews as a real kube-apiserver sent them, and the resulting resources.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DECISION_ANNOTATION, DEFAULT_POLICY } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { reasonsOf } from '../../src/webhook/review.ts'
import { admit, admitted, captured, labelled, recommendation } from './captured.ts'

describe('a captured review comes back patched (request/limit)', () => {
  const cases: [string, ReturnType<typeof captured>, string[]][] = [
    [
      'Deployment of a JVM whose heap follows its limit, which is kept',
      captured('deployment'),
      ['app: cpu 150m/4, memory 300Mi/4Gi', 'metrics-exporter: cpu 150m/-, memory 300Mi/400Mi'],
    ],
    ['standalone ReplicaSet', captured('replicaset'), ['api: cpu 150m/-, memory 300Mi/400Mi']],
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

describe('a captured review comes back without a patch', () => {
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

test('the answer to a review repeats its uid, for any namespace of the webhook entry', () => {
  for (const mode of ['auto', 'approve'] as const)
    assert.equal(admit(captured('deployment'), mode).uid, captured('deployment').uid)
})

test('everything else in a captured Pod is unchanged', () => {
  const request = captured('deployment')
  const { patch } = admitted(structuredClone(request))
  assert.deepEqual(
    patch.map(({ op, path }) => `${op} ${path}`),
    [
      'replace /spec/containers/0/resources/requests/cpu',
      'replace /spec/containers/0/resources/requests/memory',
      'add /spec/containers/1/resources/limits',
      'replace /spec/containers/1/resources/requests/cpu',
      'add /spec/containers/1/resources/requests/memory',
      'add /metadata/annotations/plimsoll.dev~1decision',
    ],
  )
})

test('a captured Pod of an unknown workload, or of one without an applied revision, is left alone with the reason', () => {
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
