import type { ByteReader, ByteWriter } from './bytes.ts'
import { NONE } from './days.ts'
import { atShare } from './quantiles.ts'

/** How many of the last hours with CPU samples are kept sample by sample. */
const RECENT_HOURS = 24
/** CPU samples kept of each of these hours: one Pod has 12 an hour, and if there are more, their quantiles are kept. */
export const RECENT_SAMPLES = 12
/** Size of the ring of recent samples. */
export const RECENT_BYTES = RECENT_HOURS * RECENT_SAMPLES

/** The CPU samples of the last 24 hours that have any, as buckets of `CPU_BUCKETS`, 12 to an hour. */
export class RecentSamples {
  readonly #bytes: Uint8Array
  /** Closed hours with CPU samples, since the first or since `clear`. */
  #cpuHours = 0

  /** @param bytes array of `RECENT_BYTES` bytes, which is overwritten */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.fill(NONE)
  }

  /** Number of hours that are kept: at most 24. */
  get hours(): number {
    return Math.min(this.#cpuHours, RECENT_HOURS)
  }

  /**
   * Bucket of one of the up to 12 samples of an hour; NONE where the hour has fewer.
   *
   * @param age 1 for the newest hour, at most `hours`
   */
  at(age: number, sample: number): number {
    const slot = (this.#cpuHours - age) % RECENT_HOURS
    return this.#bytes[slot * RECENT_SAMPLES + sample]!
  }

  /** Adds an hour. @param sorted the buckets of its samples, ascending; at least one */
  push(sorted: Uint8Array): void {
    const count = sorted.length
    const at = (this.#cpuHours % RECENT_HOURS) * RECENT_SAMPLES
    for (let i = 0; i < RECENT_SAMPLES; i++) {
      this.#bytes[at + i] =
        count > RECENT_SAMPLES ? atShare(sorted, (i + 1) / RECENT_SAMPLES) : i < count ? sorted[i]! : NONE
    }
    this.#cpuHours++
  }

  clear(): void {
    this.#bytes.fill(NONE)
    this.#cpuHours = 0
  }

  writeCount(to: ByteWriter): void {
    to.uint32(this.#cpuHours)
  }

  readCount(from: ByteReader): void {
    this.#cpuHours = from.uint32()
  }

  write(to: ByteWriter): void {
    to.uint8s(this.#bytes)
  }

  read(from: ByteReader): void {
    from.uint8s(this.#bytes)
  }
}
