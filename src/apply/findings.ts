import { type Workload, workloadKey } from '../workloads/index.ts'
import type { Finding } from './finding.ts'
import type { FleetPlan } from './plan-fleet.ts'

/** Findings by Pod, and grouped by workload in one pass, because every workload asks. */
export class Findings {
  readonly #byPod = new Map<string, Finding>()
  readonly #restartFinding: (uid: string) => Finding | undefined
  #plan: FleetPlan | undefined
  /** By the key of the workload; undefined until it is needed, and after a finding has changed. */
  #byWorkload: ReadonlyMap<string, readonly Finding[]> | undefined

  /** @param restartFinding why a Pod for which a resize is not enough is not restarted either */
  constructor(restartFinding: (uid: string) => Finding | undefined = () => undefined) {
    this.#restartFinding = restartFinding
  }

  /** Starts from the plan of a pass, and forgets Pods that need no step any more. */
  begin(plan: FleetPlan): void {
    this.#plan = plan
    this.#byWorkload = undefined
    const uids = new Set(plan.candidates.map(({ pod }) => pod.uid))
    for (const uid of this.#byPod.keys()) if (!uids.has(uid)) this.#byPod.delete(uid)
  }

  /** @param finding undefined if the Pod can get its target values */
  set(uid: string, finding: Finding | undefined): void {
    this.#byWorkload = undefined
    if (finding) this.#byPod.set(uid, finding)
    else this.#byPod.delete(uid)
  }

  /** Why a resize could not give a Pod its target values. */
  ofResize(uid: string): Finding | undefined {
    return this.#byPod.get(uid)
  }

  /** Call this when findings of restarts may have changed. */
  changed(): void {
    this.#byWorkload = undefined
  }

  of(workload: Workload): readonly Finding[] {
    this.#byWorkload ??= this.#grouped()
    return this.#byWorkload.get(workloadKey(workload)) ?? []
  }

  /** Number of Pods by state: `Carrying`, `Resizing`, or a reason. */
  counts(): ReadonlyMap<string, number> {
    const { candidates = [], waiting, carrying = 0 } = this.#plan ?? {}
    const counts = new Map<string, number>([['Carrying', carrying]])
    const add = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by)
    for (const { pod, urgency } of candidates) {
      const finding = this.#findingOf(pod.uid)
      if (urgency !== 'review') add(finding?.reason ?? 'Resizing')
      else if (finding) {
        add('Carrying', -1)
        add(finding.reason)
      }
    }
    for (const { reason } of waiting?.values() ?? []) add(reason)
    return counts
  }

  #findingOf(uid: string): Finding | undefined {
    return this.#restartFinding(uid) ?? this.#byPod.get(uid)
  }

  #grouped(): ReadonlyMap<string, readonly Finding[]> {
    const { candidates = [], waiting } = this.#plan ?? {}
    const all = [
      ...candidates.map(({ entry, pod }) => ({ entry, finding: this.#findingOf(pod.uid) })),
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
