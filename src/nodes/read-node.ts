import { isObject } from '../resources/index.ts'
import type { ClusterNode, Taint } from './cluster.ts'
import { readQuantities } from './quantities.ts'

/** The fields of core/v1 Node that are read; any may be missing or of another type. */
export interface ApiNode {
  readonly metadata?: {
    readonly name?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: { readonly taints?: readonly Partial<Taint>[]; readonly unschedulable?: boolean }
  readonly status?: { readonly allocatable?: unknown }
}

const NODE_POOL_LABEL = 'karpenter.sh/nodepool'
/** Labels that name the group of a node: Karpenter, GKE, EKS, eksctl, AKS. */
const GROUP_LABELS = [
  NODE_POOL_LABEL,
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
  'node.kubernetes.io/instance-type',
]
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane'
const GIB = 2 ** 30

/**
 * Reads a node.
 *
 * @returns the node, or undefined with a problem if it has no allocatable CPU, memory or Pods
 */
export function readNode(node: ApiNode, onProblem: (line: string) => void): ClusterNode | undefined {
  const name = node.metadata?.name ?? ''
  const { labels = {}, annotations = {} } = node.metadata ?? {}
  const allocatable = readQuantities(node.status?.allocatable, (resource, text) =>
    onProblem(`Node ${name}: allocatable ${resource} is "${text}", which is not a quantity: it does not count.`),
  )
  const missing = ['cpu', 'memory', 'pods'].filter((resource) => !(allocatable[resource]! > 0))
  if (missing.length > 0) {
    onProblem(`Node ${name} has no allocatable ${missing.join(', ')}: it is left out until its kubelet reports it.`)
    return undefined
  }
  const taints = (Array.isArray(node.spec?.taints) ? node.spec.taints : []).filter(isObject) as Partial<Taint>[]
  return {
    ...{ name, labels, allocatable },
    group: groupOf(labels) ?? `${allocatable.cpu! / 1000} CPU, ${Math.round(allocatable.memory! / GIB)} GiB`,
    taints: taints.map(({ key = '', value = '', effect = '' }) => ({ key, value, effect })),
    isFixed: Object.hasOwn(labels, CONTROL_PLANE_LABEL),
    nodePool: labels[NODE_POOL_LABEL],
    isNotToBeDisrupted: annotations['karpenter.sh/do-not-disrupt'] === 'true',
    isScaleDownDisabled: annotations['cluster-autoscaler.kubernetes.io/scale-down-disabled'] === 'true',
  }
}

function groupOf(labels: Readonly<Record<string, string>>): string | undefined {
  return GROUP_LABELS.map((label) => labels[label]).find((value) => value !== undefined && value !== '')
}
