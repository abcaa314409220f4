import { type MadePod, madeSeries } from '../../prometheus/made-series.ts'
import { type AfternoonWorkload, containersOf } from './workload.ts'

const DAY_SECONDS = 86_400
const DAYS = 14
const RUN_EVERY_SECONDS = 6 * 3600
const RUN_SECONDS = 1200

/** Series of the last 14 days, as from a Prometheus that scrapes kubelets, and the owners of Pods as from kube-state-metrics. */
export function pastOf(workloads: readonly AfternoonWorkload[], endSeconds: number): Generator<string> {
  const pods = workloads.flatMap((workload) => podsOf(workload, endSeconds))
  return madeSeries({
    // Few samples, because promtool is slow.
    ...{ endSeconds, days: DAYS, scrapeSeconds: 240, stateSeconds: 290 },
    state: pods.flatMap(({ namespace, pod, ownedBy: [owner_kind, owner_name] }) =>
      // The owners of a CronJob's Pods follow from their names.
      owner_kind === 'Job'
        ? []
        : [['kube_pod_owner', { namespace, pod, owner_kind, owner_name, owner_is_controller: 'true' }]],
    ),
    pods,
  })
}

interface PastPod extends MadePod {
  readonly ownedBy: readonly [kind: string, name: string]
}

function podsOf(workload: AfternoonWorkload, endSeconds: number): PastPod[] {
  const { namespace, kind, name, replicas = 1, days = DAYS } = workload
  const containers = Object.entries(containersOf(workload)).map(([name, { cores, bytes, oomKills }]) => ({
    ...{ name, cores, bytes, ...(oomKills && { oomKills }) },
  }))
  const agoSeconds = [days * DAY_SECONDS, 0] as const
  if (kind === 'CronJob')
    return Array.from({ length: (days * DAY_SECONDS) / RUN_EVERY_SECONDS }, (_, i) => {
      const startSeconds = (Math.floor(endSeconds / RUN_EVERY_SECONDS) - i) * RUN_EVERY_SECONDS
      const job = `${name}-${startSeconds / 60}`
      const ago = endSeconds - startSeconds
      return {
        ...{ namespace, pod: `${job}-${suffix(i)}`, ownedBy: ['Job', job] as const, containers },
        agoSeconds: [ago, Math.max(0, ago - RUN_SECONDS)],
      }
    })
  return Array.from({ length: replicas }, (_, i): PastPod => {
    const replicaSet = `${name}-5d7c9f8b64`
    const its: Readonly<Record<typeof kind, readonly [pod: string, owner: readonly [string, string]]>> = {
      Deployment: [`${replicaSet}-${suffix(i)}`, ['ReplicaSet', replicaSet]],
      StatefulSet: [`${name}-${i}`, ['StatefulSet', name]],
      DaemonSet: [`${name}-${suffix(i)}`, ['DaemonSet', name]],
    }
    const [pod, ownedBy] = its[kind]
    return { namespace, pod, ownedBy, containers, agoSeconds }
  })
}

/** Random suffix of a Pod's name, of the letters that Kubernetes uses. */
function suffix(i: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return [7, 3, 11, i % letters.length, Math.floor(i / letters.length)].map((at) => letters[at]).join('')
}
