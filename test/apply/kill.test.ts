import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { drive } from '../../src/apply/drive.ts'
import { planPod } from '../../src/apply/plan-pod.ts'
import type { Target } from '../../src/apply/target.ts'
import { readNode } from '../../src/fleet/index.ts'
import { DECISION_ANNOTATION, parseRecord } from '../../src/policy/index.ts'
import { authorsResources } from '../../src/sizing/index.ts'
import { Killed, ModelCluster } from './model-cluster.ts'
import { NOW, planInput, revision, runningPod } from './pods.ts'

const NODE = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })
const AUTHOR = { cpu: '1500m', memory: '1Gi' }
const LIMITS = { memory: '2Gi' }

/** One look at the Pod by a process, and then the kubelet. */
async function turn(cluster: ModelCluster, target: Target, now: Date): Promise<void> {
  try {
    const step = planPod(planInput(await cluster.get(), target, { now }))
    await drive(await cluster.get(), step, {
      ...{ api: cluster, node: NODE, mayAdd: () => true, signal: new AbortController().signal },
    })
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    // Its successor starts without any state.
    cluster.kill = undefined
  }
  cluster.actuate()
}

async function converge(
  targets: readonly Target[],
  kill?: ModelCluster['kill'],
  verdict: ModelCluster['verdict'] = 'done',
) {
  const cluster = new ModelCluster(runningPod(AUTHOR, LIMITS))
  cluster.kill = kill
  let now = NOW.getTime()
  for (const target of targets) {
    cluster.verdict = verdict
    for (let turns = 0; turns < 12; turns++) {
      await turn(cluster, target, new Date(now))
      now += 4000
    }
  }
  return cluster
}

/** The final state, without times and versions. */
function outcome({ pod }: ModelCluster) {
  const record = parseRecord(pod.metadata.annotations?.[DECISION_ANNOTATION])
  const { time: _, ...rest } = record ?? {}
  return { spec: pod.spec, record: record && rest, status: pod.status?.containerStatuses }
}

const SMALLER = revision(1, { request: '80m' }, { request: '200Mi', limit: '300Mi' })
const LARGER = revision(2, { request: '2' }, { request: '2Gi', limit: '3Gi' })
const JOURNEYS: Readonly<Record<string, readonly Target[]>> = {
  down: [SMALLER],
  up: [LARGER],
  'down, then up': [SMALLER, LARGER],
  'down, then back to what the author wrote': [SMALLER, { of: 'author' }],
  'up, then back to an earlier revision': [LARGER, SMALLER],
}

describe('a process that dies at any API call', () => {
  for (const [name, targets] of Object.entries(JOURNEYS)) {
    test(`leaves a state that its successor completes in the same way: ${name}`, async () => {
      const undisturbed = await converge(targets)
      assert.ok(undisturbed.calls.includes('resize'))
      for (let at = 1; at <= undisturbed.calls.length; at++) {
        for (const afterEffect of [false, true]) {
          const disturbed = await converge(targets, { at, afterEffect })
          assert.deepEqual(outcome(disturbed), outcome(undisturbed), `killed at call ${at}, ${afterEffect}`)
          for (const pod of disturbed.history) {
            const author = authorsResources(pod as never).get('app')!
            const { requests, limits } = runningPod(AUTHOR, LIMITS).spec!.containers![0]!.resources!
            assert.deepEqual(author, { cpu: { request: 1_500_000_000n, limit: undefined }, memory: author.memory })
            assert.deepEqual([requests!.memory, limits!.memory], ['1Gi', '2Gi'])
            assert.deepEqual(author.memory, { request: 2n ** 30n * 10n ** 9n, limit: 2n ** 31n * 10n ** 9n })
          }
        }
      }
    })
  }
})

test("a value that is lowered and raised again is the author's, and nothing of Plimsoll is left on the Pod", async () => {
  const { pod } = await converge([SMALLER, { of: 'author' }])
  assert.deepEqual(pod.spec.containers[0]?.resources, { requests: AUTHOR, limits: LIMITS })
  assert.equal(pod.metadata.annotations?.[DECISION_ANNOTATION], undefined)
})
