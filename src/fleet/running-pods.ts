import type { RunningContainer, RunningPod, RunningPods } from '../api/index.ts'
import { type ContainerResources, type Nanos, readable, toNumber } from '../resources/index.ts'
import { isChanged, withoutForeign } from './carried.ts'
import type { Fleet } from './fleet.ts'
import type { FleetPod } from './pod.ts'

/** Last usage of a container of a Pod; undefined if there is no recent sample. */
export type UsedBy = (pod: FleetPod, container: string) => RunningContainer['used']

/** Reduces the Pods of the labelled namespaces to what the dashboard needs. */
export function runningPods(fleet: Pick<Fleet, 'pods' | 'modes'>, now: Date, usedBy: UsedBy): RunningPods {
  const pods: RunningPod[] = []
  let unowned = 0
  for (const pod of fleet.pods()) {
    const running = runningPod(pod, usedBy)
    if (running) pods.push(running)
    else if (!pod.hasEnded) unowned++
  }
  return { time: now.toISOString(), modes: Object.fromEntries(fleet.modes), pods, unowned, leftOut: 0 }
}

/** Reduces one Pod; undefined if it belongs to no workload. */
export function runningPod(pod: FleetPod, usedBy: UsedBy = () => undefined): RunningPod | undefined {
  const { workload, createdAt, hasEnded, goal, criticality, shape, containers } = pod
  if (!workload) return undefined
  const { node } = pod.placement
  const names = shape.slots.flatMap(({ name, kind }) => (kind === 'init' ? [] : [name]))
  return {
    ...{ workload, createdAt },
    ...(hasEnded && { hasEnded }),
    ...(node !== undefined && { node }),
    ...(goal && { goal }),
    ...(criticality && { criticality }),
    ...(isChanged(pod) && { isChanged: true }),
    containers: names.map((name): RunningContainer => {
      const { spec: carried, changed } = containers.get(name)!
      const used = usedBy(pod, name)
      return {
        name,
        author: amountsOf(withoutForeign(pod.author.get(name) ?? carried, carried, changed)),
        now: amountsOf(carried),
        oomKills: pod.oomKills.filter(({ container }) => container === name).length,
        restarts: pod.restartCounts[name] ?? 0,
        ...(pod.crashing.includes(name) && { isCrashing: true }),
        ...(used && { used }),
      }
    }),
  }
}

function amountsOf(resources: ContainerResources): RunningContainer['now'] {
  const of = (resource: 'cpu' | 'memory') => {
    const { request, limit } = readable(resources[resource])
    return { ...amountOf('request', request), ...amountOf('limit', limit) }
  }
  return { cpu: of('cpu'), memory: of('memory') }
}

function amountOf(field: 'request' | 'limit', nanos: Nanos | undefined) {
  return nanos === undefined ? {} : { [field]: toNumber(nanos) }
}
