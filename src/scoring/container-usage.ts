import type { UsageColumns } from '../history/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'

/** Readings of one resource, in order of time; `seconds` and `values` have the same length. */
export interface Series {
  /** Times of the readings, Unix time in seconds. */
  readonly seconds: Float64Array
  /** Values of the readings, in cores or bytes. */
  readonly values: Float64Array
}

/** Usage of one container, in all its Pods. */
export interface ContainerUsage {
  readonly container: WorkloadContainer
  /** Times of the first and last sample of either resource, Unix time in seconds. */
  readonly firstSeconds: number
  readonly lastSeconds: number
  readonly cpu: Series
  readonly memory: Series
}

/** @param columns samples in order of time, at least one */
export function containerUsage(columns: UsageColumns): ContainerUsage {
  const seconds = new Float64Array(columns.length)
  const cores = new Float64Array(columns.length)
  const bytes = new Float64Array(columns.length)
  for (let i = 0; i < columns.length; i++) {
    const sample = columns.sampleAt(i)
    seconds[i] = sample.timestampSeconds
    cores[i] = sample.cpuCores
    bytes[i] = sample.memoryBytes
  }
  return {
    container: columns.container,
    firstSeconds: seconds[0]!,
    lastSeconds: seconds.at(-1)!,
    cpu: withoutGaps(seconds, cores),
    memory: withoutGaps(seconds, bytes),
  }
}

function withoutGaps(seconds: Float64Array, values: Float64Array): Series {
  if (!values.some(Number.isNaN)) return { seconds, values }
  const isKnown = (_: number, i: number) => !Number.isNaN(values[i])
  return { seconds: seconds.filter(isKnown), values: values.filter(isKnown) }
}

/** Index of the first time that is not before `atSeconds`. */
export function firstFrom(seconds: Float64Array, atSeconds: number): number {
  let low = 0
  let high = seconds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (seconds[middle]! < atSeconds) low = middle + 1
    else high = middle
  }
  return low
}
