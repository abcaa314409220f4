import type { WorkloadContainer } from '../../workloads/index.ts'
import { differing, isOfCluster, valuesOf } from '../identity-labels.ts'
import type { Labels } from '../owners.ts'
import { HistoryError } from '../source.ts'

/**
 * Checks that the series of each container in a file are of one cluster. Only labels that are named like a cluster's count: a file
 * holds nothing that tells labels of nodes from other ones.
 */
export class OneCluster {
  /** Labels of a cluster that the first series of each container has. */
  readonly #first = new Map<WorkloadContainer, Labels>()

  /** @throws HistoryError if a series is of another cluster than the first one of its container */
  check(container: WorkloadContainer, labels: Labels): void {
    const its = Object.fromEntries(Object.entries(labels).filter(([name]) => isOfCluster(name)))
    const first = this.#first.get(container)
    if (!first) {
      this.#first.set(container, its)
      return
    }
    const [label] = differing([first, its], [...new Set([...Object.keys(first), ...Object.keys(its)])])
    if (label === undefined) return
    const values = valuesOf([first, its], label).map((value) => (value === '' ? 'none at all' : JSON.stringify(value)))
    const { namespace, kind, name } = container.workload
    throw new HistoryError(
      `the history seems to hold several clusters: the series of container ${container.container} of ${kind} ${namespace}/${name} ` +
        `differ in the label ${label} (${values.join(', ')}). Export the series of one cluster only, or remove the label if all of ` +
        'them are of one',
    )
  }
}
