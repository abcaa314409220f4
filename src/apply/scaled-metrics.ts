import type { RecommendationStatus } from '../api/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import { type Autoscaler, type Claim, type Effective, metricKey, runningOf } from '../policy/index.ts'
import { type ContainerResources, type Nanos, qosClass, type ResourceName, readable } from '../resources/index.ts'
import { type PlannedTarget, planTarget, type ScaledPod } from './plan-target.ts'
import { type Target, targetOf } from './target.ts'

/** A workload whose HPAs may keep their scale points. */
export interface ScaledWorkload extends Pick<FleetWorkload, 'workload' | 'author' | 'pods' | 'shape'> {
  readonly status: RecommendationStatus
  readonly effective: Pick<Effective, 'running'>
  readonly autoscalers: readonly Autoscaler[]
}

/** A metric of an HPA with the target that it should have. */
export interface MetricPlan {
  readonly hpa: Autoscaler
  readonly claim: Claim
  readonly planned: PlannedTarget
}

type FleetPod = FleetWorkload['pods'][number]

/** Plans the target of every metric of an HPA that keeps its scale point, or has a target that Plimsoll has changed. Pure. */
export function planTargets(entry: ScaledWorkload): readonly MetricPlan[] {
  return entry.autoscalers.flatMap((hpa) => {
    if (hpa.kind !== 'HorizontalPodAutoscaler' || (hpa.scale !== 'keeps' && !mayRestore(hpa))) return []
    return hpa.claims.flatMap((claim): MetricPlan[] => {
      if (claim.utilization === undefined) return []
      const point = hpa.points?.[metricKey(claim.resource, claim.container)]
      const pods = entry.pods.filter(({ placement }) => placement.isRunning)
      const planned = planTarget({
        target: claim.utilization,
        point,
        pods: pods.map((pod) => scaled(entry, pod, claim, hpa.scale === 'keeps')),
      })
      return planned ? [{ hpa, claim, planned }] : []
    })
  })
}

/** Whether targets must be restored: their owner no longer allows changes, and nobody else has changed them. */
function mayRestore({ scale, points, claims }: Autoscaler): boolean {
  return (
    scale === undefined &&
    points !== undefined &&
    claims.every(({ resource, container, utilization }) => {
      const point = points[metricKey(resource, container)]
      return !point || point.written === utilization
    })
  )
}

/** @param keeps whether the HPA keeps its scale point; if not, Pods return to the author's requests, even if a revision is applied */
function scaled(entry: ScaledWorkload, pod: FleetPod, { resource, container }: Claim, keeps: boolean): ScaledPod {
  const { author = entry.author, uid, carries, placement, containers } = pod
  const target = keeps ? targetOf(entry.status, { uid, carries, isInTrouble: false }) : undefined
  const isChanging = runningOf(entry.effective, placement.applyRunning) !== 'never'
  const names = entry.shape.slots.flatMap(({ name, kind }) =>
    kind === 'init' || (container !== undefined && container !== name) ? [] : [name],
  )
  const sum = (of: (name: string) => Nanos) => names.reduce((total, name) => total + of(name), 0n)
  const isGuaranteed = qosClass([...containers.values()].map(({ spec }) => spec)) === 'Guaranteed'
  const authors = (name: string) => requestOf(author.get(name), resource)
  const carried = (name: string) => requestOf(containers.get(name)?.spec, resource)
  return {
    author: sum(authors),
    carries: sum(carried),
    next: sum((name) => (isChanging ? (nextOf(target, name, resource, isGuaranteed) ?? authors(name)) : carried(name))),
  }
}

function requestOf(resources: ContainerResources | undefined, resource: ResourceName): Nanos {
  return readable(resources?.[resource] ?? {}).request ?? 0n
}

function nextOf(target: Target | undefined, name: string, resource: ResourceName, isGuaranteed: boolean) {
  if (target?.of !== 'revision') return undefined
  const value = target.values.containers.get(name)?.[resource]
  if (!value) return undefined
  // A Guaranteed Pod requests its limit.
  return isGuaranteed && value.limit !== undefined && value.limit > value.request ? value.limit : value.request
}
