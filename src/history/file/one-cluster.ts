import type { WorkloadContainer } from '../../workloads/index.ts'
import { differing, isOfCluster, valuesOf } from '../identity-labels.ts'
import type { Labels } from '../owners.ts'
import { quote } from '../quote.ts'
import { HistoryError } from '../source.ts'
import type { Selection } from './selection.ts'

/**
 * Checks that the series or rows of each container in a file are from one cluster. Only labels and columns count whose name looks like
 * that of a cluster, because a file has nothing that distinguishes labels of nodes from others.
 */
export class OneCluster {
  /** Cluster labels in the first series of each container. */
  readonly #first = new Map<WorkloadContainer, Labels>()
  readonly #selection: Selection

  constructor(selection: Selection) {
    this.#selection = selection
  }

  /** @throws HistoryError if a series is from another cluster than the first one of its container */
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
      `the history seems to have data of several clusters: the series of container ${container.container} of ${kind} ${namespace}/${name} ` +
        `differ in ${label} (${values.join(', ')}). Select one with --history-label ${label}=${all.find(Boolean)}, or ` +
        `use --history-label ${label}=* if all of them are from one cluster`,
    )
  }

  #isAsked(name: string): boolean {
    return isOfCluster(name) && !this.#selection.isSettled(name)
  }
}
