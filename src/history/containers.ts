import { containerKey, type Workload, type WorkloadContainer } from '../workloads/index.ts'
import { own } from './own.ts'
import { HistoryError } from './source.ts'

/** Most containers of one history: far above the largest cluster. A learner keeps up to 4 KiB for each. */
const MAX_CONTAINERS = 100_000

/** Interns containers: returns the same object for the same container of a workload, however often it is named. */
export class Containers {
  readonly #known = new Map<string, WorkloadContainer>()
  readonly #limit: number

  constructor(limit = MAX_CONTAINERS) {
    this.#limit = limit
  }

  /**
   * Object for this container.
   *
   * @throws HistoryError beyond the limit: such a history names something other than containers
   */
  intern(workload: Workload, container: string): WorkloadContainer {
    const key = containerKey({ workload, container })
    const known = this.#known.get(key)
    if (known) return known
    if (this.#known.size >= this.#limit) {
      throw new HistoryError(
        `the history names more than ${this.#limit.toLocaleString('en')} containers of workloads: check that ` +
          'workloads are named by what stays (a Deployment), not by what comes and goes (its Pods)',
      )
    }
    const { namespace, kind, name } = workload
    const made = {
      workload: { namespace: own(namespace), kind: own(kind), name: own(name) },
      container: own(container),
    }
    this.#known.set(own(key), made)
    return made
  }
}
