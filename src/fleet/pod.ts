import type { Criticality, Goal } from '../api/index.ts'
import type { OomKill } from '../history/index.ts'
import {
  DECISION_ANNOTATION,
  type PodShape,
  parseRecord,
  readCriticality,
  readGoal,
  readShape,
} from '../policy/index.ts'
import { type ContainerResources, isObject, parseQuantity, toNumber } from '../resources/index.ts'
import type { OomKillSeen, PodHealth } from '../revisions/index.ts'
import { authorsResources, heapFollowers } from '../sizing/index.ts'
import {
  controllerOf,
  controllersWorkload,
  identifyWorkload,
  type OwnerReference,
  type RunRule,
  type Workload,
} from '../workloads/index.ts'
import type { ApiContainerStatus, ApiPod } from './api-pod.ts'
import { type PodBoosts, readPodBoosts } from './boosts.ts'
import { readCarried } from './carried.ts'
import { type Placement, readPlacement } from './placement.ts'
import { type PodStart, readStart } from './start.ts'

/** The part of a running Pod that is kept in memory: a few hundred of the ten thousand bytes that the API sends. */
export interface FleetPod extends PodHealth {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  /** Workload that the Pod belongs to; undefined if Plimsoll does not learn the Pod. */
  readonly workload: Workload | undefined
  /** Workload that the controllers of the Pod name, as metrics and autoscalers do. */
  readonly controllers?: Workload | undefined
  /** Object that manages the Pod, as the Pod names it; undefined if it names none. */
  readonly owner?: OwnerReference | undefined
  readonly labels: Readonly<Record<string, string>>
  /** The goal that the Pod's author asks for in an annotation. */
  readonly goal: Goal | undefined
  /** The criticality that the Pod's author asks for in an annotation. */
  readonly criticality?: Criticality | undefined
  readonly priorityClass?: string | undefined
  /** Resources that the author wrote, by container name, even if the Pod has other values now. */
  readonly author: ReadonlyMap<string, ContainerResources>
  /** Containers whose heap follows their memory limit, so the limit stays the author's; by default none. */
  readonly heapFollowers?: ReadonlySet<string>
  readonly shape: PodShape
  /** The image of each container, by its name. */
  readonly images: ReadonlyMap<string, string>
  readonly placement: Placement
  readonly start?: PodStart | undefined
  /** Boosts of its containers; undefined if it has none. */
  readonly boosts?: PodBoosts | undefined
  /** Whether the Pod has ended (`Succeeded` or `Failed`), so that it no longer reserves its requests. */
  readonly hasEnded: boolean
  /** Number of restarts of each container that was restarted, by container name, since the Pod was created. */
  readonly restartCounts: Readonly<Record<string, number>>
  /** The last OOM kills of each container, each with a key that identifies it. */
  readonly oomKills: readonly (Omit<OomKill, 'container'> & OomKillSeen & { readonly key: string })[]
}

/** Phases of Pods that have ended. */
const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed'])
/** Number of restarts from which a failing container counts as crashing. */
const CRASHES = 3

/** @param rules rules that recognize workloads whose owners live for one run */
export function readFleetPod(pod: ApiPod, rules?: readonly RunRule[]): FleetPod {
  const { uid = '', name = '', namespace = '', creationTimestamp = '', labels, ownerReferences } = pod.metadata ?? {}
  const identity = { namespace, name, labels, ownerReferences, annotations: pod.metadata?.annotations }
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const { carries, containers, restartsBefore } = readCarried(pod, statuses)
  const restartsSince = ({ name = '', restartCount = 0 }: ApiContainerStatus) =>
    Math.max(0, restartCount - (restartsBefore[name] ?? 0))
  return {
    uid,
    namespace,
    name,
    workload: identifyWorkload(identity, rules),
    controllers: controllersWorkload(identity),
    owner: controllerOf(ownerReferences),
    createdAt: creationTimestamp,
    labels: labels ?? {},
    goal: readGoal(pod.metadata?.annotations ?? {}),
    criticality: readCriticality(pod.metadata?.annotations ?? {}),
    priorityClass: pod.spec?.priorityClassName ?? undefined,
    author: authorsResources(pod),
    heapFollowers: heapFollowers(pod),
    shape: readShape(pod),
    images: readImages(pod),
    hasEnded: ENDED.has(pod.status?.phase ?? ''),
    restartCounts: readRestartCounts(statuses),
    oomKills: statuses.flatMap((status) => readOomKills(pod, uid, status)),
    placement: readPlacement(pod),
    start: readStart(pod),
    boosts: readPodBoosts(pod),
    carries,
    containers,
    restarts: statuses.reduce((sum, status) => sum + restartsSince(status), 0),
    crashing: statuses
      .filter((status) => isCrashing(status, restartsSince(status)))
      .flatMap(({ name }) => (typeof name === 'string' ? name : [])),
  }
}

