/** Metrics of one of the Agent's checks, with usage of the containers on a node. */
export interface UsageMetrics {
  /** In nanocores. */
  readonly cpu: string
  /** Working set in bytes. */
  readonly memory: string
}

/**
 * The checks, in order of preference.
 *
 * Source: metadata.csv of `kubelet` and `container` in DataDog/integrations-core
 */
export const USAGE_METRICS: readonly UsageMetrics[] = [
  { cpu: 'kubernetes.cpu.usage.total', memory: 'kubernetes.memory.working_set' },
  { cpu: 'container.cpu.usage', memory: 'container.memory.working_set' },
]

/** Requests and limits: cores and bytes. */
export const ASKED_METRICS = [
  ['requests', 'cpu', 'kubernetes.cpu.requests'],
  ['limits', 'cpu', 'kubernetes.cpu.limits'],
  ['requests', 'memory', 'kubernetes.memory.requests'],
  ['limits', 'memory', 'kubernetes.memory.limits'],
] as const

/** Tags that say which Pod a container belongs to, and who owns the Pod. Each Pod has one value of each. */
const OF_CONTAINERS = [
  'pod_name',
  'kube_container_name',
  'kube_ownerref_kind',
  'kube_ownerref_name',
  'kube_argo_rollout',
  'kube_deployment',
  'kube_stateful_set',
  'kube_daemon_set',
  'kube_cronjob',
]

/** The series that a query selects. */
export interface Scope {
  readonly cluster: string | undefined
  readonly namespace?: string
}

/**
 * Query for the containers of a scope. Time comes first: each series is averaged, or its highest value taken, over each step. Of several
 * series of one container (before and after a restart, or from two checks), the highest value counts. Nothing is interpolated.
 */
export function containersQuery(metric: string, rollup: 'avg' | 'max', stepSeconds: number, scope: Scope): string {
  return `max:${metric}${selector(scope)} by {${OF_CONTAINERS.join(',')}}.fill(null).rollup(${rollup}, ${stepSeconds})`
}

/** Query for the clusters and namespaces of a scope. */
export function namespacesQuery(metric: string, stepSeconds: number, scope: Scope): string {
  return `max:${metric}${selector(scope)} by {kube_cluster_name,kube_namespace}.fill(null).rollup(max, ${stepSeconds})`
}

function selector({ cluster, namespace }: Scope): string {
  const tags = [
    ...(cluster === undefined ? [] : [`kube_cluster_name:${cluster}`]),
    ...(namespace === undefined ? [] : [`kube_namespace:${namespace}`]),
  ]
  return `{${tags.join(',') || '*'}}`
}
