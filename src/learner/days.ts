import type { ByteReader, ByteWriter } from './bytes.ts'

/** Number of past days that are kept: six weeks. The current day is kept beside them. */
export const DAYS_KEPT = 42
const SLOTS = DAYS_KEPT + 1

/** The byte that stands for "no bucket". */
export const NONE = 255

/** The quantiles of a day's CPU samples that its sketch keeps. */
export const SKETCH_QUANTILES = [0.125, 0.375, 0.6, 0.75, 0.85, 0.925, 0.97, 0.995] as const
/** The share of the day's samples that each quantile of the sketch stands for. */
export const SKETCH_MASSES = [0.25, 0.25, 0.2, 0.1, 0.1, 0.05, 0.035, 0.015] as const
/** Number of values that describe how a day begins: the CPU of the hour, of the six hours and of the day before it. */
export const STATES = 3

const SKETCH = 0
const STATE = SKETCH + SKETCH_QUANTILES.length
const PEAK = STATE + STATES
const P95 = PEAK + 1
const HOURS = P95 + 1
const KILLS = HOURS + 1
const SAMPLES = KILLS + 1
const RECORD = SAMPLES + 2
/** Size of all records. */
export const DAYS_BYTES = RECORD * SLOTS

/**
 * One record for each of the last 42 days of a container and for the current one. Days are counted from the first sample:
 * day 0 holds the hours 0 to 23. Buckets are bytes; an unknown bucket is NONE.
 */
export class Days {
  readonly #bytes: Uint8Array
  /** The current day; −1 before the first. */
  #day = -1

  /** @param bytes array of `DAYS_BYTES` bytes, all 0 */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * Starts a day; the day 43 days before is forgotten.
   *
   * @param states buckets of the CPU of the hour, of the six hours and of the day before it
   */
  begin(day: number, states: readonly number[]): void {
    for (let d = Math.max(this.#day + 1, day - SLOTS + 1); d <= day; d++) {
      const at = (d % SLOTS) * RECORD
      this.#bytes.fill(NONE, at, at + HOURS)
      this.#bytes.fill(0, at + HOURS, at + RECORD)
    }
    this.#day = day
    this.#bytes.set(states, this.#at(day) + STATE)
  }

  /**
   * Completes the current day.
   *
   * @param sketch buckets of its CPU at `SKETCH_QUANTILES`
   * @param hours number of its hours with samples
   */
  finish(sketch: readonly number[], hours: number): void {
    const at = this.#at(this.#day)
    this.#bytes.set(sketch, at + SKETCH)
    this.#bytes[at + HOURS] = hours
  }

  /** Sets the memory of the current day. @param peak, p95 buckets */
  setMemory(peak: number, p95: number): void {
    const at = this.#at(this.#day)
    this.#bytes[at + PEAK] = peak
    this.#bytes[at + P95] = p95
  }

  /** Raises the memory peak of a completed day to that of a late sample. */
  raisePeak(day: number, bucket: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + PEAK
    if (this.#bytes[at] !== NONE && this.#bytes[at]! < bucket) this.#bytes[at] = bucket
  }

  /** Counts one sample of a day that is kept, up to 65,535. */
  countSample(day: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + SAMPLES
    const count = this.#bytes[at]! + 256 * this.#bytes[at + 1]!
    if (count === 65_535) return
    this.#bytes[at] = (count + 1) & 255
    this.#bytes[at + 1] = (count + 1) >> 8
  }

  /** Counts one OOM kill of a day that is kept, up to 255. */
  countKill(day: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + KILLS
    if (this.#bytes[at]! < 255) this.#bytes[at]!++
  }

  /** Whether a day is kept: the current one or one of the 42 before it. */
  has(day: number): boolean {
    return day >= 0 && day <= this.#day && day > this.#day - SLOTS
  }

  /** Bucket of a day's CPU at one of `SKETCH_QUANTILES`, given by its index; NONE where there is none. */
  sketch(day: number, quantile: number): number {
    return this.#bytes[this.#at(day) + SKETCH + quantile]!
  }

  /** Bucket of the CPU before a day began: 0 of the hour, 1 of the six hours, 2 of the day before it. */
  state(day: number, which: number): number {
    return this.#bytes[this.#at(day) + STATE + which]!
  }

  /** Bucket of a completed day's highest memory; NONE where there is none. */
  peak(day: number): number {
    return this.#bytes[this.#at(day) + PEAK]!
  }

  /** Bucket of the 95th percentile of a completed day's memory; NONE where there is none. */
  p95(day: number): number {
    return this.#bytes[this.#at(day) + P95]!
  }

  /** Number of a day's hours with samples; 0 for the current day. */
  hours(day: number): number {
    return this.#bytes[this.#at(day) + HOURS]!
  }

  /** Number of a day's OOM kills, at most 255. */
  kills(day: number): number {
    return this.#bytes[this.#at(day) + KILLS]!
  }

  /** Number of a day's samples over all Pods, at most 65,535. */
  samples(day: number): number {
    const at = this.#at(day) + SAMPLES
    return this.#bytes[at]! + 256 * this.#bytes[at + 1]!
  }

  write(to: ByteWriter): void {
    to.uint32(this.#day + 1)
    to.uint8s(this.#bytes)
  }

  read(from: ByteReader): void {
    this.#day = from.uint32() - 1
    from.uint8s(this.#bytes)
  }

  #at(day: number): number {
    return (day % SLOTS) * RECORD
  }
}
