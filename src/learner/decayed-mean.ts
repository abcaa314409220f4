import type { ByteReader, ByteWriter } from './bytes.ts'

/** A mean in which older values count less and less. */
export class DecayedMean {
  #sum = 0
  #weight = 0

  /** @returns the mean, or `otherwise` before the first value */
  value(otherwise: number): number {
    return this.#weight > 0 ? this.#sum / this.#weight : otherwise
  }

  /** Adds a value. @param decay factor by which all values before it count less from now on */
  add(value: number, decay: number): void {
    this.#sum = this.#sum * decay + value
    this.#weight = this.#weight * decay + 1
  }

  write(to: ByteWriter): void {
    to.float64(this.#sum)
    to.float64(this.#weight)
  }

  read(from: ByteReader): void {
    this.#sum = from.float64()
    this.#weight = from.float64()
  }
}
