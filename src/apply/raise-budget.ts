import { shareOf } from '../policy/index.ts'
import { type Nanos, RESOURCES, type ResourceName } from '../resources/index.ts'

type Amounts = Readonly<Record<ResourceName, Nanos>>

const WINDOW_MILLISECONDS = 10 * 60_000

/** Limits what raises may add in ten minutes, so that a mistake cannot fill a cluster. Times are from a monotonic clock. */
export class RaiseBudget {
  readonly #share: number
  #added: { readonly atMilliseconds: number; readonly raises: Amounts }[] = []

  /** @param share of the cluster's allocatable resources */
  constructor(share: number) {
    this.#share = share
  }

  has(raises: Amounts, allocatable: Amounts, nowMilliseconds: number): boolean {
    this.#forget(nowMilliseconds)
    // In a small cluster, one raise may exceed the share.
    if (this.#added.length === 0) return true
    return RESOURCES.every((resource) => {
      const added = this.#added.reduce((sum, one) => sum + one.raises[resource], 0n)
      return raises[resource] === 0n || added + raises[resource] <= shareOf(allocatable[resource], this.#share)
    })
  }

  spend(raises: Amounts, nowMilliseconds: number): void {
    // Raises after an OOM kill are not checked, only counted.
    this.#forget(nowMilliseconds)
    if (RESOURCES.some((resource) => raises[resource] > 0n))
      this.#added.push({ atMilliseconds: nowMilliseconds, raises })
  }

  #forget(nowMilliseconds: number): void {
    this.#added = this.#added.filter(({ atMilliseconds }) => nowMilliseconds - atMilliseconds < WINDOW_MILLISECONDS)
  }
}
