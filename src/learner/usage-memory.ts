import type { ByteReader, ByteWriter } from './bytes.ts'
import { DAYS_BYTES, DAYS_KEPT, Days, NONE, SKETCH_QUANTILES } from './days.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { OpenHour } from './open-hour.ts'
import { atShare, quantileOfCounts } from './quantiles.ts'

export const HOUR_SECONDS = 3600
/** A fortnight of hours: two of every hour of the week. */
export const HOURS_KEPT = 336
/** What is kept of the CPU of an hour: the samples at these equal shares of it, ascending; the last is its peak. */
export const RANKS = 5
/** What is kept of the memory of an hour: median, 90th percentile and peak, and what share each stands for. */
const MEMORY_RANKS = [0.5, 0.9, 1] as const
export const MEMORY_MASSES = [0.6, 0.3, 0.1] as const
/** The last hours with samples are kept sample by sample. */
const RECENT_HOURS = 24
export const RECENT_SAMPLES = 12

const DECAY_OF_DAY = 2 ** (-1 / 24)
const DECAY_OF_WEEK = 2 ** (-1 / 168)
const MEMORY_RING = HOURS_KEPT * RANKS
const RECENT_RING = MEMORY_RING + HOURS_KEPT * MEMORY_RANKS.length
const BYTES = RECENT_RING + RECENT_HOURS * RECENT_SAMPLES

const counts = new Float64Array(CPU_BUCKETS.count)

/**
 * What is kept of the usage of one container of a workload, over all its Pods: hours, days and two decaying histograms, in
 * a fixed number of bytes. Time is in hours from the first sample on, so that the first day is whole.
 *
 * Samples come in order of time, give or take what is late: a sample of an hour that is closed raises that hour's peaks
 * and is added to the histograms, but no quantile of its hour is reckoned anew.
 */
export class UsageMemory {
  /** CPU, hours of mass 1 each; a mass halves in a day (of hours with samples) or in a week of them. */
  readonly day: Float32Array
  readonly week: Float32Array
  readonly days: Days
  readonly #bytes: Uint8Array
  readonly #openCpu = new OpenHour()
  readonly #openMemory = new OpenHour()
  /** Hours that are closed; the next one is open. */
  #hours = 0
  /** Closed hours with CPU samples. */
  #cpuHours = 0

  constructor() {
    // One buffer for all: each costs V8 some 200 bytes of its own.
    const { count } = CPU_BUCKETS
    const buffer = new ArrayBuffer(count * 8 + BYTES + DAYS_BYTES)
    this.day = new Float32Array(buffer, 0, count)
    this.week = new Float32Array(buffer, count * 4, count)
    this.#bytes = new Uint8Array(buffer, count * 8, BYTES).fill(NONE)
    this.days = new Days(new Uint8Array(buffer, count * 8 + BYTES, DAYS_BYTES))
  }

  get hours(): number {
    return this.#hours
  }

  /** Whether the open hour holds anything. */
  get isOpen(): boolean {
    return this.#openCpu.count > 0 || this.#openMemory.count > 0
  }

  get hasOpenCpu(): boolean {
    return this.#openCpu.count > 0
  }

