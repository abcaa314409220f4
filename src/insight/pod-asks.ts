import type { Criticality, Goal, RunningPod } from '../api/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ContainerFacts, PerResource, WorkloadFacts } from './facts.ts'
import type { Price } from './model.ts'

type Allotment = NonNullable<ContainerFacts['now']>['cpu']

/** Requests and limits of one Pod, from any source. */
export interface PodAsks {
  readonly workload: Workload
  /** Workload that the Pod's controllers name, if known. */
  readonly controllers?: Workload | undefined
  readonly pod: string
  /** Creation time, RFC 3339; '' if unknown. */
  readonly createdAt: string
  /** Whether it still reserves its requests. */
  readonly isRunning: boolean
  /** Price of its node; undefined if it has none yet, or the node is unknown. */
  readonly price: Price | undefined
  readonly goal?: Goal | undefined
  readonly criticality?: Criticality | undefined
  readonly containers: ReadonlyMap<
    string,
    { readonly author: PerResource<Allotment>; readonly now: PerResource<Allotment> } & Happened
  >
}

/** What happened to a container. */
export type Happened = Pick<ContainerFacts, 'oomKills' | 'restarts' | 'isCrashing' | 'throttledShare'>

/**
 * What a running Pod requests.
 *
 * @param pod name of the Pod; '' if unknown
 * @param price price of its node; undefined if it is not known
 */
export function asksOf(running: RunningPod, pod: string, price?: Price): PodAsks {
  const { workload, createdAt, hasEnded = false, goal, criticality, containers } = running
  return {
    ...{ workload, pod, createdAt, goal, criticality, price, isRunning: !hasEnded },
    containers: new Map(containers.map(({ name, ...rest }) => [name, rest as Asked])),
  }
}

type Asked = PodAsks['containers'] extends ReadonlyMap<string, infer T> ? T : never

/** Requests of the Pods of each workload: the values of the newest one, and the sums over the running ones. */
export function workloadsOf(pods: readonly PodAsks[]): WorkloadFacts[] {
  return [...Map.groupBy(pods, ({ workload }) => workloadKey(workload)).values()].map((its) => {
    const newest = its.reduce((best, one) => (isNewer(one, best) ? one : best))
    const running = its.filter(({ isRunning }) => isRunning)
    const { workload, goal, criticality } = newest
    return {
      workload,
      pods: running.length,
      prices: running.flatMap(({ price }) => price ?? []),
      ...(goal && { goal }),
      ...(criticality && { criticality }),
      containers: [...newest.containers].map(([name, { author, now }]): ContainerFacts => {
        const all = its.flatMap(({ containers }) => containers.get(name) ?? [])
        const held = running.flatMap(({ containers }) => containers.get(name) ?? [])
        const sum = (resource: 'cpu' | 'memory') =>
          held.reduce((total, { now }) => total + (now[resource].request ?? 0), 0)
        return {
          name,
          ...{ author, now, reserved: { cpuCores: sum('cpu'), memoryBytes: sum('memory') } },
          ...happened(all),
        }
      }),
    }
  })
}

/** Whether a Pod represents the workload better than another: running Pods first, then the newest one. */
function isNewer(one: PodAsks, other: PodAsks): boolean {
  if (one.isRunning !== other.isRunning) return one.isRunning
  return one.createdAt === other.createdAt ? one.pod > other.pod : one.createdAt > other.createdAt
}

function happened(all: readonly Happened[]): Happened {
  const sum = (field: 'oomKills' | 'restarts') => {
    const known = all.flatMap((one) => one[field] ?? [])
    return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0)
  }
  const [oomKills, restarts] = [sum('oomKills'), sum('restarts')]
  return {
    ...(oomKills !== undefined && { oomKills }),
    ...(restarts !== undefined && { restarts }),
    ...(all.some(({ isCrashing }) => isCrashing) && { isCrashing: true }),
  }
}
