import type { Workload } from './workload.ts'

/*
 * What Kubernetes appends to a workload's name to name its Pods. The letters are not free, and that settles nearly
 * every doubt: generated text uses 27 characters without vowels and without 0, 1 and 3 (k8s.io/apimachinery, util/rand),
 * and a pod-template-hash is the decimal form of a 32-bit number spelled in ten of those, so it has only
 * `4 5 6 7 8 9 b c d f`.
 */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]{5}'
const HASH = '[456789bcdf]{6,10}'
/** Minutes since 1970 of a CronJob's run: eight digits that begin with 2 or 3 until 2046, so never a hash. */
const MINUTES = '[23][0-9]{7}'

const OF_REPLICA_SET = new RegExp(`^(.+)-(${HASH})$`)
const OF_DEPLOYMENT = new RegExp(`^(.+)-${HASH}-${RANDOM}$`)
/** An Indexed Job adds the index of the Pod. */
const OF_CRON_JOB = new RegExp(`^(.+)-${MINUTES}(?:-[0-9]+)?-${RANDOM}$`)
const OF_CONTROLLER = new RegExp(`^(.+)-${RANDOM}$`)
const OF_STATEFUL_SET = /^(.+)-(?:0|[1-9][0-9]*)$/

/** Length from which the beginning of a name may be incomplete: generated names are cut to 58 characters before the last five. */
const CUT_LENGTH = 63

/**
 * The workload that a Pod's name points to, for histories that contain only names. It is a guess, made only here:
 *
 * - `<name>-<hash>-<5>` is a Deployment. An Argo Rollout's Pods have the same names and are taken for one.
 * - `<name>-<minutes>-<5>` (or `…-<index>-<5>`) is a CronJob.
 * - `<name>-<5>` is a DaemonSet. A bare ReplicaSet's and a bare Job's Pods have the same names and are taken for one; no
 *   DaemonSet of that name exists then, so what was learned is never used.
 * - `<name>-<n>` is a StatefulSet. A static Pod on a node `…-<n>`, and a bare Pod `…-<n>`, are taken for one, as above.
 *
 * Owners from the API or kube-state-metrics always take precedence.
 *
 * @returns undefined if the name fits none of these, or was cut because the workload's name is too long
 */
export function workloadFromPodName(namespace: string, pod: string): Workload | undefined {
  const deployment = OF_DEPLOYMENT.exec(pod)?.[1]
  if (deployment) return { namespace, kind: 'Deployment', name: deployment }
  if (pod.length >= CUT_LENGTH) return undefined
  const cronJob = OF_CRON_JOB.exec(pod)?.[1]
  if (cronJob) return { namespace, kind: 'CronJob', name: cronJob }
  // Before StatefulSets: an ordinal of five digits without 0, 1 and 3 is far rarer than five random digits.
  const controller = OF_CONTROLLER.exec(pod)?.[1]
  if (controller) return { namespace, kind: 'DaemonSet', name: controller }
  const statefulSet = OF_STATEFUL_SET.exec(pod)?.[1]
  if (statefulSet) return { namespace, kind: 'StatefulSet', name: statefulSet }
  return undefined
}

/** The pod-template-hash at the end of the name of a Deployment's or Rollout's ReplicaSet; undefined if there is none. */
export function templateHashOfReplicaSet(name: string): string | undefined {
  return OF_REPLICA_SET.exec(name)?.[2]
}
