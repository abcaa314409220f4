import { type RunningState, runningState } from '../apply/index.ts'
import type { ApiPod } from '../fleet/index.ts'
import { type KubeClient, type KubeObject, listAll, NODES, PODS, servesPodResize } from '../kube/index.ts'
import { type ClassifiedNode, nodeClasses } from '../policy/index.ts'
import { identifyWorkload, type RunRule, type Workload, workloadKey } from '../workloads/index.ts'
import type { DecisionInputs } from './decision-inputs.ts'

/**
 * What each running Pod of a workload has, should have, and waits for, by name.
 *
 * @throws KubeError if Pods may not be listed
 */
export async function readRunningStates(
  client: KubeClient,
  workload: Workload,
  { mode, status = {}, effective, isInstalled, constraints, nodeLabels }: DecisionInputs,
  rules: readonly RunRule[],
): Promise<readonly RunningState[]> {
  // If the settings of the installation are not known, do not say that they forbid anything.
  const running = isInstalled ? effective.running : 'inPlaceOrRestart'
  // If the API server does not answer here, listing the Pods reports it.
  const hasResize = await servesPodResize(client).catch(() => true)
  const common = { workload, mode, status, effective: { ...effective, running }, constraints, hasResize }
  const isByNode = nodeLabels && status.applied?.containers.some(({ nodeClasses }) => nodeClasses)
  // Where nodes may not be read, Pods are shown with the values for nodes of no class.
  const nodes = isByNode ? await listAll<KubeObject>(client, NODES).catch(() => []) : []
  const classes = new Map(nodes.map((node) => [node.metadata.name, nodeClasses(node as ClassifiedNode, nodeLabels!)]))
  const states: RunningState[] = []
  const { namespace } = workload
  for await (const { items } of client.list<ApiPod & KubeObject>(PODS, { namespace }))
    for (const pod of items)
      if (isOf(workload, pod, rules) && holdsRequests(pod))
        states.push(
          runningState({ ...common, pod, nodeClasses: classes.get(pod.spec?.nodeName ?? ''), now: new Date() }),
        )
  return states.sort((a, b) => (a.pod < b.pod ? -1 : 1))
}

function isOf(workload: Workload, { metadata }: ApiPod & KubeObject, rules: readonly RunRule[]): boolean {
  const identity = { ...(metadata as NonNullable<ApiPod['metadata']>), namespace: workload.namespace }
  const its = identifyWorkload(identity, rules)
  return its !== undefined && workloadKey(its) === workloadKey(workload)
}

function holdsRequests({ status }: ApiPod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
}
