import { Criticality } from '../api/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import { RESOURCES, readable } from '../resources/index.ts'
import { isForPressure } from '../revisions/index.ts'
import { isBack, type Target } from './target.ts'

/** Why a Pod is looked at, the most urgent first. `review`: it carries its revision, but may have other values than it should. */
const URGENCIES = ['finish', 'back', 'oom', 'protect', 'free', 'raise', 'review'] as const
export type Urgency = (typeof URGENCIES)[number]

/** Why a Pod that does not carry its target needs a step. */
export function urgencyOf(pod: FleetWorkload['pods'][number], target: Target): Urgency {
  if (isBack(target, pod.carries?.revision)) return 'back'
  if (target.of === 'author') return 'back'
  const moves = [...pod.containers].flatMap(([name, { spec }]) =>
    RESOURCES.map((resource) => {
      const [is, want] = [readable(spec[resource]), target.values.containers.get(name)?.[resource]]
      const raises =
        want !== undefined &&
        (want.request > (is.request ?? 0n) || (is.limit !== undefined && (want.limit ?? 0n) > is.limit))
      return { name, resource, raises, protects: raises && isForPressure(want) }
    }),
  )
  const killed = new Set(pod.oomKills.map(({ container }) => container))
  if (moves.some(({ name, resource, raises }) => raises && resource === 'memory' && killed.has(name))) return 'oom'
  if (moves.some(({ protects }) => protects)) return 'protect'
  return moves.some(({ raises }) => raises) ? 'raise' : 'free'
}

/** Whether the step raises values, except memory after an OOM kill. */
export function isRaise(urgency: Urgency): boolean {
  return urgency === 'raise' || urgency === 'protect'
}

/** Whether the step waits for its turn within the workload and on the node. */
export function isPaced(urgency: Urgency): boolean {
  return urgency === 'free' || urgency === 'raise'
}

/** Order of two steps: by urgency, then requested by somebody, then workloads of low criticality first. */
export function compareUrgency(a: Urgent, b: Urgent): number {
  return (
    URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency) ||
    Number(b.isUrgent ?? false) - Number(a.isUrgent ?? false) ||
    Criticality.options.indexOf(a.criticality) - Criticality.options.indexOf(b.criticality)
  )
}

interface Urgent {
  readonly urgency: Urgency
  readonly criticality: Criticality
  /** Whether somebody asked to change the running Pods of this workload now. */
  readonly isUrgent?: boolean | undefined
}
