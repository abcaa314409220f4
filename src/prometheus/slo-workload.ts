import type { Received, SloPlan, Whose } from '../slos/index.ts'

/** A workload with SLOs. Workloads with the same SLOs share the plans. */
export interface SloWorkload {
  readonly whose: Whose
  readonly plans: readonly SloPlan[]
  /** The newest revision that its Pods have received, and when the first Pod received it, in Unix seconds; undefined if there is none. */
  readonly newest?: Received | undefined
}

/** A value for each workload, by its key. */
export type ByWorkload<T> = Map<string, T>

/** A value for each plan and workload. */
export class ByPlan<T> {
  readonly #all = new Map<SloPlan, ByWorkload<T>>()

  of(plan: SloPlan, key: string): T | undefined {
    return this.#all.get(plan)?.get(key)
  }

  put(plan: SloPlan, key: string, value: T): void {
    const its = this.#all.get(plan) ?? new Map<string, T>()
    this.#all.set(plan, its.set(key, value))
  }

  replace(plan: SloPlan, values: ByWorkload<T>): void {
    this.#all.set(plan, values)
  }

  /** Forgets all other plans. */
  keep(plans: readonly SloPlan[]): void {
    for (const plan of this.#all.keys()) if (!plans.includes(plan)) this.#all.delete(plan)
  }
}
