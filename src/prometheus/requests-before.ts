import type { Requests, SloPlan, SloReading } from '../slos/index.ts'
import { ByPlan, type ByWorkload, type SloWorkload } from './slo-workload.ts'

/** Requests of the long burn window before each workload received its newest revision. */
export class RequestsBefore {
  readonly #known = new ByPlan<NonNullable<SloReading['before']>>()

  /** The requests before the newest revision of a workload; undefined if they are unknown, or there is no revision. */
  of({ whose, newest }: SloWorkload, plan: SloPlan): SloReading['before'] {
    const before = this.#known.of(plan, whose.key)
    return before?.revision === newest?.revision ? before : undefined
  }

  /**
   * Uses a reading from shortly before a workload received a revision as its requests before the revision, which saves a query.
   *
   * @param last readings of a workload, in the order of its plans
   * @param atMostSeconds maximum age of a reading at the time of the revision
   */
  note(
    workloads: readonly SloWorkload[],
    last: ReadonlyMap<string, readonly SloReading[]>,
    atMostSeconds: number,
  ): void {
    for (const workload of workloads) {
      const { whose, plans, newest } = workload
      if (!newest) continue
      for (const [i, plan] of plans.entries()) {
        const reading = last.get(whose.key)?.[i]
        const ageSeconds = newest.receivedAtSeconds - (reading?.readAtSeconds ?? 0)
        if (!reading?.burn || ageSeconds < 0 || ageSeconds > atMostSeconds || this.of(workload, plan)) continue
        this.#known.put(plan, whose.key, { revision: newest.revision, requests: reading.burn.long })
      }
    }
  }

  /** Sets the counts for workloads that received a revision; a workload without a count had no requests. */
  take(workloads: readonly SloWorkload[], plan: SloPlan, counts: ByWorkload<Requests>): void {
    for (const { whose, plans, newest } of workloads) {
      if (!newest || !plans.includes(plan)) continue
      const requests = counts.get(whose.key) ?? { bad: 0, total: 0 }
      this.#known.put(plan, whose.key, { revision: newest.revision, requests })
    }
  }

  /** Times (Unix seconds) for which requests are unknown, for revisions received since a time; the newest first. */
  unknownTimes(workloads: readonly SloWorkload[], sinceSeconds: number): readonly number[] {
    const times = workloads.flatMap((workload) => {
      const { plans, newest } = workload
      if (!newest || newest.receivedAtSeconds < sinceSeconds) return []
      const isKnown = plans.every((plan) => 'invalid' in plan || this.of(workload, plan))
      return isKnown ? [] : [minuteOf(newest.receivedAtSeconds)]
    })
    return [...new Set(times)].sort((a, b) => b - a)
  }

  /** Forgets all other plans. */
  keep(plans: readonly SloPlan[]): void {
    this.#known.keep(plans)
  }
}

/** Workloads whose newest revision was received in the minute that begins at a time. */
export function receivedAt(workloads: readonly SloWorkload[], timeSeconds: number): readonly SloWorkload[] {
  return workloads.filter(({ newest }) => newest && minuteOf(newest.receivedAtSeconds) === timeSeconds)
}

/**
 * Workloads that received revisions in the same minute share a query. The window ends at the beginning of the minute, so it contains no
 * later requests.
 */
function minuteOf(seconds: number): number {
  return Math.floor(seconds / 60) * 60
}
