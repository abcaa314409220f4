import type { ByteReader, ByteWriter } from './bytes.ts'

const DAY_SECONDS = 86_400

/** A fortnight and the day that is running: two of every weekday, whenever one looks. */
export const DAYS_KEPT = 15

/** In place of a peak on a day without samples; no usage is negative. */
const NONE = -1

export function dayOf(timestampSeconds: number): number {
  return Math.floor(timestampSeconds / DAY_SECONDS)
}

export function startOfDay(day: number): number {
  return day * DAY_SECONDS
}

/** One UTC day of one container: the highest usage of any of its Pods. */
export interface Day {
  readonly day: number
  readonly samples: number
  readonly oomKills: number
  /** Undefined where the day had no such sample. */
  readonly cpuCores: number | undefined
  readonly memoryBytes: number | undefined
}

/**
 * The peaks of the last 15 UTC days that had samples in reach. Days are those of the calendar, not counted from the
 * first sample, so that Pods may come one after the other in any order: late samples raise the day they belong to, and
 * those older than the window are dropped whether they come early or late.
 */
export class DailyPeaks {
  // Plain arrays: V8 keeps numbers unboxed in them, and a typed array this short costs more than it holds.
  readonly #cpuCores = new Array<number>(DAYS_KEPT).fill(NONE)
  readonly #memoryBytes = new Array<number>(DAYS_KEPT).fill(NONE)
  readonly #samples = new Array<number>(DAYS_KEPT).fill(0)
  readonly #oomKills = new Array<number>(DAYS_KEPT).fill(0)
  /** The newest day seen; slot `day % 15` holds a day. */
  #newest = NONE

  /** Takes one sample in; NaN where it has no such value. */
  add(timestampSeconds: number, cpuCores: number, memoryBytes: number): void {
    const day = dayOf(timestampSeconds)
    if (day > this.#newest) this.#advance(day)
    if (day <= this.#newest - DAYS_KEPT) return
    const slot = day % DAYS_KEPT
    this.#samples[slot]!++
    if (cpuCores > this.#cpuCores[slot]!) this.#cpuCores[slot] = cpuCores
    if (memoryBytes > this.#memoryBytes[slot]!) this.#memoryBytes[slot] = memoryBytes
  }

  /** Counts an OOM kill whose demand has been added. */
  addOomKill(timestampSeconds: number): void {
    const day = dayOf(timestampSeconds)
    if (day > this.#newest - DAYS_KEPT) this.#oomKills[day % DAYS_KEPT]!++
  }

  /** Days with samples among the 15 up to `lastDay` or, if that is later, the newest one; oldest first. */
  recent(lastDay: number): readonly Day[] {
    const days: Day[] = []
    const newest = this.#newest
    for (let day = Math.max(0, lastDay - DAYS_KEPT + 1, newest - DAYS_KEPT + 1); day <= newest; day++) {
      const slot = day % DAYS_KEPT
      if (this.#samples[slot] === 0) continue
      days.push({
        day,
        samples: this.#samples[slot]!,
        oomKills: this.#oomKills[slot]!,
        cpuCores: known(this.#cpuCores[slot]!),
        memoryBytes: known(this.#memoryBytes[slot]!),
      })
    }
    return days
  }

  write(to: ByteWriter): void {
    to.float64(this.#newest)
    to.float64s(this.#cpuCores)
    to.float64s(this.#memoryBytes)
    to.float64s(this.#samples)
    to.float64s(this.#oomKills)
  }

  read(from: ByteReader): void {
    this.#newest = from.float64()
    from.float64s(this.#cpuCores)
    from.float64s(this.#memoryBytes)
    from.float64s(this.#samples)
    from.float64s(this.#oomKills)
  }

  #advance(day: number): void {
    const stale = Math.max(this.#newest + 1, day - DAYS_KEPT + 1)
    for (let d = stale; d <= day; d++) {
      const slot = d % DAYS_KEPT
      this.#cpuCores[slot] = NONE
      this.#memoryBytes[slot] = NONE
      this.#samples[slot] = 0
      this.#oomKills[slot] = 0
    }
    this.#newest = day
  }
}

function known(peak: number): number | undefined {
  return peak === NONE ? undefined : peak
}
