import type { UsageSample } from '../history/index.ts'
import { containerKey, type WorkloadContainer } from '../workloads/index.ts'

const HOURS = 24
const HOUR_SECONDS = 3600

interface Known {
  /** Highest usage in bytes by hour since 1970, modulo 24. */
  readonly peaks: Float64Array
  /** Hour of the first and of the newest sample, and the time of the newest sample, Unix time in seconds. */
  readonly firstHour: number
  lastHour: number
  lastSeconds: number
}

/** The highest memory usage of each container of a workload within the last 24 hours, in all of its Pods. */
export class RecentMemory {
  readonly #known = new Map<string, Known>()

  note(samples: readonly UsageSample[]): void {
    for (const { container, timestampSeconds, memoryBytes } of samples) {
      if (memoryBytes === undefined || !(memoryBytes >= 0)) continue
      const hour = Math.floor(timestampSeconds / HOUR_SECONDS)
      const key = containerKey(container)
      const known = this.#known.get(key) ?? {
        ...{ peaks: new Float64Array(HOURS), firstHour: hour, lastHour: hour, lastSeconds: timestampSeconds },
      }
      this.#known.set(key, known)
      if (hour <= known.lastHour - HOURS) continue
      for (let passed = Math.max(known.lastHour + 1, hour - HOURS + 1); passed <= hour; passed++)
        known.peaks[passed % HOURS] = 0
      known.lastHour = Math.max(known.lastHour, hour)
      known.lastSeconds = Math.max(known.lastSeconds, timestampSeconds)
      known.peaks[hour % HOURS] = Math.max(known.peaks[hour % HOURS]!, memoryBytes)
    }
  }

  /**
   * The highest usage within 24 hours, in bytes.
   *
   * @param freshSeconds age from which the newest sample is too old to show current usage
   * @returns undefined if no sample is fresh; `isWhole` is false if the first sample is younger than 24 hours
   */
  peak(
    container: WorkloadContainer,
    nowSeconds: number,
    freshSeconds: number,
  ): { readonly bytes: number; readonly isWhole: boolean } | undefined {
    const known = this.#known.get(containerKey(container))
    if (!known || nowSeconds - known.lastSeconds > freshSeconds) return undefined
    return { bytes: Math.max(...known.peaks), isWhole: known.lastHour - known.firstHour >= HOURS }
  }

  /** Forgets containers that have had no sample for a day. */
  prune(nowSeconds: number): void {
    for (const [key, { lastSeconds }] of this.#known)
      if (nowSeconds - lastSeconds > HOURS * HOUR_SECONDS) this.#known.delete(key)
  }
}
