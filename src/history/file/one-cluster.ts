import type { WorkloadContainer } from '../../workloads/index.ts'
import { differing, isOfCluster, valuesOf } from '../identity-labels.ts'
import type { Labels } from '../owners.ts'
import { quote } from '../quote.ts'
import { HistoryError } from '../source.ts'
import type { Selection } from './selection.ts'

/**
 * Checks that the series or rows of each container in a file are of one cluster. Only labels and columns that are named like a
 * cluster's count: a file holds nothing that tells labels of nodes from other ones.
 */
export class OneCluster {
  /** Labels of a cluster that the first series of each container has. */
  readonly #first = new Map<WorkloadContainer, Labels>()
  readonly #selection: Selection

  constructor(selection: Selection) {
    this.#selection = selection
  }

  /** @throws HistoryError if a series is of another cluster than the first one of its container */
  check(container: WorkloadContainer, labels: Labels): void {
    const its = Object.fromEntries(Object.entries(labels).filter(([name]) => this.#isAsked(name)))
    const first = this.#first.get(container)
    if (!first) {
      this.#first.set(container, its)
      return
    }
    const [label] = differing([first, its], [...new Set([...Object.keys(first), ...Object.keys(its)])])
    if (label === undefined) return
    const all = valuesOf([first, its], label)
    const values = all.map((value) => (value === '' ? 'none at all' : quote(value)))
    const { namespace, kind, name } = container.workload
    throw new HistoryError(
      `the history seems to hold several clusters: the series of container ${container.container} of ${kind} ${namespace}/${name} ` +
        `differ in ${label} (${values.join(', ')}). Say which one to read with --history-label ${label}=${all.find(Boolean)}, or ` +
        `with --history-label ${label}=* that all of them are of one cluster`,
    )
  }

  #isAsked(name: string): boolean {
    return isOfCluster(name) && !this.#selection.isSettled(name)
  }
}
