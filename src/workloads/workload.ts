/** Identity of a workload. History and recommendations belong to it, not to its Pods or ReplicaSets. */
export interface Workload {
  readonly namespace: string
  /** Kind as in the API: Deployment, StatefulSet, CronJob, …; if the kind alone is ambiguous, with its API group (see `groupKind`). */
  readonly kind: string
  readonly name: string
}

/** One container of a workload. Usage is learned for it. */
export interface WorkloadContainer {
  readonly workload: Workload
  readonly container: string
}

/** Key of a workload, `namespace/kind/name`. It is unique, because none of the three may contain a slash. */
export function workloadKey({ namespace, kind, name }: Workload): string {
  return `${namespace}/${kind}/${name}`
}

/** The workload of a key that `workloadKey` made: no part of it can contain a slash. */
export function readWorkloadKey(key: string): Workload {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  return { namespace, kind, name }
}

/** Key of a container, `namespace/kind/name/container`. */
export function containerKey({ workload, container }: WorkloadContainer): string {
  return `${workloadKey(workload)}/${container}`
}
