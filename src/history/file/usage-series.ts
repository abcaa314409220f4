import type { WorkloadContainer } from '../../workloads/index.ts'
import { MAX_BYTES, MAX_CORES } from '../limits.ts'
import { quote } from '../quote.ts'
import type { UsageSample } from '../source.ts'
import { decimal, whyNotUsage } from './numbers.ts'
import type { OneSeries, Series } from './one-series.ts'
import { type Fate, future, isInside, LEFT, type ReaderContext } from './row-reader.ts'
import { SeenTimes } from './seen-times.ts'
import { Times } from './times.ts'
import type { UsageMetric } from './usage-metrics.ts'

/** Largest value of a CPU counter in seconds: a hundred years on the largest machine. */
const MAX_CPU_SECONDS = MAX_CORES * 3.2e9
const TIMES = new Times()

/** One time series of one container of a Pod, as far as it was read. */
export class UsageSeries implements Series {
  readonly endpoint: string
  firstSeconds = Number.NaN
  lastSeconds = Number.NaN
  readonly #metric: UsageMetric
  readonly #container: WorkloadContainer
  readonly #pod: string
  readonly #choice: OneSeries
  readonly #context: ReaderContext
  readonly #seen: SeenTimes
  /** Time and value of the previous sample, even if it was not used. */
  #seenSeconds = -1
  #seenValue = Number.NaN
  /** Whether the previous samples were in order from new to old; undefined after the first one. */
  #isBackwards: boolean | undefined

  /** @param choice chooses between all series of this resource for the same container */
  constructor(
    metric: UsageMetric,
    endpoint: string,
    { container, pod }: { readonly container: WorkloadContainer; readonly pod: string },
    choice: OneSeries,
    context: ReaderContext,
  ) {
    this.#metric = metric
    this.endpoint = endpoint
    this.#container = container
    this.#pod = pod
    this.#choice = choice
    this.#context = context
    this.#seen = new SeenTimes(context.remembersAll)
  }

  /** Reads the next sample, and adds its usage if it has any. */
  take(valueText: string, timeText: string | undefined, samples: UsageSample[]): Fate {
    if (timeText === undefined) return { bad: 'no timestamp' }
    const timestampSeconds = TIMES.seconds(timeText)
    if (Number.isNaN(timestampSeconds)) return { bad: TIMES.whyNot(timeText) }
    if (timestampSeconds > this.#context.endSeconds) return future(timestampSeconds)
    const { name, resource, isCounter } = this.#metric
    // NaN is Prometheus' marker for the end of a series. No rate is computed across it.
    const ended = /^nan$/i.test(valueText)
    const value = decimal(valueText)
    const most = isCounter ? MAX_CPU_SECONDS : resource === 'cpu' ? MAX_CORES : MAX_BYTES
    const why = whyNotUsage(name, valueText, value, most)
    if (why && !ended) return { bad: why }
    if (!ended) {
      const seen = this.#seen.take(timestampSeconds, value, Number.NaN)
      if (seen === 'earlier') return 'again'
      if (seen === 'other') return { bad: `its series has another value at the time ${quote(timeText)}` }
      if (seen === 'same') {
        this.#follow(timestampSeconds, value)
        return LEFT.repeated
      }
    }
    return isCounter
      ? this.#takeCount(timestampSeconds, value, valueText, samples)
      : this.#takeGauge(timestampSeconds, value, samples)
  }

  #takeGauge(timestampSeconds: number, value: number, samples: UsageSample[]): Fate {
    // The last reading of a container that has ended can be 0; a running one uses some memory.
    if (Number.isNaN(value) || (this.#metric.resource === 'memory' && value === 0)) return LEFT.gap
    return this.#use(timestampSeconds, value, samples)
  }

  #takeCount(timestampSeconds: number, value: number, valueText: string, samples: UsageSample[]): Fate {
    const before = { seconds: this.#seenSeconds, value: this.#seenValue }
    const isBackwards = before.seconds >= 0 && timestampSeconds < before.seconds
    // One step back among many forward means that a file was appended to a newer one.
    const isJump = isBackwards && this.#isBackwards === false
    this.#isBackwards = isJump || before.seconds < 0 ? undefined : isBackwards
    this.#follow(timestampSeconds, value)
    if (Number.isNaN(value)) return LEFT.gap
    if (isJump || Number.isNaN(before.value)) return undefined
    const [from, to] = isBackwards
      ? [{ seconds: timestampSeconds, value }, before]
      : [before, { seconds: timestampSeconds, value }]
    // A counter that falls has restarted at zero.
    const grown = to.value < from.value ? to.value : to.value - from.value
    const cpuCores = grown / (to.seconds - from.seconds)
    if (cpuCores > MAX_CORES) return { bad: `counter ${quote(valueText)} grows by more than ${MAX_CORES} s a second` }
    return this.#use(to.seconds, cpuCores, samples)
  }

  #follow(seconds: number, value: number): void {
    this.#seenSeconds = seconds
    this.#seenValue = value
  }

  #use(timestampSeconds: number, value: number, samples: UsageSample[]): Fate {
    if (!isInside(this.#context.window, timestampSeconds)) return LEFT.outside
    if (!this.#choice.takes(this, timestampSeconds)) return LEFT.scrapedTwice
    const isCpu = this.#metric.resource === 'cpu'
    samples.push({
      container: this.#container,
      pod: this.#pod,
      timestampSeconds,
      cpuCores: isCpu ? value : Number.NaN,
      memoryBytes: isCpu ? Number.NaN : value,
    })
    return undefined
  }
}
