/** Identity of a workload. History and recommendations belong to it, not to its Pods or ReplicaSets. */
export interface Workload {
  readonly namespace: string
  /** As in the API: Deployment, StatefulSet, DaemonSet, CronJob, Rollout, … */
  readonly kind: string
  readonly name: string
}

/** One container of a workload: what usage is learned for. */
export interface WorkloadContainer {
  readonly workload: Workload
  readonly container: string
}

/** `namespace/kind/name`: unique, as none of the three may contain a slash. */
export function workloadKey({ namespace, kind, name }: Workload): string {
  return `${namespace}/${kind}/${name}`
}

/** `namespace/kind/name/container`. */
export function containerKey({ workload, container }: WorkloadContainer): string {
  return `${workloadKey(workload)}/${container}`
}