/**
 * Whether a container is in a crash loop. The kubelet reports this between two attempts; during an attempt, the number of failed
 * attempts before it counts.
 */
function isCrashing({ state, lastState, restartCount = 0 }: ApiContainerStatus, restartsSince: number): boolean {
  // A loop that began before the Pod received its revision only counts after its next failure.
  if (state?.waiting?.reason === 'CrashLoopBackOff') return restartsSince > 0 || restartCount === 0
  return restartsSince >= CRASHES && (lastState?.terminated?.exitCode ?? 0) !== 0
}

function readRestartCounts(statuses: readonly ApiContainerStatus[]): FleetPod['restartCounts'] {
  return Object.fromEntries(
    statuses.flatMap(({ name, restartCount = 0 }) => (name && restartCount > 0 ? [[name, restartCount]] : [])),
  )
}

function readImages(pod: ApiPod): FleetPod['images'] {
  const read = (value: string | undefined) => (typeof value === 'string' && value !== '' ? value : undefined)
  return new Map(
    containersOf(pod).flatMap((container) => {
      const [name, image] = [read(container.name), read(container.image)]
      return name !== undefined && image !== undefined ? [[name, image]] : []
    }),
  )
}

function containersOf({ spec }: ApiPod) {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
}

function readOomKills(pod: ApiPod, uid: string, status: ApiContainerStatus): FleetPod['oomKills'] {
  const { name, state, lastState } = status
  if (typeof name !== 'string') return []
  const limitBytes = limitBefore(pod, name) ?? memoryLimit(pod, name, status)
  if (limitBytes === undefined) return []
  return [lastState?.terminated, state?.terminated].flatMap((termination) => {
    if (termination?.reason !== 'OOMKilled') return []
    const timestampSeconds = Date.parse(termination.finishedAt ?? '') / 1000
    if (Number.isNaN(timestampSeconds)) return []
    return [
      {
        container: name,
        timestampSeconds,
        limitBytes,
        key: `${uid}/${name}/${termination.containerID ?? timestampSeconds}`,
      },
    ]
  })
}

/**
 * Memory limit in bytes of a container before a raise that is still in progress: the kubelet reports a raise before it has reached the
 * cgroup of the Pod (kubernetes/kubernetes#138760). Undefined if there is no such raise.
 */
function limitBefore({ metadata }: ApiPod, container: string): number | undefined {
  const limits: unknown = parseRecord(metadata?.annotations?.[DECISION_ANNOTATION])?.intended?.limits
  const limit = isObject(limits) ? parseQuantity(limits[container]) : undefined
  return limit === undefined || limit <= 0n ? undefined : toNumber(limit)
}

/**
 * Memory limit in bytes that the kubelet has put in force or, before it reports one, the one in `spec`. Undefined if there is none,
 * which means that the node ran out of memory.
 */
function memoryLimit(pod: ApiPod, name: string, status: ApiContainerStatus): number | undefined {
  const asked = containersOf(pod).find((container) => container.name === name)?.resources
  const limit = parseQuantity(status.resources?.limits?.memory ?? asked?.limits?.memory)
  return limit === undefined || limit <= 0n ? undefined : toNumber(limit)
}
