import { LRUCache } from 'lru-cache'
import { Containers } from '../containers.ts'
import { CPU_METRIC, MEMORY_METRIC, SANDBOX } from '../metrics.ts'
import { whyNotNamed } from '../names.ts'
import { own } from '../own.ts'
import { type Labels, type PodOwners, subjectOf } from '../owners.ts'
import { quote } from '../quote.ts'
import type { TimeWindow, UsageSample } from '../source.ts'
import { isOf, parseLabels, splitSample } from './exposition.ts'
import { OneCluster } from './one-cluster.ts'
import { OneSeries } from './one-series.ts'
import { type RowReader, SERIES_FOLLOWED } from './row-reader.ts'
import { SeriesByLabels } from './series-by-labels.ts'
import { UsageSeries } from './usage-series.ts'

/** Marks a series that belongs to no container of a workload. */
const NOBODYS = 'nobody’s'
type Followed = UsageSeries | typeof NOBODYS

/** Whether a file that begins with this line is OpenMetrics text. */
export function isOpenMetrics(firstLine: string): boolean {
  return /^(?:#|[a-zA-Z_:][a-zA-Z0-9_:]*\{)/.test(firstLine)
}

/**
 * Reader of cAdvisor's CPU and memory metrics; all other lines are ignored. The two are separate metric families in such a
 * text, so that each sample has NaN for the other resource. A counter gives a rate from its second sample on.
 */
export function openMetricsReader(owners: PodOwners, window?: TimeWindow): RowReader {
  const containers = new Containers()
  const cpu = new SeriesByLabels<{ readonly of: Followed }>()
  const memory = new SeriesByLabels<{ readonly of: Followed }>()
  /** Choice among the series of one container, by metric, namespace, Pod and container. */
  const choices = new LRUCache<string, OneSeries>({ max: SERIES_FOLLOWED })
  const clusters = new OneCluster()
  let ended = false

  return {
    isRow(line) {
      ended = line === '# EOF'
      return isOf(CPU_METRIC, line) || isOf(MEMORY_METRIC, line)
    },

    take(row: string, samples: UsageSample[]): string | undefined {
      const metric = row.startsWith(CPU_METRIC) ? CPU_METRIC : MEMORY_METRIC
      const family = metric === CPU_METRIC ? cpu : memory
      const sample = splitSample(metric, row)
      if (!sample) return 'not of the form metric{labels} value timestamp'
      let known = family.get(sample.labelText)
      if (!known) {
        const labels = parseLabels(sample.labelText)
        if (!labels) return `labels ${quote(sample.labelText)} are not of the form name="value",…`
        const { series, why } = follow(metric, labels)
        if (why !== undefined) return why
        known = family.set(sample.labelText, { of: series })
      }
      return known.of === NOBODYS ? undefined : known.of.take(sample.value, sample.timestamp, window, samples)
    },

    whyIncomplete(rows) {
      if (!ended) return 'OpenMetrics text ends with the line "# EOF" and this does not: it was cut short'
      return rows === 0 ? `it has no samples of ${CPU_METRIC} or ${MEMORY_METRIC}` : undefined
    },
  }

  function follow(
    metric: string,
    labels: Labels,
  ): { series: Followed; why?: undefined } | { series?: undefined; why: string } {
    const { namespace = '', pod = '', container = '' } = subjectOf(labels)
    // The sums for a Pod, a QoS class and a node have no container.
    if (container === '' || container === SANDBOX) return { series: NOBODYS }
    if (namespace === '' || pod === '') return { why: 'a container without the labels namespace and pod' }
    const workload = owners.workloadOf(namespace, pod)
    if (!workload) return { series: NOBODYS }
    const why = whyNotNamed(workload, container, pod)
    if (why) return { why }
    const key = own(`${metric}/${namespace}/${pod}/${container}`)
    const choice = choices.get(key) ?? new OneSeries()
    choices.set(key, choice)
    const whose = containers.intern(workload, container)
    clusters.check(whose, labels)
    return { series: new UsageSeries(metric, endpointOf(labels), whose, own(pod), choice) }
  }
}

/** Labels of the endpoint that was scraped: all except `id` and `name`, which change with each run of a container. */
function endpointOf(labels: Labels): string {
  const { id: _id, name: _name, ...endpoint } = labels
  return JSON.stringify(Object.entries(endpoint).sort(([a], [b]) => (a < b ? -1 : 1)))
}
