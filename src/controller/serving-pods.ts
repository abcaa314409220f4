import type { ViewedWorkload } from './workload-view.ts'

type Pods = ViewedWorkload['pods']

interface Served {
  /** Unix times in seconds at which the Pod was first and last found ready. */
  readonly firstSeconds: number
  readonly lastSeconds: number
}

/**
 * The Pods of a workload that serve its requests. A Pod that was ready still counts for a while after that: an overloaded Pod may fail
 * its readiness probes, but still uses its CPU.
 */
export class ServingPods {
  readonly #graceSeconds: number
  #served: ReadonlyMap<string, Served> = new Map()

  /** @param graceSeconds how long a Pod counts after it was ready; longer if no Pod is ready */
  constructor(graceSeconds: number) {
    this.#graceSeconds = graceSeconds
  }

  /** Updates the Pods that exist now. @returns those that serve */
  of(pods: Pods, nowSeconds: number): Pods {
    const served = new Map<string, Served>()
    for (const { name, placement } of pods) {
      const before = this.#served.get(name)
      const firstSeconds = before?.firstSeconds ?? nowSeconds
      if (placement.isReady) served.set(name, { firstSeconds, lastSeconds: nowSeconds })
      else if (before) served.set(name, before)
    }
    this.#served = served
    const known = pods.filter(({ name, placement }) => placement.isRunning && served.has(name))
    const serving = known.filter(({ name }) => nowSeconds - served.get(name)!.lastSeconds <= this.#graceSeconds)
    return serving.length > 0 ? serving : known
  }

  /** Whether a Pod was ready at or before a time. */
  wasReady(name: string, atSeconds: number): boolean {
    return (this.#served.get(name)?.firstSeconds ?? Number.POSITIVE_INFINITY) <= atSeconds
  }
}
