import {
  carriedRevision,
  carriesChange,
  carriesIntended,
  DECISION_ANNOTATION,
  type DecisionRecord,
  type PodSlot,
  parseRecord,
  readContainers,
  recordedResources,
  wasChanged,
  withoutBoost,
} from '../policy/index.ts'
import {
  type ContainerResources,
  isSameAllotment,
  parseQuantity,
  RESOURCES,
  type ResourceName,
  readResources,
} from '../resources/index.ts'
import type { CarriedContainer, CarriedRevision, ResizeStatus } from '../revisions/index.ts'
import type { ApiContainerStatus, ApiPod, ApiPodCondition } from './api-pod.ts'

interface Carried {
  readonly carries: CarriedRevision | undefined
  readonly containers: ReadonlyMap<string, CarriedContainer>
  /** Number of restarts of each container before the Pod received its revision, by container name. */
  readonly restartsBefore: Readonly<Record<string, number>>
}

/** Reads which revision a Pod carries, since when, and how far each container has its values: in `spec`, allocated, or actual. */
export function readCarried(pod: ApiPod, statuses: readonly ApiContainerStatus[]): Carried {
  const { annotations, creationTimestamp = '' } = pod.metadata ?? {}
  const record = parseRecord(annotations?.[DECISION_ANNOTATION])
  const written = readContainers(pod)
  const slots = withoutBoost(written, record)
  const revision = carriedRevision(record, carriesIntended(record, slots))
  // A record that was copied from another Pod may be older than this Pod.
  const isLater = revision?.time !== undefined && !(Date.parse(revision.time) < Date.parse(creationTimestamp))
  const resize = readResize(pod.status?.conditions ?? [])
  return {
    carries: revision && { revision: revision.revision, since: isLater ? revision.time! : creationTimestamp },
    containers: new Map(
      slots.map((slot, i) => [slot.name, readContainer(slot, written[i]!, record, statuses, resize)]),
    ),
    restartsBefore: (isLater && revision?.restarts) || {},
  }
}

/** Whether a Pod has values that somebody set after Plimsoll. */
export function isChanged({ containers }: Pick<Carried, 'containers'>): boolean {
  return containers.values().some(({ changed }) => changed !== undefined)
}

/** The authors' values, except for resources that somebody else changed after Plimsoll: these neither save nor waste anything. */
export function withoutForeign(
  author: ContainerResources,
  carried: ContainerResources,
  changed: readonly ResourceName[] = [],
): ContainerResources {
  return { ...author, ...Object.fromEntries(changed.map((resource) => [resource, carried[resource]])) }
}

function readContainer(
  { name, carried }: PodSlot,
  written: PodSlot,
  record: DecisionRecord | undefined,
  statuses: readonly ApiContainerStatus[],
  resize: ResizeStatus | undefined,
): CarriedContainer {
  const status = statuses.find((one) => one.name === name)
  const recorded = recordedResources(record, name)
  const changesOf = (resource: ResourceName) => recorded[resource].filter((change) => change !== undefined)
  const differs = RESOURCES.filter((resource) => {
    const changes = changesOf(resource)
    return changes.length > 0 && !changes.some((change) => carriesChange(carried[resource], change))
  })
  const changed = RESOURCES.filter(
    (resource) => differs.includes(resource) || wasChanged(record, `${name}.${resource}`),
  )
  // If none of the injected values is left, the Pod carries no revision.
  const isAllChanged = changed.length > 0 && RESOURCES.every((resource) => changesOf(resource).length === 0)
  const allocated = status?.allocatedResources && {
    cpu: parseQuantity(status.allocatedResources.cpu),
    memory: parseQuantity(status.allocatedResources.memory),
  }
  const actual = status?.resources && readResources(status.resources)
  const isSettled = RESOURCES.every((resource) => {
    const [spec, is] = [written.carried[resource], actual?.[resource]]
    return spec === 'invalid' || is === undefined || is === 'invalid' || isSameAllotment(spec, is)
  })
  return {
    spec: carried,
    ...(allocated && { allocated: present(allocated) }),
    ...(actual && { actual }),
    isAsRecorded: differs.length === 0 && !isAllChanged,
    ...(changed.length > 0 && { changed }),
    ...(resize && !isSettled && { resize }),
  }
}

function present<T extends object>(fields: T): { [field in keyof T]: NonNullable<T[field]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

/**
 * Reads the resize status; undefined if no resize is in progress.
 *
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/#pod-resize-status
 */
function readResize(conditions: readonly ApiPodCondition[]): ResizeStatus | undefined {
  const find = (type: string) => conditions.find((one) => one.type === type && one.status === 'True')
  const pending = find('PodResizePending')
  if (pending) {
    const { reason, message } = pending
    return { state: reason === 'Infeasible' ? 'Infeasible' : 'Deferred', ...(message && { message }) }
  }
  const running = find('PodResizeInProgress')
  if (!running) return undefined
  const { reason, message } = running
  return { state: reason === 'Error' ? 'Error' : 'InProgress', ...(message && { message }) }
}
