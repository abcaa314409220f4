import type { ReasonCode } from '../policy/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { FleetPlan } from './plan-fleet.ts'

/** Why a Pod does not have what it should, as it was last found. */
export interface Finding {
  readonly reason: ReasonCode
  readonly message?: string | undefined
}

/** Findings by Pod, and grouped by workload in one go, because every workload asks. */
export class Findings {
  readonly #byPod = new Map<string, Finding>()
  #plan: FleetPlan | undefined
  /** By the key of the workload; undefined until it is asked for, and when a finding has changed. */
  #byWorkload: ReadonlyMap<string, readonly Finding[]> | undefined

  /** Takes in the plan of a pass, and forgets Pods that need no step any more. */
  begin(plan: FleetPlan): void {
    this.#plan = plan
    this.#byWorkload = undefined
    const uids = new Set(plan.candidates.map(({ pod }) => pod.uid))
    for (const uid of this.#byPod.keys()) if (!uids.has(uid)) this.#byPod.delete(uid)
  }

  /** @param finding undefined if nothing keeps the Pod from having what it should */
  set(uid: string, finding: Finding | undefined): void {
    this.#byWorkload = undefined
    if (finding) this.#byPod.set(uid, finding)
    else this.#byPod.delete(uid)
  }

  of(workload: Workload): readonly Finding[] {
    this.#byWorkload ??= this.#grouped()
    return this.#byWorkload.get(workloadKey(workload)) ?? []
  }

  /** Number of Pods by what is known of them: `Carrying`, `Resizing`, or a reason. */
  counts(): ReadonlyMap<string, number> {
    const { candidates = [], waiting, carrying = 0 } = this.#plan ?? {}
    const counts = new Map<string, number>([['Carrying', carrying]])
    const add = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by)
    for (const { pod, urgency } of candidates) {
      const finding = this.#byPod.get(pod.uid)
      if (urgency !== 'review') add(finding?.reason ?? 'Resizing')
      else if (finding) {
        add('Carrying', -1)
        add(finding.reason)
      }
    }
    for (const { reason } of waiting?.values() ?? []) add(reason)
    return counts
  }

  #grouped(): ReadonlyMap<string, readonly Finding[]> {
    const { candidates = [], waiting } = this.#plan ?? {}
    const all = [
      ...candidates.map(({ entry, pod }) => ({ entry, finding: this.#byPod.get(pod.uid) })),
      ...Array.from(waiting?.values() ?? [], ({ entry, reason }) => ({ entry, finding: { reason } })),
    ]
    const byWorkload = new Map<string, Finding[]>()
    for (const { entry, finding } of all) {
      if (!finding) continue
      const key = workloadKey(entry.workload)
      const known = byWorkload.get(key)
      if (known) known.push(finding)
      else byWorkload.set(key, [finding])
    }
    return byWorkload
  }
}
