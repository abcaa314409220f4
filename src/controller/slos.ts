import { secondsOf } from '../api/index.ts'
import type { Settings } from '../config/index.ts'
import type { FleetWorkload } from '../fleet/index.ts'
import type { ReconcileRules } from '../revisions/index.ts'
import { isDegraded } from '../slos/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { SloReadings } from './slo-readings.ts'

export function sloRulesOf({ burn, guardFor }: Settings['slos']): ReconcileRules['slo'] {
  return {
    longSeconds: secondsOf(burn.long),
    shortSeconds: secondsOf(burn.short),
    guardForSeconds: secondsOf(guardFor),
  }
}

/** Names of the other workloads in its namespace whose SLOs have just degraded. */
export type Degraded = (workload: Workload) => readonly string[]

/** Most names in a message. */
const MOST = 3

/** Looks at all workloads once, so that this is not repeated for every workload of a namespace. */
export function degradedIn(
  { fleet }: { readonly fleet: { readonly workloads: () => Iterable<Pick<FleetWorkload, 'workload'>> } },
  slos: Pick<SloReadings, 'readingsOf'> | undefined,
): Degraded {
  const all = new Map<string, Workload[]>()
  if (!slos) return () => []
  for (const { workload } of fleet.workloads()) {
    if (!slos.readingsOf(workload).some(isDegraded)) continue
    const known = all.get(workload.namespace) ?? []
    all.set(workload.namespace, known)
    // Keep one more, because a workload is no excuse for itself.
    if (known.length <= MOST) known.push(workload)
  }
  return (workload) =>
    (all.get(workload.namespace) ?? [])
      .filter((other) => workloadKey(other) !== workloadKey(workload))
      .slice(0, MOST)
      .map(({ kind, name }) => `${kind} ${name}`)
}
