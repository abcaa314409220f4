import { containerKey, type Workload, type WorkloadContainer } from '../workloads/index.ts'
import { own } from './own.ts'
import { HistoryError } from './source.ts'

/** Maximum number of containers in one history, far more than in the largest cluster. A learner keeps up to 4 KiB for each. */
const MAX_CONTAINERS = 100_000

/** Interns containers: returns the same object each time for the same container of a workload. */
export class Containers {
  readonly #known = new Map<string, WorkloadContainer>()
  readonly #limit: number

  constructor(limit = MAX_CONTAINERS) {
    this.#limit = limit
  }

  /**
   * Object for this container.
   *
   * @throws HistoryError beyond the limit: then the history probably names something other than containers
   */
  intern(workload: Workload, container: string): WorkloadContainer {
    const key = containerKey({ workload, container })
    const known = this.#known.get(key)
    if (known) return known
    if (this.#known.size >= this.#limit) {
      throw new HistoryError(
        `the history names more than ${this.#limit.toLocaleString('en')} containers of workloads: check that ` +
          'workloads have the names of lasting objects (a Deployment), not of their Pods',
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
