import { groupKind } from './group-kind.ts'
import type { Workload } from './workload.ts'

/** The metadata of a Pod that tell what the Pod belongs to. */
export interface PodIdentity {
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>> | null | undefined
  readonly ownerReferences?: readonly OwnerReference[] | null | undefined
}

export interface OwnerReference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly controller?: boolean
}

/** Pod label with the name of the workload. The workload's kind is that of the owner, or Pod if there is none. */
export const WORKLOAD_LABEL = 'plimsoll.dev/workload'

/** Name of a Job that a CronJob creates: `<cronjob>-<scheduled time in minutes since 1970>`. */
const CRON_JOB_RUN = /^(.+)-(\d{8,10})$/

/**
 * The workload of a Pod, derived from the Pod alone, without a look-up. At admission a Pod's own name may be empty, so it is
 * not used.
 *
 * - a ReplicaSet is `<deployment>-<pod-template-hash>` (Argo: `rollouts-pod-template-hash`), and the Pod carries the hash;
 * - a Job of a CronJob is `<cronjob>-<minutes>`;
 * - any other controller is the workload itself. Its kind contains the API group where the kind alone could mean another one.
 *
 * @returns undefined for what is learned only under a label: Jobs without a CronJob, Jobs of other API groups, and Pods without a
 *   controller
 */
export function identifyWorkload({ namespace, labels, ownerReferences }: PodIdentity): Workload | undefined {
  const owner = ownersWorkload(labels ?? {}, ownerReferences)
  const override = labels?.[WORKLOAD_LABEL]
  if (typeof override === 'string' && override !== '') return { namespace, kind: owner?.kind ?? 'Pod', name: override }
  if (!owner || /^Job(?:\.|$)/.test(owner.kind)) return undefined
  return { namespace, ...owner }
}

/** The owner that manages an object; undefined if it has none. */
export function controllerOf(owners: readonly OwnerReference[] | null | undefined): OwnerReference | undefined {
  return Array.isArray(owners) ? owners.find((owner) => owner?.controller === true) : undefined
}

function ownersWorkload(
  labels: Readonly<Record<string, string>>,
  owners: PodIdentity['ownerReferences'],
): Omit<Workload, 'namespace'> | undefined {
  const { apiVersion, kind: bareKind, name } = controllerOf(owners) ?? {}
  if (typeof bareKind !== 'string' || typeof name !== 'string' || bareKind === '' || name === '') return undefined
  const kind = groupKind(bareKind, typeof apiVersion === 'string' ? apiVersion : undefined)
  if (kind === 'ReplicaSet') {
    const rollout = withoutSuffix(name, labels['rollouts-pod-template-hash'])
    if (rollout) return { kind: 'Rollout', name: rollout }
    const deployment = withoutSuffix(name, labels['pod-template-hash'])
    if (deployment) return { kind: 'Deployment', name: deployment }
  }
  if (kind === 'Job') {
    const cronJob = CRON_JOB_RUN.exec(name)?.[1]
    if (cronJob) return { kind: 'CronJob', name: cronJob }
  }
  return { kind, name }
}

function withoutSuffix(name: string, hash: string | undefined): string | undefined {
  return hash && name.endsWith(`-${hash}`) && name.length > hash.length + 1
    ? name.slice(0, -hash.length - 1)
    : undefined
}
