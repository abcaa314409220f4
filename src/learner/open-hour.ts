import type { ByteReader, ByteWriter } from './bytes.ts'

/** Twelve samples are an hour of one Pod; up to five Pods are kept whole. */
const CAPACITY = 60

/**
 * The buckets of the samples of the hour that is running, of any number of Pods. Beyond 60 samples every second one of
 * the sorted is kept and every second one to come is taken, as often as it takes: the quantiles stay, the size too.
 */
export class OpenHour {
  /** The first `count` are buckets. */
  readonly values = new Uint8Array(CAPACITY)
  count = 0
  /** The highest bucket of all that came, kept or not; −1 before the first. */
  peak = -1
  #stride = 1
  #skipped = 0

  add(bucket: number): void {
    if (bucket > this.peak) this.peak = bucket
    if (++this.#skipped < this.#stride) return
    this.#skipped = 0
    if (this.count === CAPACITY) this.#halve()
    this.values[this.count++] = bucket
  }

  /** The kept buckets, ascending; the last one is the peak. Sorts in place. */
  sorted(): Uint8Array {
    const kept = this.values.subarray(0, this.count).sort()
    if (this.count > 0) kept[this.count - 1] = this.peak
    return kept
  }

  clear(): void {
    this.values.fill(0)
    this.count = 0
    this.peak = -1
    this.#stride = 1
    this.#skipped = 0
  }

  write(to: ByteWriter): void {
    to.uint8s(this.values)
    for (const value of [this.count, this.peak + 1, this.#stride, this.#skipped]) to.uint32(value)
  }

  read(from: ByteReader): void {
    from.uint8s(this.values)
    this.count = from.uint32()
    this.peak = from.uint32() - 1
    this.#stride = from.uint32()
    this.#skipped = from.uint32()
  }

  #halve(): void {
    this.values.sort()
    for (let i = 0; i < CAPACITY / 2; i++) this.values[i] = this.values[2 * i + 1]!
    this.count = CAPACITY / 2
    this.#stride *= 2
  }
}
