/**
 * Exact order statistics of a window that slides over a series, in O(log n) per step. A Fenwick tree (Fenwick 1994) counts how
 * many values of the window have each rank.
 */
export class SlidingRanks {
  /** Values of the whole series, rising; the tree counts those in the window. */
  readonly #sorted: Float64Array
  readonly #rankOf: Uint32Array
  readonly #tree: Uint32Array
  readonly #top: number
  #size = 0

  constructor(values: Float64Array) {
    const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
    this.#sorted = Float64Array.from(order, (i) => values[i]!)
    this.#rankOf = new Uint32Array(values.length)
    for (let rank = 0; rank < order.length; rank++) this.#rankOf[order[rank]!] = rank
    this.#tree = new Uint32Array(values.length + 1)
    this.#top = values.length === 0 ? 0 : 2 ** Math.floor(Math.log2(values.length))
  }

  /** How many values are in the window. */
  get size(): number {
    return this.#size
  }

  /**
   * Puts a value into the window.
   *
   * @param index index of the value in the series
   */
  add(index: number): void {
    this.#size++
    for (let i = this.#rankOf[index]! + 1; i < this.#tree.length; i += i & -i) this.#tree[i]!++
  }

  /**
   * Takes a value out of the window.
   *
   * @param index index of the value in the series
   */
  remove(index: number): void {
    this.#size--
    for (let i = this.#rankOf[index]! + 1; i < this.#tree.length; i += i & -i) this.#tree[i]!--
  }

  /**
   * The value with `rank` smaller ones in the window.
   *
   * @param rank from 0, below `size`
   */
  at(rank: number): number {
    let below = 0
    let left = rank
    for (let step = this.#top; step > 0; step >>= 1) {
      const next = below + step
      if (next < this.#tree.length && this.#tree[next]! <= left) {
        below = next
        left -= this.#tree[next]!
      }
    }
    return this.#sorted[below]!
  }

  /**
   * Quantile of the window, interpolated linearly between the two nearest values, as NumPy does.
   *
   * @param share 0..1
   */
  quantile(share: number): number {
    const place = share * (this.#size - 1)
    const rank = Math.floor(place)
    const low = this.at(rank)
    const rest = place - rank
    return rest === 0 ? low : interpolate(low, this.at(rank + 1), rest)
  }
}

/** Interpolates from the nearer end, so that both ends are exact. */
function interpolate(low: number, high: number, share: number): number {
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}
