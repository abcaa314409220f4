import { type ContainerUsage, firstFrom } from './container-usage.ts'
import type { Decision } from './decision.ts'
import { DAY_SECONDS, HOUR_SECONDS } from './prices.ts'

/** Ages at which decisions about young containers are judged, in seconds, by name. */
const AGES_SECONDS = {
  '1h': HOUR_SECONDS,
  '6h': 6 * HOUR_SECONDS,
  '1d': DAY_SECONDS,
  '3d': 3 * DAY_SECONDS,
} as const
export type Age = keyof typeof AGES_SECONDS

export interface ColdStart {
  /** Share of the containers with samples in the day after this age for which a decision was made at exactly this age. */
  readonly coverage: number
  /** Share of these containers that used more than the memory limit within the next 24 hours; NaN if there are none. */
  readonly oom: number
}

/** Collects the results of decisions about young containers; each is judged over one day. */
export class ColdStartRecord {
  readonly #counts = { '1h': [0, 0, 0], '6h': [0, 0, 0], '1d': [0, 0, 0], '3d': [0, 0, 0] }

  add({ memory, firstSeconds }: ContainerUsage, decisions: readonly Decision[]): void {
    for (const [age, seconds] of Object.entries(AGES_SECONDS) as [Age, number][]) {
      const counts = this.#counts[age]
      const at = firstSeconds + seconds
      const day = memory.values.subarray(firstFrom(memory.seconds, at), firstFrom(memory.seconds, at + DAY_SECONDS))
      if (day.length === 0) continue
      counts[0]!++
      const decision = decisions.find(({ fromSeconds }) => fromSeconds >= at)
      if (decision?.fromSeconds !== at) continue
      counts[1]!++
      if (day.some((bytes) => bytes > decision.memoryLimitBytes)) counts[2]!++
    }
  }

  summary(): Readonly<Record<Age, ColdStart>> {
    const entries = Object.entries(this.#counts).map(([age, [all, decided, killed]]) => [
      age,
      { coverage: decided! / Math.max(all!, 1), oom: killed! / decided! },
    ])
    return Object.fromEntries(entries) as Record<Age, ColdStart>
  }
}
