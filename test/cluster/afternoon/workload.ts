import type { ResourceName } from '../../../src/resources/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import type { SeenResources } from '../loop/sight.ts'
import type { Amount } from './rhythms.ts'

interface Container {
  /** Requests and limits by the author. */
  readonly resources?: SeenResources
  readonly env?: Readonly<Record<string, string>>
  /** Usage in the past, in cores and bytes. */
  readonly cores: Amount
  readonly bytes: Amount
  readonly oomKills?: number
  /** What it does now (`../loop/work.mjs`). By default, it sleeps. */
  readonly does?: object
}

export interface AfternoonWorkload extends Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'
  readonly behaviour: string
  readonly replicas?: number
  /** Days of history; 14 by default. */
  readonly days?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** CPU utilization target of an HPA, in percent. */
  readonly scalesAt?: number
  readonly containers: Readonly<Record<string, Container>>
  /** Native sidecars. */
  readonly sidecars?: Readonly<Record<string, Container>>
  /** Resources that wait for approval, and the sentence that states why. */
  readonly left?: Readonly<Partial<Record<ResourceName, RegExp>>>
}

export const SLEEPS = 'sleep:1'
const WORKS = 'work:1'

export function containersOf({ containers, sidecars }: AfternoonWorkload): Readonly<Record<string, Container>> {
  return { ...sidecars, ...containers }
}

/** Manifests of the workload and its HPA. */
export function manifestsOf(workload: AfternoonWorkload): readonly object[] {
  const {
    namespace,
    kind,
    name,
    replicas = 1,
    labels: more,
    annotations = {},
    containers,
    sidecars,
    scalesAt,
  } = workload
  const labels = { app: name }
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: Object.entries(containers).map(container),
    ...(sidecars && {
      initContainers: Object.entries(sidecars).map((sidecar) => ({ ...container(sidecar), restartPolicy: 'Always' })),
    }),
    ...(kind === 'CronJob' && { restartPolicy: 'Never' }),
  }
  const template = { metadata: { labels: { ...labels, ...more }, annotations }, spec }
  const selected = { selector: { matchLabels: labels }, template }
  const specs = {
    // One Pod at a time: the node has no room for two of each.
    Deployment: { ...selected, replicas, strategy: { type: 'Recreate' } },
    StatefulSet: { ...selected, replicas, serviceName: name },
    DaemonSet: selected,
    CronJob: { schedule: '0 */6 * * *', suspend: true, jobTemplate: { spec: { template, backoffLimit: 0 } } },
  }
  const apiVersion = kind === 'CronJob' ? 'batch/v1' : 'apps/v1'
  const target = { type: 'Utilization', averageUtilization: scalesAt }
  const hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name },
      minReplicas: replicas,
      maxReplicas: replicas + 2,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  }
  return [{ apiVersion, kind, metadata: { name, namespace }, spec: specs[kind] }, ...(scalesAt ? [hpa] : [])]
}

function container([name, { resources, env = {}, does }]: [string, Container]) {
  return {
    name,
    image: does ? WORKS : SLEEPS,
    ...(does && { args: ['node', '/work.mjs', JSON.stringify(does)] }),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ...(resources && { resources }),
  }
}
