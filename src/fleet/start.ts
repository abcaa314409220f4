import type { ApiPod } from './api-pod.ts'

/** When a Pod and its containers started, Unix time in seconds. */
export interface PodStart {
  /** Time since which the Pod has been ready; undefined if it is not ready. */
  readonly readySeconds: number | undefined
  /** Time since which it has not been ready; undefined if it is, or if the API does not say so. */
  readonly unreadySeconds: number | undefined
  /** Time since which each container has run, by name; containers that do not run now are missing. */
  readonly startedSeconds: ReadonlyMap<string, number>
  /** End time of each container that does not run, by name. */
  readonly endedSeconds: ReadonlyMap<string, number>
  /** Containers with a readiness or startup probe: for others, readiness says nothing about startup. */
  readonly probed: ReadonlySet<string>
}

export function readStart({ spec, status }: ApiPod): PodStart {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const since = secondsOf(ready?.lastTransitionTime)
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  const times = (pick: (one: (typeof statuses)[number]) => string | undefined) =>
    new Map(
      statuses.flatMap((one): [string, number][] => {
        const seconds = secondsOf(pick(one))
        return one.name !== undefined && seconds !== undefined ? [[one.name, seconds]] : []
      }),
    )
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  const probed = containers.filter(({ readinessProbe, startupProbe }) => readinessProbe || startupProbe)
  return {
    probed: new Set(probed.flatMap(({ name }) => name ?? [])),
    readySeconds: ready?.status === 'True' ? since : undefined,
    unreadySeconds: ready?.status === 'False' ? since : undefined,
    startedSeconds: times(({ state }) => state?.running?.startedAt),
    endedSeconds: times(({ state, lastState }) =>
      state?.running ? undefined : (state?.terminated ?? lastState?.terminated)?.finishedAt,
    ),
  }
}

function secondsOf(time: string | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? '')
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
