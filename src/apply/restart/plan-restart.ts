import type { LastReplica } from '../../api/index.ts'
import { type ApiPod, readPlacement } from '../../fleet/index.ts'
import { LAST_REPLICA_ANNOTATION, mayTakeLastReplica } from '../../policy/index.ts'
import type { Finding } from '../finding.ts'
import type { Need } from './need.ts'
import type { Owner } from './owner.ts'

/**
 * How one Pod of a workload is restarted:
 * - `resize`: it is resized, and the kubelet restarts its containers;
 * - `eviction`: it is evicted, and its owner makes another;
 * - `rollout`: its owner replaces all of its Pods in its own way: a Deployment starts a new Pod before it ends an old one, an Argo Rollout
 *   (`spec.restartAt`) ends one first.
 */
export interface Restart {
  readonly by: 'resize' | 'eviction' | 'rollout'
}

export interface RestartPlanInput {
  readonly need: Need
  /** The Pod to restart; it is one of `pods`. */
  readonly uid: string
  /** All Pods of the owner, as the API server has them now. */
  readonly pods: readonly ApiPod[]
  readonly owner: Owner
  /** Whether a Pod has its target values, or is about to get them. */
  readonly isServed: (pod: ApiPod) => boolean
  /** Whether a new Pod would get this Pod's target values. */
  readonly mayReplace: boolean
  readonly lastReplica: LastReplica
  readonly now: Date
}

/**
 * Decides whether a Pod may be restarted now, and how. One Pod of a workload is restarted at a time: the next one follows when the
 * replacement is ready. The owner never lacks more Pods than a rollout allows (`maxUnavailable`); if that is zero, the owner does a
 * rollout. PodDisruptionBudgets are checked afterwards. Pure.
 *
 * @returns why the Pod must wait, if it must
 */
export function planRestart(input: RestartPlanInput): Restart | Finding {
  const { need, uid, owner, isServed, mayReplace, lastReplica, now } = input
  const pods = input.pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
  const pod = pods.find(({ metadata }) => metadata?.uid === uid)
  const isEnding = pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined)
  if (!pod || isEnding || pods.length !== owner.desired) return { reason: 'RestartUnderWay' }
  if (new Set(pods.map((one) => readPlacement(one).template)).size > 1) return { reason: 'RolloutUnderWay' }
  const available = pods.filter((one) => isAvailable(one, owner, now))
  const others = pods.filter((one) => one !== pod)
  if (others.some((one) => isServed(one) && !available.includes(one))) return { reason: 'RestartUnderWay' }
  const isReady = readPlacement(pod).isReady
  const says = pod.metadata?.annotations?.[LAST_REPLICA_ANNOTATION]
  const isLast = isReady && !others.some((one) => readPlacement(one).isReady)
  if (isLast && !mayTakeLastReplica(lastReplica, says)) return { reason: 'LastReplicaKept' }
  // A Pod that is not ready is already missing.
  const lacking = owner.desired - available.length + (available.includes(pod) ? 1 : 0)
  const mayLack = !isReady || lacking <= owner.maxUnavailable
  // The kubelet resizes the cgroup of a Pod only while its containers run.
  if (need === 'container' && isReady && mayLack) return { by: 'resize' }
  if (!mayReplace) return { reason: 'RestartDoesNotHelp' }
  if (need !== 'elsewhere' && mayLack) return { by: 'eviction' }
  const mayRollOut = owner.surges || (owner.replaces === true && need !== 'elsewhere')
  if (mayRollOut && available.length === owner.desired) return { by: 'rollout' }
  return need === 'elsewhere' ? { reason: 'NodeFull' } : { reason: 'RestartUnderWay' }
}

/** Whether a Pod has been ready for long enough to count as available. */
function isAvailable(pod: ApiPod, { minReadySeconds }: Owner, now: Date): boolean {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True')
  if (!ready) return false
  const since = Date.parse(ready.lastTransitionTime ?? '')
  return minReadySeconds === 0 || !(now.getTime() - since < minReadySeconds * 1000)
}
