// Every golden Pod as a Pod that runs: a resize gives it what the webhook gives a new one, except where no resize can.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planPod } from '../../src/apply/plan-pod.ts'
import type { PodStep } from '../../src/apply/step.ts'
import { targetOf } from '../../src/apply/target.ts'
import { parseSettings } from '../../src/config/index.ts'
import type { ApiPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY, readContainers } from '../../src/policy/index.ts'
import { RESOURCES, readable } from '../../src/resources/index.ts'
import {
  type AdmissionConstraints,
  constraintsOnRunning,
  mergeLimitRules,
  readLimitRange,
  readQuota,
} from '../../src/sizing/index.ts'
import { identifyWorkload } from '../../src/workloads/index.ts'
import { ModelCluster } from '../apply/model-cluster.ts'
import {
  admitGolden,
  type Golden,
  type GoldenPod,
  golden,
  goldenNames,
  NAMESPACE,
  nodeClassesOf,
  UID,
} from './cases.ts'

/** Where a running Pod has other values in the end than a new one gets: what was found of it last, and why that is right. */
const EXCEPT: Readonly<Record<string, readonly [found: string, why: string]>> = {
  'best-effort': ['BestEffortRuns', 'a resize cannot change the QoS class'],
  'held-by-quota': [
    'carries it',
    'a new Pod leaves room for others that are created at the same time; one that runs is alone',
  ],
  'heap-set': ['carries it', 'no variable can be added to a Pod that runs, so its limit is sized as without it'],
  'heap-set-for-raised-limit': ['carries it', 'the same'],
  'boost-needs-restart': ['RestartNeeded', 'its author asked for a restart at each change of CPU'],
  'restarts-for-heap-by-author': ['RestartNeeded', 'its author asked for a restart at each change'],
  'quota-under-overhead': ['carries it', 'the same'],
}

/** What becomes of the Pod when it runs, and why it is left alone in the end, if it is. */
async function resized({ pod, cluster }: Golden): Promise<{ readonly pod: ApiPod; readonly reason: string }> {
  const { settings = {}, recommendation, limitRanges = [], quotas = [] } = cluster
  const running = {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: 'web',
      namespace: NAMESPACE,
      uid: UID,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { ...pod.spec, nodeName: 'node-1' },
    status: { phase: 'Running' },
  } as ApiPod
  const model = new ModelCluster(running)
  const workload = identifyWorkload({ ...pod.metadata, namespace: NAMESPACE } as never)
  const target =
    recommendation &&
    targetOf(recommendation, {
      ...{ uid: UID, carries: undefined, isInTrouble: false, nodeClasses: nodeClassesOf({ pod, cluster }) },
    })
  if (!workload || !target) return { pod: running, reason: 'no target' }
  const { bounds, limits, sizeBestEffort } = parseSettings(JSON.stringify(settings), 'golden')
  for (let turns = 0; ; turns++) {
    assert.ok(turns < 10, 'it ends')
    const step: PodStep = planPod({
      ...{
        pod: await model.get(),
        workload,
        target,
        now: new Date(Date.parse('2026-03-01T00:00:00Z') + turns * 20_000),
      },
      policy: { ...DEFAULT_POLICY, bounds, limits, sizeBestEffort },
      constraints: {
        limits: mergeLimitRules(limitRanges.map(({ spec }) => readLimitRange(spec))),
        quotas: quotas.map((quota) => charging(readQuota(quota), running)),
      },
      peakMemory: () => 0n,
      withdrawAfterMilliseconds: 60_000,
    })
    if (step.do === 'resize') {
      const now = await model.get()
      await model.resize(step.annotation === undefined ? now : await model.record(now, step.annotation), step.body)
      model.actuate()
    } else if (step.do === 'record') await model.record(await model.get(), step.annotation)
    else return { pod: await model.get(), reason: 'reason' in step ? step.reason : 'carries it' }
  }
}

type Quota = AdmissionConstraints['quotas'][number]

/** What is left of a quota after the Pod was created. */
function charging(quota: Quota, pod: ApiPod): Quota {
  const [{ left: before }] = constraintsOnRunning({ limits: { container: {}, pod: {} }, quotas: [quota] }, pod)
    .quotas as [Quota]
  const left = Object.fromEntries(
    Object.entries(quota.left).map(([key, amount]) => [key, amount - (before[key as keyof typeof before]! - amount)]),
  )
  return { ...quota, left }
}

/** Values of each container that a resize could change, by name. */
function valuesOf(pod: GoldenPod | ApiPod) {
  const slots = readContainers(pod).filter(({ kind }) => kind !== 'init')
  return Object.fromEntries(
    slots.map(({ name, carried }) => [name, RESOURCES.map((resource) => readable(carried[resource]))]),
  )
}

describe('a Pod that runs gets by a resize what the webhook gives a new one', () => {
  for (const one of goldenNames().map(golden)) {
    test(one.name, async () => {
      // More CPU while a Pod starts is given to new Pods alone.
      const { startup: _, ...cluster } = one.cluster
      const { after } = admitGolden({ ...one, cluster })
      const { pod, reason } = await resized(one)
      const except = EXCEPT[one.name]
      if (except === undefined) assert.deepEqual(valuesOf(pod), valuesOf(after), reason)
      else {
        assert.notDeepEqual(valuesOf(pod), valuesOf(after), 'no exception is needed')
        assert.equal(reason, except[0])
      }
    })
  }
})
