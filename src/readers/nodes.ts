import {
  BUDGETS,
  CONFIG_MAPS,
  type KubeClient,
  type KubeObject,
  listAll,
  NODE_POOLS,
  NODES,
  PODS,
  VOLUMES,
} from '../kube/index.ts'
import {
  type ApiDisruptionBudget,
  type ApiNode,
  type ApiNodePool,
  type ApiPodOnNode,
  type Cluster,
  type DisruptionRules,
  readNodesAndPods,
  type VolumeTerms,
} from '../nodes/index.ts'
import type { RunRule } from '../workloads/index.ts'
import { tolerating } from './tolerate.ts'

type Volume = KubeObject & {
  readonly spec?: {
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms?: VolumeTerms extends ReadonlyMap<string, infer T> ? T : never }
    }
    readonly claimRef?: { readonly namespace?: string; readonly name?: string }
  }
}

/**
 * Reads all nodes and all Pods of the cluster, even if a report is about some namespaces: a node can only be removed if none of its
 * Pods needs it.
 *
 * @param disruption whether to read what keeps an autoscaler from removing nodes
 * @returns a cluster without nodes if the user may not list nodes or the Pods of all namespaces; its problems say what was refused
 */
export async function readNodes(
  client: KubeClient,
  rules?: readonly RunRule[],
  { disruption = true }: { readonly disruption?: boolean } = {},
): Promise<Cluster> {
  const unread: string[] = []
  const tolerate = tolerating((what, { message }) => unread.push(`${what} could not be read: ${message}`))
  const nodes = await tolerate('Nodes', listAll(client, NODES), [])
  const pods = nodes.length === 0 ? [] : await tolerate('Pods of all namespaces', listAll(client, PODS), [])
  if (nodes.length === 0 || pods.length === 0)
    return { nodes: [], pods: [], budgets: [], autoscaler: {}, problems: unread }
  const volumes = (await tolerate('PersistentVolumes', listAll(client, VOLUMES), [])) as readonly Volume[]
  const terms: VolumeTerms = new Map(
    volumes.flatMap(({ spec }) => {
      const [its, claim] = [spec?.nodeAffinity?.required?.nodeSelectorTerms, spec?.claimRef]
      return its && claim ? [[`${claim.namespace}/${claim.name}`, its]] : []
    }),
  )
  const placed = { volumes: terms, rules }
  const from = (reading: typeof placed & Partial<DisruptionRules>) => {
    const cluster = readNodesAndPods(nodes as readonly ApiNode[], pods as readonly ApiPodOnNode[], reading)
    // Without a usable node, it does not matter what else could not be read.
    return cluster.nodes.length === 0 ? cluster : { ...cluster, problems: [...unread, ...cluster.problems] }
  }
  if (!disruption) return from(placed)
  const budgets = (await tolerate('PodDisruptionBudgets', listAll(client, BUDGETS), [])) as ApiDisruptionBudget[]
  const nodePools = await tolerate<readonly ApiNodePool[] | undefined>(
    "Karpenter's NodePools",
    listAll(client, NODE_POOLS),
    undefined,
  )
  const hasAutoscalerStatus = await tolerate('The status of Cluster Autoscaler', hasStatus(client), false)
  return from({ ...placed, budgets, nodePools, hasAutoscalerStatus })
}

/** Managed clusters run Cluster Autoscaler out of sight; only its status is visible. */
async function hasStatus(client: KubeClient): Promise<boolean> {
  await client.get(CONFIG_MAPS, { namespace: 'kube-system', name: 'cluster-autoscaler-status' })
  return true
}
