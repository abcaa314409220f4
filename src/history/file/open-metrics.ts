import { LRUCache } from 'lru-cache'
import type { WorkloadContainer } from '../../workloads/index.ts'
import { Containers } from '../containers.ts'
import { CPU_METRIC, MEMORY_METRIC, SANDBOX } from '../metrics.ts'
import { whyNotNamed } from '../names.ts'
import { own } from '../own.ts'
import { type Labels, OWNER_METRICS, PodOwners } from '../owners.ts'
import { quote } from '../quote.ts'
import type { TimeWindow, UsageSample } from '../source.ts'
import { readBytes } from './bytes.ts'
import { parseLabels, splitSample } from './exposition.ts'
import { readLines } from './lines.ts'
import { decimal, MAX_BYTES, MAX_CORES, timeSeconds, whyNotATime, whyNotUsage } from './numbers.ts'
import { OneSeries, type Series } from './one-series.ts'
import { isInside, type RowReader, SERIES_FOLLOWED } from './row-reader.ts'

interface UsageSeries extends Series {
  readonly container: WorkloadContainer
  readonly pod: string
  readonly choice: OneSeries
  /** The sample before, also one that was not taken. */
  seenSeconds: number
  seenValue: number
}

/** Stands for the series of what is no container of a workload. */
const NOBODYS = 'nobody’s'

/** The series of one metric by their labels as they are written, so that each is parsed once. */
class Family {
  readonly #series = new LRUCache<string, UsageSeries | typeof NOBODYS>({ max: SERIES_FOLLOWED })
  // In an export all of a series stands together: comparing with the line before costs less than any look-up.
  #lastText = ''
  #last: UsageSeries | typeof NOBODYS | undefined

  get(labelText: string): UsageSeries | typeof NOBODYS | undefined {
    if (labelText === this.#lastText) return this.#last
    const series = this.#series.get(labelText)
    if (series) this.#remember(labelText, series)
    return series
  }

  set<S extends UsageSeries | typeof NOBODYS>(labelText: string, series: S): S {
    this.#series.set(own(labelText), series)
    this.#remember(labelText, series)
    return series
  }

  #remember(labelText: string, series: UsageSeries | typeof NOBODYS): void {
    this.#lastText = labelText
    this.#last = series
  }
}

/** Whether a file that begins with this line is OpenMetrics text. */
export function isOpenMetrics(firstLine: string): boolean {
  return /^(?:#|[a-zA-Z_:][a-zA-Z0-9_:]*\{)/.test(firstLine)
}

/**
 * The samples of cAdvisor's CPU and memory metrics; all other lines are left alone. The two are families of their own
 * in such a text, so that each comes as a sample with NaN for the other. A counter gives a rate from its second sample
 * on; where it falls, it began anew at zero.
 */
export function openMetricsReader(owners: PodOwners, window?: TimeWindow): RowReader {
  const containers = new Containers()
  const cpu = new Family()
  const memory = new Family()
  /** By metric, namespace, Pod and container. */
  const choices = new LRUCache<string, OneSeries>({ max: SERIES_FOLLOWED })
  let ended = false

  function follow(metric: string, labels: Labels): UsageSeries | string | null {
    const { namespace = '', pod = '', container = '' } = labels
    // The sums over a Pod, a QoS class and a node have no container.
    if (container === '' || container === SANDBOX) return null
    if (namespace === '' || pod === '') return 'a container without the labels namespace and pod'
    const workload = owners.workloadOf(namespace, pod)
    if (!workload) return null
    const why = whyNotNamed(workload, container, pod)
    if (why) return why
    const key = `${metric}/${namespace}/${pod}/${container}`
    const choice = choices.get(key) ?? new OneSeries()
    choices.set(own(key), choice)
    return {
      container: containers.intern(workload, container),
      pod: own(pod),
      endpoint: endpointOf(labels),
      choice,
      firstSeconds: Number.NaN,
      lastSeconds: Number.NaN,
      seenSeconds: -1,
      seenValue: Number.NaN,
    }
  }

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
        const series = follow(metric, labels)
        if (typeof series === 'string') return series
        known = family.set(sample.labelText, series ?? NOBODYS)
      }
      return known === NOBODYS ? undefined : read(metric, known, sample.value, sample.timestamp, samples)
    },

    whyIncomplete(rows) {
      if (!ended) return 'OpenMetrics text ends with the line "# EOF" and this does not: it was cut short'
      return rows === 0 ? `it has no samples of ${CPU_METRIC} or ${MEMORY_METRIC}` : undefined
    },
  }

  function read(
    metric: string,
    series: UsageSeries,
    valueText: string,
    timeText: string | undefined,
    samples: UsageSample[],
  ): string | undefined {
    if (timeText === undefined) return 'no timestamp'
    const seconds = timeSeconds(timeText)
    if (Number.isNaN(seconds)) return whyNotATime(timeText)
    if (seconds <= series.seenSeconds)
      return `timestamp ${quote(timeText)} is not after the one before it of its series`
    const value = decimal(valueText)
    const since = seconds - series.seenSeconds
    const before = series.seenValue
    // Prometheus' mark for the end of a series.
    const stale = valueText === 'NaN'
    const why = stale ? undefined : whyNotUsage(metric, valueText, value, MAX_VALUE[metric]!)
    if (why) return why
    series.seenSeconds = seconds
    series.seenValue = value
    if (stale) return undefined

    let cpuCores = Number.NaN
    let memoryBytes = Number.NaN
    if (metric === CPU_METRIC) {
      cpuCores = (value < before ? value : value - before) / since
      if (cpuCores > MAX_CORES) return `counter ${quote(valueText)} grows by more than ${MAX_CORES} s a second`
    } else if (value > 0) {
      // The last reading of a container that went away can be 0; one that runs uses some.
      memoryBytes = value
    }
    if (Number.isNaN(cpuCores) && Number.isNaN(memoryBytes)) return undefined
    if (isInside(window, seconds) && series.choice.takes(series, seconds)) {
      const { container, pod } = series
      samples.push({ container, pod, timestampSeconds: seconds, cpuCores, memoryBytes })
    }
    return undefined
  }
}

/** CPU seconds: a hundred years of the largest machine. */
const MAX_VALUE: Readonly<Record<string, number>> = { [CPU_METRIC]: MAX_CORES * 3.2e9, [MEMORY_METRIC]: MAX_BYTES }

/** The owners that such a file tells, wherever in it they stand. */
export async function readOwners(path: string, signal?: AbortSignal): Promise<PodOwners> {
  const owners = new PodOwners()
  const known = new LRUCache<string, true>({ max: SERIES_FOLLOWED })
  for await (const { lines } of readLines(readBytes(path))) {
    signal?.throwIfAborted()
    for (const line of lines) {
      if (!line?.startsWith('kube_')) continue
      const metric = OWNER_METRICS.find((name) => isOf(name, line))
      const labelText = metric && splitSample(metric, line)?.labelText
      if (!labelText || known.has(metric + labelText)) continue
      known.set(own(metric + labelText), true)
      const labels = parseLabels(labelText)
      if (labels) owners.add(metric, labels)
    }
  }
  return owners
}

function isOf(metric: string, line: string): boolean {
  return line.startsWith(metric) && line[metric.length] === '{'
}

/** `id` and `name` are new with each run of a container. */
function endpointOf(labels: Labels): string {
  const { id: _id, name: _name, ...endpoint } = labels
  return JSON.stringify(Object.entries(endpoint).sort(([a], [b]) => (a < b ? -1 : 1)))
}
