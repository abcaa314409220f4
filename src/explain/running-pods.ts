import { type RunningState, runningState } from '../apply/index.ts'
import type { ApiPod } from '../fleet/index.ts'
import { type KubeClient, type KubeObject, PODS } from '../kube/index.ts'
import { identifyWorkload, type RunRule, type Workload, workloadKey } from '../workloads/index.ts'
import type { DecisionInputs } from './decision-inputs.ts'

/**
 * What each running Pod of a workload carries, should carry, and waits for, by name.
 *
 * @param pods those that were read before; by default all of the namespace are listed
 */
export async function readRunningStates(
  client: KubeClient,
  workload: Workload,
  inputs: DecisionInputs,
  rules: readonly RunRule[],
): Promise<readonly RunningState[]> {
  const pods: ApiPod[] = []
  const { namespace } = workload
  for await (const { items } of client.list<ApiPod & KubeObject>(PODS, { namespace }))
    for (const pod of items) if (isOf(workload, pod, rules) && holdsRequests(pod)) pods.push(pod)
  return runningStates(pods, workload, inputs)
}

/** The same of Pods that were read already. Pure but for the time of day. */
export function runningStates(
  pods: readonly ApiPod[],
  workload: Workload,
  { mode, status = {}, effective, surroundings }: DecisionInputs,
): readonly RunningState[] {
  const common = { workload, mode, status, effective, constraints: surroundings, now: new Date() }
  return pods.map((pod) => runningState({ ...common, pod })).sort((a, b) => (a.pod < b.pod ? -1 : 1))
}

function isOf(workload: Workload, { metadata }: ApiPod & KubeObject, rules: readonly RunRule[]): boolean {
  const identity = { ...(metadata as NonNullable<ApiPod['metadata']>), namespace: workload.namespace }
  const its = identifyWorkload(identity, rules)
  return its !== undefined && workloadKey(its) === workloadKey(workload)
}

function holdsRequests({ status }: ApiPod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
}
