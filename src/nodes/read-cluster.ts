import { type ApiNodePool, type ClusterAutoscaler, DEFAULT_CLUSTER_AUTOSCALER, readNodePools } from './autoscaler.ts'
import type { Cluster, ClusterPod } from './cluster.ts'
import { type ApiDisruptionBudget, readBudgets } from './eviction.ts'
import { type ApiNode, readNode } from './read-node.ts'
import { type ApiPodOnNode, autoscalerIn, type PodReading, readPod } from './read-pod.ts'

/** Number of problems that are listed; the others are only counted. */
const MOST_PROBLEMS = 20

/** Objects that an autoscaler respects when it removes a node. */
export interface DisruptionRules {
  readonly budgets?: Iterable<ApiDisruptionBudget>
  /** Karpenter's NodePools; undefined where they could not be read. */
  readonly nodePools?: Iterable<ApiNodePool> | undefined
  /** Whether there is a status of Cluster Autoscaler, which may run where no Pod shows it. */
  readonly hasAutoscalerStatus?: boolean
}

/** Reads nodes and Pods as the API returns them. Objects that cannot be used are left out, with a line that says so. */
export function readNodesAndPods(
  nodes: Iterable<ApiNode>,
  pods: Iterable<ApiPodOnNode>,
  reading: PodReading & DisruptionRules = { volumes: new Map() },
): Cluster {
  const problems: string[] = []
  let more = 0
  const onProblem = (line: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push(line)
    else more++
  }
  let clusterAutoscaler: ClusterAutoscaler | undefined
  const itsNodes = Array.from(nodes, (node) => readNode(node, onProblem) ?? []).flat()
  const itsPods: ClusterPod[] = []
  for (const pod of pods) {
    clusterAutoscaler ??= autoscalerIn(pod)
    const its = readPod(pod, reading, onProblem)
    if (its) itsPods.push(its)
  }
  if (reading.hasAutoscalerStatus) clusterAutoscaler ??= DEFAULT_CLUSTER_AUTOSCALER
  const hasPools = itsNodes.some(({ nodePool }) => nodePool !== undefined)
  const read = {
    ...{ nodes: itsNodes, pods: itsPods, budgets: readBudgets(reading.budgets ?? []) },
    autoscaler: {
      ...(hasPools && { karpenter: { pools: reading.nodePools && readNodePools(reading.nodePools) } }),
      ...(clusterAutoscaler && { clusterAutoscaler }),
    },
  }
  return { ...read, problems: more > 0 ? [...problems, `And ${more} more like these.`] : problems }
}