  /** @param hour of the sample @param cpu, memory their buckets, −1 where there is none */
  add(hour: number, cpu: number, memory: number): void {
    if (this.#hours === 0 && !this.days.has(0)) this.days.begin(0, [NONE, NONE, NONE])
    if (hour > this.#hours) this.closeUntil(hour)
    this.days.countSample(Math.floor(hour / 24))
    // An hour that a kill has closed early may lack CPU: what it still brings of that is the next hour's.
    const isLate = hour < this.#hours
    const isLateCpu = isLate && !(hour === this.#hours - 1 && this.cpu(hour, 0) === NONE)
    if (isLate) this.#addLate(hour, isLateCpu ? cpu : -1, memory)
    else if (memory >= 0) this.#openMemory.add(memory)
    if (!isLateCpu && cpu >= 0) this.#openCpu.add(cpu)
  }

  /** Closes the hours before `hour`. */
  closeUntil(hour: number): void {
    if (hour - this.#hours > (DAYS_KEPT + 1) * 24) this.#forgetAll(hour)
    while (this.#hours < hour) this.#close()
  }

  /** Bucket of the CPU of an hour at one of its ranks; NONE where the hour has no samples or is no longer kept. */
  cpu(hour: number, rank: number): number {
    return this.#isKept(hour) ? this.#bytes[(hour % HOURS_KEPT) * RANKS + rank]! : NONE
  }

  /** Bucket of the memory of an hour at one of its ranks (`MEMORY_RANKS`). */
  memory(hour: number, rank: number): number {
    return this.#isKept(hour) ? this.#bytes[MEMORY_RING + (hour % HOURS_KEPT) * MEMORY_RANKS.length + rank]! : NONE
  }

  /** @param age 1 for the newest hour with CPU samples @returns how many hours there are to ask for */
  get recentHours(): number {
    return Math.min(this.#cpuHours, RECENT_HOURS)
  }

  /** Bucket of one of up to 12 CPU samples of a recent hour; NONE where it has fewer. @param age from 1, the newest, on */
  recent(age: number, sample: number): number {
    const slot = (this.#cpuHours - age) % RECENT_HOURS
    return this.#bytes[RECENT_RING + slot * RECENT_SAMPLES + sample]!
  }

  /** Hours with samples of either resource among those from `from` on and before `until`. */
  hoursWithSamples(from: number, until: number): number {
    let count = 0
    for (let hour = Math.max(0, from); hour < until; hour++) if (this.#hasSamples(hour)) count++
    return count
  }

  /** Whether no hour that is kept and closed has any samples. */
  get isEmpty(): boolean {
    for (let hour = this.#hours - 1; hour >= Math.max(0, this.#hours - HOURS_KEPT); hour--)
      if (this.#hasSamples(hour)) return false
    return true
  }

  /**
   * Days of history in the last fortnight: hours with samples make days, and so do runs on different days, however
   * short, as with a CronJob.
   */
  daysOfHistory(): number {
    const hours = this.hoursWithSamples(this.#hours - HOURS_KEPT, this.#hours)
    let days = 0
    for (let end = this.#hours; end > Math.max(0, this.#hours - HOURS_KEPT); end -= 24)
      if (this.hoursWithSamples(end - 24, end) > 0) days++
    return Math.max(hours / 24, days - 1)
  }

  /**
   * The CPU of the hours before `hour`, at the share `share` of them; where they have no samples, of the last hour
   * before them that has some. NONE where there is none.
   */
  cpuBefore(hour: number, length: number, share: number): number {
    let total = this.#countRanks(hour - length, hour)
    for (let last = hour - length - 1; total === 0 && last >= Math.max(0, this.#hours - HOURS_KEPT); last--)
      total = this.#countRanks(last, last + 1)
    return total === 0 ? NONE : quantileOfCounts(counts, total, share)
  }

  write(to: ByteWriter): void {
    to.uint32(this.#hours)
    to.uint32(this.#cpuHours)
    to.uint8s(this.#bytes)
    to.float32s(this.day)
    to.float32s(this.week)
    this.days.write(to)
    this.#openCpu.write(to)
    this.#openMemory.write(to)
  }

  read(from: ByteReader): void {
    this.#hours = from.uint32()
    this.#cpuHours = from.uint32()
    from.uint8s(this.#bytes)
    from.float32s(this.day)
    from.float32s(this.week)
    this.days.read(from)
    this.#openCpu.read(from)
    this.#openMemory.read(from)
  }

  #hasSamples(hour: number): boolean {
    return this.cpu(hour, 0) !== NONE || this.memory(hour, 0) !== NONE
  }

  #isKept(hour: number): boolean {
    return hour >= 0 && hour < this.#hours && hour >= this.#hours - HOURS_KEPT
  }

  #close(): void {
    this.#closeCpu()
    this.#closeMemory()
    this.#hours++
    if (this.#hours % 24 === 0) this.#closeDay()
  }

  #closeCpu(): void {
    const ring = (this.#hours % HOURS_KEPT) * RANKS
    const { count } = this.#openCpu
    if (count === 0) {
      this.#bytes.fill(NONE, ring, ring + RANKS)
      return
    }
    for (let i = 0; i < this.day.length; i++) {
      this.day[i]! *= DECAY_OF_DAY
      this.week[i]! *= DECAY_OF_WEEK
    }
    const sorted = this.#openCpu.sorted()
    for (const bucket of sorted) {
      this.day[bucket]! += 1 / count
      this.week[bucket]! += 1 / count
    }
    for (let rank = 0; rank < RANKS; rank++) this.#bytes[ring + rank] = atShare(sorted, (rank + 1) / RANKS)
    const recent = RECENT_RING + (this.#cpuHours % RECENT_HOURS) * RECENT_SAMPLES
    for (let i = 0; i < RECENT_SAMPLES; i++) {
      this.#bytes[recent + i] =
        count > RECENT_SAMPLES ? atShare(sorted, (i + 1) / RECENT_SAMPLES) : i < count ? sorted[i]! : NONE
    }
    this.#cpuHours++
    this.#openCpu.clear()
  }

  #closeMemory(): void {
    const ring = MEMORY_RING + (this.#hours % HOURS_KEPT) * MEMORY_RANKS.length
    const sorted = this.#openMemory.sorted()
    for (const [i, share] of MEMORY_RANKS.entries())
      this.#bytes[ring + i] = sorted.length === 0 ? NONE : atShare(sorted, share)
    this.#openMemory.clear()
  }

  #closeDay(): void {
    const window = this.memoryWindow(this.#hours)
    if (window) this.days.setMemory(window.peak, window.p95)
    this.days.finish(this.#sketchOfDay(), this.hoursWithSamples(this.#hours - 24, this.#hours))
    const state = (length: number, share: number) => this.cpuBefore(this.#hours, length, share)
    this.days.begin(this.#hours / 24, [state(1, 0.6), state(6, 0.95), state(24, 0.95)])
  }

  /** Peak and 95th percentile (buckets) of memory in the 24 hours before `hour`; undefined where they have no samples. */
  memoryWindow(hour: number): { peak: number; p95: number; hours: number } | undefined {
    windowCounts.fill(0)
    let peak = -1
    let hours = 0
    for (let h = Math.max(0, hour - 24); h < hour; h++) {
      if (this.memory(h, 0) === NONE) continue
      hours++
      peak = Math.max(peak, this.memory(h, 2))
      for (let rank = 0; rank < MEMORY_RANKS.length; rank++) windowCounts[this.memory(h, rank)]! += MEMORY_MASSES[rank]!
    }
    if (hours === 0) return undefined
    return { peak, p95: quantileOfCounts(windowCounts, hours, 0.95), hours }
  }

  #sketchOfDay(): number[] {
    let hours = 0
    for (let hour = this.#hours - 24; hour < this.#hours; hour++) if (this.cpu(hour, 0) !== NONE) hours++
    if (hours === 0) return SKETCH_QUANTILES.map(() => NONE)
    counts.fill(0)
    let total = 0
    for (let age = 1; age <= hours; age++) {
      for (let sample = 0; sample < RECENT_SAMPLES; sample++) {
        const bucket = this.recent(age, sample)
        if (bucket === NONE) break
        counts[bucket]!++
        total++
      }
    }
    return SKETCH_QUANTILES.map((share) => quantileOfCounts(counts, total, share))
  }

  #addLate(hour: number, cpu: number, memory: number): void {
    if (memory >= 0) this.days.raisePeak(Math.floor(hour / 24), memory)
    if (!this.#isKept(hour)) return
    const age = this.#hours - 1 - hour
    if (cpu >= 0) {
      this.day[cpu]! += DECAY_OF_DAY ** age / RECENT_SAMPLES
      this.week[cpu]! += DECAY_OF_WEEK ** age / RECENT_SAMPLES
      raise(this.#bytes, (hour % HOURS_KEPT) * RANKS, RANKS, cpu)
    }
    if (memory >= 0) {
      const ring = MEMORY_RING + (hour % HOURS_KEPT) * MEMORY_RANKS.length
      raise(this.#bytes, ring, MEMORY_RANKS.length, memory)
    }
  }

  /** Counts the CPU ranks of the hours from `from` on and before `until`. @returns how many there are */
  #countRanks(from: number, until: number): number {
    counts.fill(0)
    let total = 0
    for (let hour = Math.max(0, from); hour < until; hour++) {
      if (this.cpu(hour, 0) === NONE) continue
      for (let rank = 0; rank < RANKS; rank++) counts[this.cpu(hour, rank)]!++
      total += RANKS
    }
    return total
  }

  /** Nothing is known of the six weeks before `hour`. */
  #forgetAll(hour: number): void {
    this.#close()
    this.#bytes.fill(NONE)
    this.#cpuHours = 0
    this.#hours = hour
    this.days.begin(Math.floor(hour / 24), [NONE, NONE, NONE])
  }
}

const windowCounts = new Float64Array(MEMORY_BUCKETS.count)

function raise(bytes: Uint8Array, at: number, length: number, bucket: number): void {
  if (bytes[at] === NONE) bytes.fill(bucket, at, at + length)
  else if (bytes[at + length - 1]! < bucket) bytes[at + length - 1] = bucket
}
