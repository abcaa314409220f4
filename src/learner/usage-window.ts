import type { ByteReader, ByteWriter } from './bytes.ts'
import { CLOSED_HOURS_BYTES, ClosedHours, type HourlyUsage } from './closed-hours.ts'
import { DAYS_BYTES, DAYS_KEPT, Days, NONE, SKETCH_QUANTILES } from './days.ts'
import { cpuBefore, hoursWithSamples, isEmpty, memoryBefore } from './hour-statistics.ts'
import { type KnownDays, knownDays } from './known-days.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import { OpenHour } from './open-hour.ts'
import { quantileOfCounts } from './quantiles.ts'
import { RECENT_BYTES, RECENT_SAMPLES, RecentSamples } from './recent-samples.ts'
import { summarizeUsage, type UsageSummary } from './usage-summary.ts'

/** By how much a mass decays with each hour that has CPU samples, so that it halves in a day or in a week of them. */
const DECAY_OF_DAY = 2 ** (-1 / 24)
const DECAY_OF_WEEK = 2 ** (-1 / 168)

const counts = new Float64Array(CPU_BUCKETS.count)

/**
 * The usage of one container of a workload, in all its Pods, in a fixed number of bytes: closed hours, days, recent samples and two
 * decaying histograms of CPU. Time is in hours since the first sample, so that the first day is whole.
 *
 * Samples arrive in order of time, except for late ones: a sample of a closed hour raises the peaks of that hour and is added to the
 * histograms, but no quantile of its hour is computed again.
 */
export class UsageWindow implements HourlyUsage {
  /**
   * Histogram of CPU over the buckets of `CPU_BUCKETS`. Each hour with samples has a mass of 1, which halves in a day
   * of such hours.
   */
  readonly day: Float32Array
  /** Histogram of CPU as `day`, whose masses halve in a week of hours with samples. */
  readonly week: Float32Array
  readonly days: Days
  readonly #closed: ClosedHours
  readonly #recent: RecentSamples
  readonly #openCpu = new OpenHour()
  readonly #openMemory = new OpenHour()
  /** Summary of the closed hours, kept until they change. */
  #summary: UsageSummary | undefined
  #known: { readonly request: number; readonly shortfallPrice: number; readonly days: KnownDays } | undefined

  constructor() {
    // One buffer for all: each separate buffer costs V8 about 200 bytes more.
    const { count } = CPU_BUCKETS
    const ringsAt = count * 8
    const daysAt = ringsAt + CLOSED_HOURS_BYTES + RECENT_BYTES
    const buffer = new ArrayBuffer(daysAt + DAYS_BYTES)
    this.day = new Float32Array(buffer, 0, count)
    this.week = new Float32Array(buffer, count * 4, count)
    this.#closed = new ClosedHours(new Uint8Array(buffer, ringsAt, CLOSED_HOURS_BYTES))
    this.#recent = new RecentSamples(new Uint8Array(buffer, ringsAt + CLOSED_HOURS_BYTES, RECENT_BYTES))
    this.days = new Days(new Uint8Array(buffer, daysAt, DAYS_BYTES))
  }

  get hours(): number {
    return this.#closed.hours
  }

  /** Whether the open hour has samples of either resource. */
  get isOpen(): boolean {
    return this.#openCpu.count > 0 || this.#openMemory.count > 0
  }

  /** Whether the open hour has CPU samples. */
  get hasOpenCpu(): boolean {
    return this.#openCpu.count > 0
  }

  /** Whether none of the closed hours of the last 14 days has any samples. */
  get isEmpty(): boolean {
    return isEmpty(this)
  }

  /** Number of hours for which `recent` has samples: the closed hours with CPU samples, at most 24. */
  get recentHours(): number {
    return this.#recent.hours
  }

  /** Summary of the closed hours. */
  get summary(): UsageSummary {
    this.#summary ??= summarizeUsage(this)
    return this.#summary
  }

