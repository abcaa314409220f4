import { type MadePod, madeSeries } from '../../prometheus/made-series.ts'
import { type AfternoonWorkload, containersOf } from './workload.ts'

const DAY_SECONDS = 86_400
const DAYS = 14
const RUN_EVERY_SECONDS = 6 * 3600
const RUN_SECONDS = 1200

/** The fortnight before, as a Prometheus has it that scrapes kubelets and kube-state-metrics. */
export function pastOf(workloads: readonly AfternoonWorkload[], endSeconds: number): Generator<string> {
  return madeSeries({
    ...{ endSeconds, days: DAYS, scrapeSeconds: 120, stateSeconds: 280 },
    pods: workloads.flatMap((workload) => podsOf(workload, endSeconds)),
  })
}

function podsOf(workload: AfternoonWorkload, endSeconds: number): MadePod[] {
  const { namespace, kind, name, replicas = 1, days = DAYS } = workload
  const containers = Object.entries(containersOf(workload)).map(([name, { cores, bytes, oomKills }]) => ({
    ...{ name, cores, bytes, ...(oomKills && { oomKills }) },
    ...(workload.sidecars?.[name] && { init: { restartPolicy: 'Always' } }),
  }))
  const agoSeconds = [days * DAY_SECONDS, 0] as const
  if (kind === 'CronJob')
    return Array.from({ length: (days * DAY_SECONDS) / RUN_EVERY_SECONDS }, (_, i) => {
      const startSeconds = (Math.floor(endSeconds / RUN_EVERY_SECONDS) - i) * RUN_EVERY_SECONDS
      const job = `${name}-${startSeconds / 60}`
      const ago = endSeconds - startSeconds
      const owner = ['Job', job] as const
      return {
        namespace,
        pod: `${job}-${suffix(i)}`,
        owner,
        containers,
        agoSeconds: [ago, Math.max(0, ago - RUN_SECONDS)],
      }
    })
  return Array.from({ length: replicas }, (_, i): MadePod => {
    const replicaSet = `${name}-5d7c9f8b64`
    const its: Readonly<Record<typeof kind, readonly [pod: string, owner: readonly [string, string]]>> = {
      Deployment: [`${replicaSet}-${suffix(i)}`, ['ReplicaSet', replicaSet]],
      StatefulSet: [`${name}-${i}`, ['StatefulSet', name]],
      DaemonSet: [`${name}-${suffix(i)}`, ['DaemonSet', name]],
    }
    const [pod, owner] = its[kind]
    return { namespace, pod, owner, containers, agoSeconds }
  })
}

/** The end of a Pod's name, of the letters that Kubernetes takes. */
function suffix(i: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return [7, 3, 11, i % letters.length, Math.floor(i / letters.length)].map((at) => letters[at]).join('')
}
