import { parseGroupKind } from './group-kind.ts'
import type { Workload } from './workload.ts'

/** A kind of workload, and its API path. */
export interface WorkloadType {
  readonly apiVersion: string
  readonly kind: string
  /** Plural as in API paths, lower case. */
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

/** The type of a kind; undefined if it is not in `WORKLOAD_TYPES`. */
export function workloadType(kind: string): WorkloadType | undefined {
  return WORKLOAD_TYPES.find((type) => type.kind === kind)
}

/** Short names of the kinds in kubectl. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  cj: 'CronJob',
}

/** The type that a person names as in kubectl, by kind, plural or short name; undefined if it is unknown. */
export function workloadTypeByName(name: string): WorkloadType | undefined {
  const wanted = name.toLowerCase()
  return WORKLOAD_TYPES.find(
    ({ kind, plural }) => wanted === kind.toLowerCase() || wanted === plural || SHORT_NAMES[wanted] === kind,
  )
}

/**
 * Object reference of a workload: `apiVersion` and `kind`. For a kind that is not in `WORKLOAD_TYPES`, only the API group is known; the
 * version is `v1` then, which readers of references ignore.
 */
export function referenceTo({ namespace, kind: text, name }: Workload) {
  const { kind, group } = parseGroupKind(text)
  const apiVersion = workloadType(text)?.apiVersion ?? (group ? `${group}/v1` : 'v1')
  return { apiVersion, kind, namespace, name }
}