  /** The result of `knownDays` for a request; remembered for the last request. */
  knownDays(request: number, shortfallPrice: number): KnownDays {
    if (this.#known?.request !== request || this.#known.shortfallPrice !== shortfallPrice)
      this.#known = { request, shortfallPrice, days: knownDays(this, request, shortfallPrice) }
    return this.#known.days
  }

  cpu(hour: number, rank: number): number {
    return this.#closed.cpu(hour, rank)
  }

  memory(hour: number, rank: number): number {
    return this.#closed.memory(hour, rank)
  }

  /**
   * Bucket of one of the up to 12 CPU samples of an hour; NONE where the hour has fewer.
   *
   * @param age 1 for the newest hour with CPU samples, at most `recentHours`
   */
  recent(age: number, sample: number): number {
    return this.#recent.at(age, sample)
  }

  /** Adds one sample. @param hour of the sample @param cpu, memory its buckets, −1 where it has none */
  add(hour: number, cpu: number, memory: number): void {
    if (this.hours === 0 && !this.days.has(0)) this.days.begin(0, [NONE, NONE, NONE])
    if (hour > this.hours) this.closeUntil(hour)
    this.days.countSample(Math.floor(hour / 24))
    // An hour that was closed early because of an OOM kill may lack CPU: CPU that arrives later counts for the next hour.
    const isLate = hour < this.hours
    const isLateCpu = isLate && !(hour === this.hours - 1 && this.cpu(hour, 0) === NONE)
    if (isLate) this.#addLate(hour, isLateCpu ? cpu : -1, memory)
    else if (memory >= 0) this.#openMemory.add(memory)
    if (!isLateCpu && cpu >= 0) this.#openCpu.add(cpu)
  }

  /** Closes all hours before `hour`. After a gap of more than six weeks, everything before it is forgotten. */
  closeUntil(hour: number): void {
    if (hour - this.hours > (DAYS_KEPT + 1) * 24) this.#forgetAll(hour)
    while (this.hours < hour) this.#close()
  }

  write(to: ByteWriter): void {
    this.#closed.writeCount(to)
    this.#recent.writeCount(to)
    this.#closed.write(to)
    this.#recent.write(to)
    to.float32s(this.day)
    to.float32s(this.week)
    this.days.write(to)
    this.#openCpu.write(to)
    this.#openMemory.write(to)
  }

  read(from: ByteReader): void {
    this.#forgetComputed()
    this.#closed.readCount(from)
    this.#recent.readCount(from)
    this.#closed.read(from)
    this.#recent.read(from)
    from.float32s(this.day)
    from.float32s(this.week)
    this.days.read(from)
    this.#openCpu.read(from)
    this.#openMemory.read(from)
  }

  #close(): void {
    this.#forgetComputed()
    const cpu = this.#openCpu.sorted()
    if (cpu.length > 0) {
      this.#decay()
      for (const bucket of cpu) {
        this.day[bucket]! += 1 / cpu.length
        this.week[bucket]! += 1 / cpu.length
      }
      this.#recent.push(cpu)
    }
    this.#closed.push(cpu, this.#openMemory.sorted())
    this.#openCpu.clear()
    this.#openMemory.clear()
    if (this.hours % 24 === 0) this.#closeDay()
  }

  #decay(): void {
    for (let i = 0; i < this.day.length; i++) {
      this.day[i]! *= DECAY_OF_DAY
      this.week[i]! *= DECAY_OF_WEEK
    }
  }

  #closeDay(): void {
    const memory = memoryBefore(this, this.hours)
    if (memory) this.days.setMemory(memory.peak, memory.p95)
    this.days.finish(this.#sketchOfDay(), hoursWithSamples(this, this.hours - 24, this.hours))
    const state = (length: number, share: number) => cpuBefore(this, this.hours, length, share)
    this.days.begin(this.hours / 24, [state(1, 0.6), state(6, 0.95), state(24, 0.95)])
  }

  /** Buckets of the CPU of the last 24 hours at `SKETCH_QUANTILES`; all NONE where they have no CPU samples. */
  #sketchOfDay(): number[] {
    let hours = 0
    for (let hour = this.hours - 24; hour < this.hours; hour++) if (this.cpu(hour, 0) !== NONE) hours++
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
    this.#forgetComputed()
    if (memory >= 0) this.days.raisePeak(Math.floor(hour / 24), memory)
    if (!this.#closed.isKept(hour)) return
    const age = this.hours - 1 - hour
    if (cpu >= 0) {
      this.day[cpu]! += DECAY_OF_DAY ** age / RECENT_SAMPLES
      this.week[cpu]! += DECAY_OF_WEEK ** age / RECENT_SAMPLES
      this.#closed.raiseCpu(hour, cpu)
    }
    if (memory >= 0) this.#closed.raiseMemory(hour, memory)
  }

  /** Forgets everything, because nothing is known about the six weeks before `hour`. */
  #forgetAll(hour: number): void {
    this.#close()
    this.#closed.forgetUntil(hour)
    this.#recent.clear()
    this.days.begin(Math.floor(hour / 24), [NONE, NONE, NONE])
  }

  #forgetComputed(): void {
    this.#summary = undefined
    this.#known = undefined
  }
}
