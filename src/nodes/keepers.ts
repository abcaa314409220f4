import type { ClusterAutoscaler, Karpenter } from './autoscaler.ts'
import type { Cluster, ClusterNode, ClusterPod } from './cluster.ts'
import { budgetsOf, type DisruptionBudget } from './eviction.ts'
import { add, type RequestsByPod } from './quantities.ts'

/** A node whose Pods fit elsewhere, and why the autoscaler does not remove it. */
export interface KeptNode {
  readonly node: string
  readonly group: string
  readonly reasons: readonly KeptReason[]
}

export interface KeptReason {
  /** `namespace/name` of the Pod that keeps the node; undefined if the node or the autoscaler does. */
  readonly pod?: string
  readonly says: string
  /** What to do so that the node can be removed. */
  readonly unblock: string
}

/** Nodes that are interchangeable for the Pods, and how many of them are not needed. */
export interface SpareNodes {
  readonly names: readonly string[]
  readonly spare: number
}

/**
 * What keeps nodes that the Pods could leave, by the rules of the autoscalers that were found. Of equal nodes, those go first that
 * nothing keeps, and then those that the fewest Pods keep: what is listed stays even so.
 *
 * @param requests what Pods request then: Cluster Autoscaler looks at the utilization of nodes
 */
export function keptNodes(cluster: Cluster, equal: readonly SpareNodes[], requests: RequestsByPod): KeptNode[] {
  const nodes = new Map(cluster.nodes.map((node) => [node.name, node]))
  const reasonsFor = reasonsOf(cluster, requests)
  return equal.flatMap(({ names, spare }) => {
    if (spare <= 0) return []
    const all = names.map((name): KeptNode => {
      const node = nodes.get(name)!
      return { node: name, group: node.group, reasons: reasonsFor(node) }
    })
    const easiest = all.sort((a, b) => a.reasons.length - b.reasons.length || (a.node < b.node ? -1 : 1))
    return easiest.slice(0, spare).filter(({ reasons }) => reasons.length > 0)
  })
}

function reasonsOf(cluster: Cluster, requests: RequestsByPod): (node: ClusterNode) => readonly KeptReason[] {
  const { karpenter, clusterAutoscaler } = cluster.autoscaler
  const byNode = Map.groupBy(cluster.pods, ({ node }) => node)
  const budgets = budgetsOf(cluster.budgets)
  return (node) => {
    const pods = byNode.get(node.name) ?? []
    if (karpenter && node.nodePool !== undefined) return byKarpenter(karpenter, node, pods, budgets)
    return clusterAutoscaler ? byClusterAutoscaler(clusterAutoscaler, node, pods, budgets, requests) : []
  }
}

type BudgetsOf = (pod: ClusterPod) => readonly DisruptionBudget[]

/** Source: https://karpenter.sh/docs/concepts/disruption: Pod-level, node-level and NodePool controls. */
function byKarpenter(
  { pools }: Karpenter,
  { nodePool = '', isNotToBeDisrupted }: ClusterNode,
  pods: readonly ClusterPod[],
  budgets: BudgetsOf,
): KeptReason[] {
  const pool = pools?.get(nodePool)
  const reasons: KeptReason[] = []
  if (pool && pool.consolidates !== 'underutilized') {
    const says =
      pool.consolidates === 'never'
        ? `NodePool ${nodePool} has consolidateAfter: Never`
        : `NodePool ${nodePool} consolidates empty nodes only`
    reasons.push({
      says,
      unblock: 'set spec.disruption to consolidationPolicy: WhenEmptyOrUnderutilized with a consolidateAfter',
    })
  }
  if (pool?.isFrozen)
    reasons.push({
      says: `a disruption budget of NodePool ${nodePool} always allows 0 nodes`,
      unblock: 'raise `nodes` of that budget, or give it a schedule',
    })
  if (isNotToBeDisrupted)
    reasons.push({ says: 'the node is annotated karpenter.sh/do-not-disrupt', unblock: 'remove the annotation' })
  for (const pod of pods) {
    if (pod.isStatic) continue
    if (pod.eviction.isNotToBeDisrupted)
      reasons.push({
        ...{ pod: nameOf(pod), says: 'annotated karpenter.sh/do-not-disrupt' },
        unblock: 'remove the annotation from the Pod template',
      })
    if (pod.daemonSet === undefined) reasons.push(...byBudgets(pod, budgets))
  }
  return reasons
}

/** Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md, "What types of pods can prevent CA …". */
function byClusterAutoscaler(
  settings: ClusterAutoscaler,
  node: ClusterNode,
  pods: readonly ClusterPod[],
  budgets: BudgetsOf,
  requests: RequestsByPod,
): KeptReason[] {
  const { isScaleDownEnabled, utilizationThreshold, skipsLocalStorage, skipsSystemPods } = settings
  const reasons: KeptReason[] = []
  if (!isScaleDownEnabled)
    reasons.push({ says: 'Cluster Autoscaler removes no nodes', unblock: 'set --scale-down-enabled=true' })
  if (node.isScaleDownDisabled)
    reasons.push({
      says: 'the node is annotated cluster-autoscaler.kubernetes.io/scale-down-disabled',
      unblock: 'remove the annotation',
    })
  const used = utilization(node, pods, requests)
  if (used > utilizationThreshold)
    reasons.push({
      says: `${percent(used)} of it is requested, and Cluster Autoscaler looks at nodes up to ${percent(utilizationThreshold)} only`,
      unblock: 'raise --scale-down-utilization-threshold, or drain the node by hand',
    })
  for (const pod of pods) {
    if (pod.isStatic || pod.daemonSet !== undefined) continue
    const { hasController, isSafeToEvict, localVolumes } = pod.eviction
    const name = nameOf(pod)
    reasons.push(...byBudgets(pod, budgets))
    if (isSafeToEvict === false)
      reasons.push({
        ...{ pod: name, says: 'annotated cluster-autoscaler.kubernetes.io/safe-to-evict: "false"' },
        unblock: 'remove the annotation from the Pod template',
      })
    if (isSafeToEvict !== undefined) continue
    if (!hasController)
      reasons.push({
        pod: name,
        says: 'no controller would create it again',
        unblock: `run it by a controller, or ${SAFE}`,
      })
    if (skipsLocalStorage && localVolumes.length > 0)
      reasons.push({
        ...{ pod: name, says: `has data on the node's disk (volume ${localVolumes.join(', ')})` },
        unblock: `name the volumes in cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes, or ${SAFE}`,
      })
    if (skipsSystemPods && pod.namespace === 'kube-system' && budgets(pod).length === 0)
      reasons.push({
        ...{ pod: name, says: 'in kube-system without a PodDisruptionBudget' },
        unblock: `give it a PodDisruptionBudget, or ${SAFE}`,
      })
  }
  return reasons
}

const SAFE = 'annotate it cluster-autoscaler.kubernetes.io/safe-to-evict: "true"'

/** The Eviction API refuses a Pod whose budget allows no disruption, and a Pod with more than one budget. */
function byBudgets(pod: ClusterPod, budgetsOfPod: BudgetsOf): KeptReason[] {
  const budgets = budgetsOfPod(pod)
  if (budgets.length > 1) {
    const names = budgets.map(({ name }) => name).join(', ')
    return [
      {
        ...{ pod: nameOf(pod), says: `has more than one PodDisruptionBudget (${names}), so that it cannot be evicted` },
        unblock: 'leave one that selects it',
      },
    ]
  }
  return budgets
    .filter(({ disruptionsAllowed }) => disruptionsAllowed <= 0)
    .map(({ name }) => ({
      ...{ pod: nameOf(pod), says: `PodDisruptionBudget ${name} allows no disruption now` },
      unblock: 'add replicas, or raise maxUnavailable of the budget',
    }))
}

/** The larger of the shares of CPU and memory that all Pods of the node request, as Cluster Autoscaler counts by default. */
function utilization({ allocatable }: ClusterNode, pods: readonly ClusterPod[], requests: RequestsByPod): number {
  const sum: Record<string, number> = {}
  for (const pod of pods) add(sum, requests.get(pod)!)
  return Math.max((sum.cpu ?? 0) / allocatable.cpu!, (sum.memory ?? 0) / allocatable.memory!)
}

function nameOf({ namespace, name }: ClusterPod): string {
  return `${namespace}/${name}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
