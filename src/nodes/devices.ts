import { DEVICE_MILLI, type PodClass, type Problem } from './problem.ts'

type Share = NonNullable<PodClass['devices']>

/** Shares on each device of a node, in thousandths. */
type Shares = readonly (readonly number[])[]

/** GPUs of nodes of which Pods may take shares: each device is a bin. A share goes to the fullest device that has room. */
export class Devices {
  readonly #shares: (number[][] | undefined)[]
  readonly #free: (Int32Array | undefined)[]

  constructor({ kinds }: Problem, kindOf: Int32Array) {
    const devicesOf = (kind: number) => kinds[kind]!.devices
    this.#shares = Array.from(kindOf, (kind) =>
      devicesOf(kind) > 0 ? Array.from({ length: devicesOf(kind) }, () => []) : undefined,
    )
    this.#free = Array.from(kindOf, (kind) =>
      devicesOf(kind) > 0 ? new Int32Array(devicesOf(kind)).fill(DEVICE_MILLI) : undefined,
    )
  }

  fits(node: number, { count, milli }: Share): boolean {
    let found = 0
    for (const free of this.#free[node] ?? []) if (free >= milli && ++found >= count) return true
    return false
  }

  /** Adds a Pod that fits. */
  place(node: number, { count, milli }: Share): void {
    const free = this.#free[node]!
    const taken = new Set<number>()
    while (taken.size < count) {
      let best = -1
      for (let i = 0; i < free.length; i++)
        if (free[i]! >= milli && !taken.has(i) && (best < 0 || free[i]! < free[best]!)) best = i
      taken.add(best)
      free[best]! -= milli
      this.#shares[node]![best]!.push(milli)
    }
  }

  /** Removes a placed Pod. Of several equal shares, any one is removed. */
  remove(node: number, { count, milli }: Share): void {
    const free = this.#free[node]!
    const shares = this.#shares[node]!
    for (let i = 0, left = count; left > 0 && i < free.length; i++) {
      const at = shares[i]!.indexOf(milli)
      if (at < 0) continue
      shares[i]!.splice(at, 1)
      free[i]! += milli
      left--
    }
  }

  /** The shares on a node, to return to with `restore`. */
  saved(node: number): Shares | undefined {
    return this.#shares[node]?.map((shares) => [...shares])
  }

  restore(node: number, saved: Shares | undefined): void {
    if (!saved) return
    this.#shares[node] = saved.map((shares) => [...shares])
    this.#free[node] = Int32Array.from(saved, (shares) => DEVICE_MILLI - shares.reduce((sum, milli) => sum + milli, 0))
  }
}
