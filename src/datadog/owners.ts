import { type Labels, PodOwners } from '../history/index.ts'
import { kindInAnyCase, type RunningWorkload, type RunRule } from '../workloads/index.ts'

/** Tags with the name of a workload, and its kind. A Rollout is also tagged as a Deployment, so it comes first. */
const WORKLOADS = [
  ['kube_argo_rollout', 'Rollout'],
  ['kube_deployment', 'Deployment'],
  ['kube_stateful_set', 'StatefulSet'],
  ['kube_daemon_set', 'DaemonSet'],
  ['kube_cronjob', 'CronJob'],
] as const

/**
 * Owners of the Pods of one namespace, from the tags that the Agent gives them. It writes kinds in lower case.
 *
 * Where some Pods have the tag `kube_ownerref_kind`, those without it have no owner. Where none has it, those without any tag are
 * identified by their names.
 *
 * Source: `extractTagsFromPodOwner` in the tagger of DataDog/datadog-agent
 */
export function ownersOf(
  namespace: string,
  groups: readonly Labels[],
  running?: RunningWorkload,
  rules?: readonly RunRule[],
): PodOwners {
  const owners = new PodOwners(running, rules)
  const hasReferences = groups.some(({ kube_ownerref_kind }) => kube_ownerref_kind)
  for (const tags of groups) {
    const { pod_name: pod, kube_ownerref_kind: lowerCase, kube_ownerref_name: name } = tags
    if (!pod) continue
    const named = WORKLOADS.find(([tag]) => tags[tag])
    const workload = named && { kind: named[1], name: tags[named[0]]! }
    const owner = lowerCase && name ? { kind: kindOf(lowerCase), name } : workload
    if (owner || hasReferences) owners.add('kube_pod_owner', { namespace, pod, ...asOwner(owner) })
    if (owner?.kind === 'ReplicaSet' && workload)
      owners.add('kube_replicaset_owner', { namespace, replicaset: owner.name, ...asOwner(workload) })
    if (owner?.kind === 'Job') owners.add('kube_job_owner', { namespace, job_name: owner.name, ...asOwner(workload) })
  }
  return owners
}

/** A kind from a tag. One that is not known gets one capital letter, which may be wrong. */
function kindOf(lowerCase: string): string {
  return kindInAnyCase(lowerCase) ?? lowerCase.charAt(0).toUpperCase() + lowerCase.slice(1)
}

function asOwner(owner: { readonly kind: string; readonly name: string } | undefined): Labels {
  return owner ? { owner_kind: owner.kind, owner_name: owner.name } : {}
}
