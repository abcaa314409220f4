import type { ByteReader, ByteWriter } from './bytes.ts'

/** Number of samples that are kept. One Pod has 12 an hour, so the samples of up to five Pods are all kept. */
const CAPACITY = 60

/**
 * The samples of one resource in the current hour, of any number of Pods, as buckets. Whenever 60 are reached, every second one of the
 * sorted samples is dropped, and from then on every second new one is left out: the size stays fixed, and so do the quantiles,
 * approximately.
 */
export class OpenHour {
  /** The kept buckets are the first `count`; the rest is 0. */
  readonly values = new Uint8Array(CAPACITY)
  count = 0
  /** The highest bucket of all samples, kept or not; −1 before the first. */
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

  /** The kept buckets, ascending; the last one is the peak of all. Sorts in place; valid until the next change. */
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
