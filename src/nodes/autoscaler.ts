/** The autoscaler that may remove nodes of the cluster, with those of its settings that could be read. */
export interface Autoscaler {
  readonly karpenter?: Karpenter
  readonly clusterAutoscaler?: ClusterAutoscaler
}

export interface Karpenter {
  /** NodePools by name; undefined where they could not be read. */
  readonly pools: ReadonlyMap<string, NodePool> | undefined
}

export interface NodePool {
  /** Whether nodes with Pods are consolidated, or only empty ones. */
  readonly consolidates: 'underutilized' | 'empty' | 'never'
  /** Whether a budget that is always in effect allows no node to be disrupted. */
  readonly isFrozen: boolean
}

/** Settings of Cluster Autoscaler, from its arguments, or else its defaults. */
export interface ClusterAutoscaler {
  readonly isScaleDownEnabled: boolean
  /** Share of its requests above which a node is not removed. */
  readonly utilizationThreshold: number
  readonly skipsLocalStorage: boolean
  readonly skipsSystemPods: boolean
}

/** The fields of karpenter.sh/v1 NodePool that are read. */
export interface ApiNodePool {
  readonly metadata?: { readonly name?: string }
  readonly spec?: {
    readonly disruption?: {
      readonly consolidationPolicy?: string
      readonly consolidateAfter?: string
      readonly budgets?: readonly {
        readonly nodes?: string
        readonly schedule?: string
        readonly reasons?: readonly string[]
      }[]
    }
  }
}

/** Source: https://karpenter.sh/docs/concepts/disruption (consolidation, and NodePool disruption budgets). */
export function readNodePools(pools: Iterable<ApiNodePool>): ReadonlyMap<string, NodePool> {
  return new Map(
    [...pools].map(({ metadata, spec }) => {
      const { consolidationPolicy, consolidateAfter, budgets = [] } = spec?.disruption ?? {}
      const isFrozen = budgets.some(
        ({ nodes, schedule, reasons }) =>
          (nodes === '0' || nodes === '0%') && !schedule && (!reasons || reasons.includes('Underutilized')),
      )
      const consolidates =
        consolidateAfter === 'Never' ? 'never' : consolidationPolicy === 'WhenEmpty' ? 'empty' : 'underutilized'
      return [metadata?.name ?? '', { consolidates, isFrozen }] as const
    }),
  )
}

/** Settings of a Cluster Autoscaler that runs without arguments. */
export const DEFAULT_CLUSTER_AUTOSCALER: ClusterAutoscaler = {
  isScaleDownEnabled: true,
  utilizationThreshold: 0.5,
  skipsLocalStorage: true,
  skipsSystemPods: true,
}

/** Program whose name the image or the command of a container has. */
const CLUSTER_AUTOSCALER = /(^|\/)cluster-autoscaler([-:@]|$)/

/**
 * Recognizes Cluster Autoscaler among the containers of Pods, and reads its arguments.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md, "What are the parameters to CA?"
 *
 * @returns undefined if the container runs something else
 */
export function readClusterAutoscaler(container: object): ClusterAutoscaler | undefined {
  const {
    image = '',
    command = [],
    args = [],
  } = container as {
    readonly image?: string
    readonly command?: readonly string[]
    readonly args?: readonly string[]
  }
  if (![image, command[0] ?? ''].some((text) => CLUSTER_AUTOSCALER.test(text))) return undefined
  const given = new Map(
    [...command, ...args].flatMap((argument) => {
      const [, name, value = 'true'] = /^--?([\w-]+)(?:=(.*))?$/.exec(argument) ?? []
      return name ? [[name, value] as const] : []
    }),
  )
  const isOn = (name: string) => (given.get(name) ?? 'true') !== 'false'
  const threshold = Number(given.get('scale-down-utilization-threshold') ?? Number.NaN)
  return {
    isScaleDownEnabled: isOn('scale-down-enabled'),
    utilizationThreshold: threshold >= 0 ? threshold : DEFAULT_CLUSTER_AUTOSCALER.utilizationThreshold,
    skipsLocalStorage: isOn('skip-nodes-with-local-storage'),
    skipsSystemPods: isOn('skip-nodes-with-system-pods'),
  }
}
