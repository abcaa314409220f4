import type { ByteReader, ByteWriter } from './bytes.ts'

/** Six weeks, and the day that is running. */
export const DAYS_KEPT = 42
const SLOTS = DAYS_KEPT + 1

/** In place of a bucket where there is none. */
export const NONE = 255

/** Shares of a day's samples by which its sketch remembers them, and what each stands for. */
export const SKETCH_QUANTILES = [0.125, 0.375, 0.6, 0.75, 0.85, 0.925, 0.97, 0.995] as const
export const SKETCH_MASSES = [0.25, 0.25, 0.2, 0.1, 0.1, 0.05, 0.035, 0.015] as const
/** How a day begins is told by the CPU of the hour, the six hours and the day before it. */
export const STATES = 3

const SKETCH = 0
const STATE = SKETCH + SKETCH_QUANTILES.length
const PEAK = STATE + STATES
const P95 = PEAK + 1
const HOURS = P95 + 1
const KILLS = HOURS + 1
const SAMPLES = KILLS + 1
const RECORD = SAMPLES + 2
export const DAYS_BYTES = RECORD * SLOTS

/**
 * One record for each of the last 42 days of a container, of 24 hours each from its first sample on: day 0 holds the
 * hours 0 to 23. All in bytes; a bucket that is not known is 255.
 */
export class Days {
  readonly #bytes: Uint8Array
  /** The day that is running. */
  #day = -1

  /** @param bytes `DAYS_BYTES` of them, zero */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Begins a day. What was 43 days before is forgotten. */
  begin(day: number, states: readonly number[]): void {
    for (let d = Math.max(this.#day + 1, day - SLOTS + 1); d <= day; d++) {
      const at = (d % SLOTS) * RECORD
      this.#bytes.fill(NONE, at, at + HOURS)
      this.#bytes.fill(0, at + HOURS, at + RECORD)
    }
    this.#day = day
    this.#bytes.set(states, this.#at(day) + STATE)
  }

  /** Closes the day that is running. */
  finish(sketch: readonly number[], hours: number): void {
    const at = this.#at(this.#day)
    this.#bytes.set(sketch, at + SKETCH)
    this.#bytes[at + HOURS] = hours
  }

  setMemory(peak: number, p95: number): void {
    const at = this.#at(this.#day)
    this.#bytes[at + PEAK] = peak
    this.#bytes[at + P95] = p95
  }

  /** A late sample may raise the peak of a day that is known. */
  raisePeak(day: number, bucket: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + PEAK
    if (this.#bytes[at] !== NONE && this.#bytes[at]! < bucket) this.#bytes[at] = bucket
  }

  countSample(day: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + SAMPLES
    const count = this.#bytes[at]! + 256 * this.#bytes[at + 1]!
    if (count === 65_535) return
    this.#bytes[at] = (count + 1) & 255
    this.#bytes[at + 1] = (count + 1) >> 8
  }

  countKill(day: number): void {
    if (!this.has(day)) return
    const at = this.#at(day) + KILLS
    if (this.#bytes[at]! < 255) this.#bytes[at]!++
  }

  has(day: number): boolean {
    return day >= 0 && day <= this.#day && day > this.#day - SLOTS
  }

  /** Bucket of the CPU at one of the sketch's quantiles. */
  sketch(day: number, quantile: number): number {
    return this.#bytes[this.#at(day) + SKETCH + quantile]!
  }

  state(day: number, which: number): number {
    return this.#bytes[this.#at(day) + STATE + which]!
  }

  peak(day: number): number {
    return this.#bytes[this.#at(day) + PEAK]!
  }

  p95(day: number): number {
    return this.#bytes[this.#at(day) + P95]!
  }

  /** Hours of that day with samples; 0 while it is running. */
  hours(day: number): number {
    return this.#bytes[this.#at(day) + HOURS]!
  }

  kills(day: number): number {
    return this.#bytes[this.#at(day) + KILLS]!
  }

  /** Samples of all Pods; never more than 65,535. */
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
