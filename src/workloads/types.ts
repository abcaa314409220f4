/** Where the API serves the kinds that a workload can be of. */
export interface WorkloadType {
  readonly apiVersion: string
  readonly kind: string
  /** As in paths, lower case. */
  readonly plural: string
}

export const WORKLOAD_TYPES: readonly WorkloadType[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
  { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', plural: 'rollouts' },
]

/** @returns undefined for a kind that only its owner knows */
export function workloadType(kind: string): WorkloadType | undefined {
  return WORKLOAD_TYPES.find((type) => type.kind === kind)
}

/** `deployment`, `deployments` and `Deployment` mean the same to kubectl, and so do its short names. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  cj: 'CronJob',
}

/** The type that a person means, in kubectl's manner. */
export function workloadTypeByName(name: string): WorkloadType | undefined {
  const wanted = name.toLowerCase()
  return WORKLOAD_TYPES.find(
    ({ kind, plural }) => wanted === kind.toLowerCase() || wanted === plural || SHORT_NAMES[wanted] === kind,
  )
}
