import type { WorkloadContainer } from '../../workloads/index.ts'
import { MAX_BYTES, MAX_CORES } from '../limits.ts'
import { CPU_METRIC } from '../metrics.ts'
import { quote } from '../quote.ts'
import type { TimeWindow, UsageSample } from '../source.ts'
import { decimal, timeSeconds, whyNotATime, whyNotUsage } from './numbers.ts'
import type { OneSeries, Series } from './one-series.ts'
import { isInside } from './row-reader.ts'

/** Largest value of a CPU counter in seconds: a hundred years of the largest machine. */
const MAX_CPU_SECONDS = MAX_CORES * 3.2e9

/** One time series of one container of a Pod, as far as it was read. */
export class UsageSeries implements Series {
  readonly endpoint: string
  firstSeconds = Number.NaN
  lastSeconds = Number.NaN
  readonly #metric: string
  readonly #container: WorkloadContainer
  readonly #pod: string
  readonly #choice: OneSeries
  /** Time and value of the sample before, even if it was not used. */
  #seenSeconds = -1
  #seenValue = Number.NaN

  /** @param choice choice among all series of this metric for the same container */
  constructor(metric: string, endpoint: string, container: WorkloadContainer, pod: string, choice: OneSeries) {
    this.#metric = metric
    this.endpoint = endpoint
    this.#container = container
    this.#pod = pod
    this.#choice = choice
  }

  /** Reads the next sample, and adds its usage if it has any. Returns why the sample is bad, or undefined if it is not. */
  take(
    valueText: string,
    timeText: string | undefined,
    window: TimeWindow | undefined,
    samples: UsageSample[],
  ): string | undefined {
    if (timeText === undefined) return 'no timestamp'
    const timestampSeconds = timeSeconds(timeText)
    if (Number.isNaN(timestampSeconds)) return whyNotATime(timeText)
    if (timestampSeconds <= this.#seenSeconds) {
      return `timestamp ${quote(timeText)} is not after the one before it of its series`
    }
    // NaN is Prometheus' mark for the end of a series. No rate is computed across it.
    const ended = valueText === 'NaN'
    const value = decimal(valueText)
    const isCounter = this.#metric === CPU_METRIC
    const why = whyNotUsage(this.#metric, valueText, value, isCounter ? MAX_CPU_SECONDS : MAX_BYTES)
    if (why && !ended) return why

    // A counter that falls has started again at zero.
    const grown = value < this.#seenValue ? value : value - this.#seenValue
    const cpuCores = isCounter ? grown / (timestampSeconds - this.#seenSeconds) : Number.NaN
    // The last reading of a container that has ended can be 0; a running one uses some.
    const memoryBytes = !isCounter && value > 0 ? value : Number.NaN
    this.#seenSeconds = timestampSeconds
    this.#seenValue = value
    if (cpuCores > MAX_CORES) return `counter ${quote(valueText)} grows by more than ${MAX_CORES} s a second`
    if (Number.isNaN(cpuCores) && Number.isNaN(memoryBytes)) return undefined
    if (isInside(window, timestampSeconds) && this.#choice.takes(this, timestampSeconds)) {
      samples.push({ container: this.#container, pod: this.#pod, timestampSeconds, cpuCores, memoryBytes })
    }
    return undefined
  }
}
