import type { Row } from './plan.ts'
import type { Unit } from './unit.ts'
import { describeWorkload } from './workload.ts'

/**
 * Which units a person agrees to with a plan: those whose workloads it shows as to be changed, waiting, or only observed. A unit that was
 * only observed is not among them any more when the other tool has begun to act on it.
 */
export function shownIn(rows: readonly Row[]): (unit: Unit) => boolean {
  const observed = new Set<string>()
  const handedOver = new Set<string>()
  for (const { workload, outcome } of rows) {
    if (outcome === 'observed') observed.add(workload)
    if (outcome === 'now' || outcome === 'waits') handedOver.add(workload)
  }
  return ({ acts, members }) => {
    const shown = acts ? handedOver : observed
    return members.every(({ workload }) => shown.has(describeWorkload(workload.workload)))
  }
}
