// Which containers are told to restart when their memory is resized: see also the golden Pods restarts-for-heap*.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DECISION_ANNOTATION, DEFAULT_POLICY, type Pod, type PodContainer } from '../../src/policy/index.ts'
import { type AppliedValues, decide } from '../../src/sizing/index.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { appliedValues, pods, policies, runs } from '../support/arbitraries.ts'

const POLICY = { ...DEFAULT_POLICY, running: 'inPlaceOrRestart' } as const
const MEBIBYTE = 2n ** 20n * 1_000_000_000n
const APPLIED: AppliedValues = {
  revision: 1,
  containers: new Map([['app', { memory: { request: 200n * MEBIBYTE, limit: 300n * MEBIBYTE } }]]),
}
const SET = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }]

function jvm(more: PodContainer = {}): Pod {
  const env = [{ name: 'JAVA_TOOL_OPTIONS', value: '-XX:MaxRAMPercentage=75' }]
  const resources = { requests: { memory: '512Mi' }, limits: { memory: '1Gi' } }
  return { metadata: {}, spec: { containers: [{ name: 'app', env, resources, ...more }] } }
}

function admit(pod: Pod, policy: Parameters<typeof decide>[2] = POLICY, applied = APPLIED): Pod {
  const after = structuredClone(pod)
  applyInPlace(after, buildPatch(after, decide(after, applied, policy)))
  return after
}

const policyOf = ({ spec }: Pod) => spec?.containers?.[0]?.resizePolicy

test('a heap that follows its limit restarts with it; one without a limit follows the node', () => {
  assert.deepEqual(policyOf(admit(jvm())), SET)
  assert.deepEqual(policyOf(admit(jvm({ resizePolicy: [] }))), SET)
  assert.equal(policyOf(admit(jvm({ resources: { requests: { memory: '512Mi' } } }))), undefined)
  assert.equal(policyOf(admit(jvm({ env: [] }))), undefined)
})

test('what the author decided stays, and so does a container that has its own restart policy', () => {
  const written = [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }]
  assert.deepEqual(policyOf(admit(jvm({ resizePolicy: written }))), written)
  assert.equal(policyOf(admit(jvm({ restartPolicy: 'Never' }))), undefined)
})

test('the record says who set it, so that an admitted Pod is decided in the same way again', () => {
  const once = admit(jvm())
  const record = once.metadata!.annotations![DECISION_ANNOTATION]!
  assert.ok(JSON.parse(record).reasons['app.memory'].includes('RestartsForHeap'))
  const again = decide(once, APPLIED, POLICY)
  assert.deepEqual([again.outcome, again.reasons], ['skipped', ['AlreadyApplied']])
  const more: AppliedValues = { revision: 2, containers: new Map([['app', { memory: { request: 250n * MEBIBYTE } }]]) }
  const moved = admit(once, POLICY, more)
  assert.deepEqual(policyOf(moved), SET)
  assert.ok(
    JSON.parse(moved.metadata!.annotations![DECISION_ANNOTATION]!).reasons['app.memory'].includes('RestartsForHeap'),
  )
})

test('whatever the Pod, no policy is changed or removed, and none is set where the API server refuses it', () => {
  const restartPolicies = fc.constantFrom('Always', 'OnFailure', 'Never')
  fc.assert(
    fc.property(pods, appliedValues, policies, restartPolicies, (pod, applied, policy, restartPolicy) => {
      const before = { ...pod, spec: { ...pod.spec, restartPolicy } }
      const after = admit(before, policy, applied)
      const lists = ['containers', 'initContainers'] as const
      for (const list of lists) {
        for (const [i, { resizePolicy: is }] of (after.spec?.[list] ?? []).entries()) {
          const was = before.spec[list]![i]!.resizePolicy
          if (was?.length || !is?.length) assert.deepEqual(is, was)
          else {
            assert.deepEqual(
              [is, list, restartPolicy, policy.running],
              [SET, 'containers', 'Always', 'inPlaceOrRestart'],
            )
          }
        }
      }
    }),
    { numRuns: runs(500) },
  )
})
