import { LRUCache } from 'lru-cache'
import { CPU_METRIC, MEMORY_METRIC, SANDBOX } from '../metrics.ts'
import { whyNotNamed } from '../names.ts'
import { own } from '../own.ts'
import { type Labels, type PodOwners, subjectOf } from '../owners.ts'
import { quote } from '../quote.ts'
import { metricOf, parseLabels, splitSample } from './exposition.ts'
import { OneSeries } from './one-series.ts'
import { type Fate, LEFT, type ReaderContext, type RowReader, SERIES_FOLLOWED } from './row-reader.ts'
import { SeriesByLabels } from './series-by-labels.ts'
import { USAGE_METRICS, type UsageMetric } from './usage-metrics.ts'
import { UsageSeries } from './usage-series.ts'

/** A series: usage of a container, or the reason why its samples are left out. */
type Followed = UsageSeries | Exclude<Fate, undefined>

/** Messages if the file does not contain owners, or the part of names that repeats from run to run. */
const GUESSED = {
  kind: 'Some workloads are guessed from the names of their Pods.',
  run: 'Some workloads are named after single runs, without the parts that differ from run to run.',
}

/** Whether a file that begins with these lines is text in the format of Prometheus or OpenMetrics, or a dump of promtool. */
export function isOpenMetrics(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== '') ?? ''
  if (/^#[ \t]+(?:HELP|TYPE|UNIT|EOF)\b/.test(first)) return true
  const sample = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  if (/^\s*\{\s*"[^"]*"\s*:/.test(sample)) return false
  return /^\s*[a-zA-Z_:][a-zA-Z0-9_:]*\{/.test(sample) || metricOf(sample) !== undefined
}

/**
 * Reader of cAdvisor's CPU and memory metrics; all other lines are ignored. The two are separate metric families in such a text, so
 * each sample has NaN for the other resource. A counter has a rate from its second sample on.
 */
export function openMetricsReader(context: ReaderContext, owners: PodOwners): RowReader {
  const byMetric = new Map<string, SeriesByLabels<{ readonly of: Followed }>>()
  /** Choice among the series of one container, by resource, namespace, Pod and container. */
  const choices = new LRUCache<string, OneSeries>({ max: SERIES_FOLLOWED })
  let ended = false
  let metric: UsageMetric | undefined
  /** The series of the following lines, and whether this line is one of them, in the output of `promtool query`. */
  let arrow: string | undefined
  let isArrow = false

  return {
    isRow(line) {
      ended = line === '# EOF'
      // The pattern is too slow for each of millions of lines.
      const asked = line.includes('} =>') ? AFTER_ARROW.exec(line) : null
      if (asked) {
        arrow = asked[1]!
        isArrow = asked[2] !== undefined
        if (!isArrow) return false
      } else isArrow = arrow !== undefined && AT_TIME.test(line)
      metric = USAGE_METRICS.get(metricOf(isArrow ? arrow! : line) ?? '')
      return metric !== undefined
    },

    take(row, samples): Fate {
      const its = metric!
      const family = byMetric.get(its.name) ?? new SeriesByLabels<{ readonly of: Followed }>()
      byMetric.set(its.name, family)
      const sample = splitSample(isArrow ? withoutArrow(row, arrow!) : row)
      if (!sample) return { bad: 'not of the form metric{labels} value timestamp' }
      let known = family.get(sample.labelText)
      if (!known) {
        const labels = parseLabels(sample.labelText)
        if (!labels) return { bad: `labels ${quote(sample.labelText)} are not of the form name="value",…` }
        known = family.set(sample.labelText, { of: follow(its, labels) })
      }
      return known.of instanceof UsageSeries ? known.of.take(sample.value, sample.timestamp, samples) : known.of
    },

    whyIncomplete(rows) {
      if (!ended && arrow === undefined) {
        context.assume(
          'The text does not end with the line "# EOF", as OpenMetrics does: it was read in the format of Prometheus. If it ' +
            'was cut short, the end is missing.',
        )
      }
      return rows === 0 ? `it has no samples of ${CPU_METRIC} or ${MEMORY_METRIC}` : undefined
    },
  }

  function follow(metric: UsageMetric, labels: Labels): Followed {
    const { namespace = '', pod = '', container = '' } = subjectOf(labels)
    // The sums of a Pod, a QoS class and a node have no container.
    if (container === '' || container === SANDBOX) return LEFT.others
    if (!context.selection.takes(labels)) return LEFT.elsewhere
    if (namespace === '' || pod === '') return { bad: 'a container without the labels namespace and pod' }
    const { workload, guess } = { guess: undefined, ...owners.originOf(namespace, pod) }
    if (!workload) {
      context.unowned(`${namespace}/${pod}`)
      return LEFT.unowned
    }
    const why = whyNotNamed(workload, container, pod)
    if (why) return { bad: why }
    if (guess) context.assume(GUESSED[guess])
    const key = own(`${metric.resource}/${namespace}/${pod}/${container}`)
    const choice = choices.get(key) ?? new OneSeries()
    choices.set(key, choice)
    const whose = { container: context.intern(workload, container), pod: own(pod) }
    context.clusters.check(whose.container, labels)
    return new UsageSeries(metric, endpointOf(labels), whose, choice, context)
  }
}

/** A series and, for an instant, its value, as `promtool query` prints them; and a value of a range. */
const AFTER_ARROW = /^(.*\}) =>(?: (\S+ @\[[\d.]+\]))?\s*$/
const AT_TIME = /^(\S+) @\[([\d.]+)\]$/

function withoutArrow(row: string, series: string): string {
  const [, value, time] = AT_TIME.exec(AFTER_ARROW.exec(row)?.[2] ?? row) ?? []
  return `${series} ${value} ${time}`
}

/** Labels of the scraped endpoint: all except the metric, and `id` and `name`, which change with each run of a container. */
function endpointOf(labels: Labels): string {
  const { id: _id, name: _name, __name__: _metric, ...endpoint } = labels
  return JSON.stringify(Object.entries(endpoint).sort(([a], [b]) => (a < b ? -1 : 1)))
}
