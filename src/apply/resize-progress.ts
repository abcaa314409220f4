import type { ApiPod } from '../fleet/index.ts'
import type { PodSlot } from '../policy/index.ts'
import { RESOURCES, readResources } from '../resources/index.ts'

/** How far the kubelet is with the last resize of a Pod. */
export interface ResizeProgress {
  readonly state: 'Done' | 'InProgress' | 'Deferred' | 'Infeasible' | 'Error'
  /** Message of the kubelet. */
  readonly message?: string | undefined
  /** Start of this state, Unix time in milliseconds; NaN if unknown. */
  readonly since: number
  /** Restarts of each container so far. */
  readonly restarts: Readonly<Record<string, number>>
  /** Time since which each container has run, Unix time in milliseconds to the second; containers that do not run are missing. */
  readonly startedAt: ReadonlyMap<string, number>
}

/**
 * Reads the progress of a resize: first the conditions, then whether the status of every running container equals its `spec`. The
 * conditions are missing until the kubelet has noticed the resize.
 *
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/#pod-resize-status
 */
export function resizeProgress({ status }: ApiPod, slots: readonly PodSlot[]): ResizeProgress {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  const restarts = Object.fromEntries(statuses.map(({ name = '', restartCount = 0 }) => [name, restartCount]))
  const startedAt = new Map(
    statuses.flatMap(({ name = '', state }) =>
      state?.running ? [[name, Date.parse(state.running.startedAt ?? '')] as const] : [],
    ),
  )
  const find = (type: string) => status?.conditions?.find((one) => one.type === type && one.status === 'True')
  const pending = find('PodResizePending')
  const running = find('PodResizeInProgress')
  const condition = pending ?? running
  const since = Date.parse(condition?.lastTransitionTime ?? '')
  const at = (state: ResizeProgress['state']): ResizeProgress => ({
    state,
    message: condition?.message,
    since,
    restarts,
    startedAt,
  })
  if (pending) return at(pending.reason === 'Infeasible' ? 'Infeasible' : 'Deferred')
  if (running) return at(running.reason === 'Error' ? 'Error' : 'InProgress')
  const isBehind = slots.some(({ name, kind, carried }) => {
    const one = statuses.find((status) => status.name === name)
    if (kind === 'init' || !one?.resources || !one.state?.running) return false
    const actual = readResources(one.resources)
    return RESOURCES.some((resource) => {
      const [spec, is] = [carried[resource], actual[resource]]
      if (spec === 'invalid' || is === 'invalid') return false
      return spec.request !== is.request || spec.limit !== is.limit
    })
  })
  return at(isBehind ? 'InProgress' : 'Done')
}
