import type { WorkloadContainer } from '../workloads/index.ts'
import type { UsageSample } from './source.ts'

const FIRST_CAPACITY = 1024

/** Usage of one container over all its Pods, stored compactly: 24 bytes per sample, so that millions of samples fit in memory. */
export class UsageColumns {
  readonly container: WorkloadContainer
  #length = 0
  #seconds = new Float64Array(FIRST_CAPACITY)
  #cores = new Float64Array(FIRST_CAPACITY)
  #bytes = new Float64Array(FIRST_CAPACITY)
  /** Shares of requests that missed the SLO, NaN if unknown; undefined while no sample has one. */
  #badShares: Float32Array | undefined
  #isSorted = true

  constructor(container: WorkloadContainer) {
    this.container = container
  }

  get length(): number {
    return this.#length
  }

  /** Whether any sample has a share of requests that missed the SLO. */
  get hasBadShares(): boolean {
    return this.#badShares !== undefined
  }

  add({ timestampSeconds, cpuCores, memoryBytes, badShare }: UsageSample): void {
    if (this.#length === this.#seconds.length) this.#grow()
    if (this.#length > 0 && timestampSeconds < this.#seconds[this.#length - 1]!) this.#isSorted = false
    this.#seconds[this.#length] = timestampSeconds
    this.#cores[this.#length] = cpuCores
    this.#bytes[this.#length] = memoryBytes
    if (badShare !== undefined) {
      this.#badShares ??= new Float32Array(this.#seconds.length).fill(Number.NaN)
      this.#badShares[this.#length] = badShare
    }
    this.#length++
  }

  /** Sorts the samples by time. Samples with the same time keep their order. */
  sort(): void {
    if (this.#isSorted) return
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i)
    order.sort((a, b) => this.#seconds[a]! - this.#seconds[b]! || a - b)
    for (const column of ['seconds', 'cores', 'bytes'] as const) {
      const from = { seconds: this.#seconds, cores: this.#cores, bytes: this.#bytes }[column]
      const to = Float64Array.from(order, (i) => from[i]!)
      if (column === 'seconds') this.#seconds = to
      else if (column === 'cores') this.#cores = to
      else this.#bytes = to
    }
    const shares = this.#badShares
    if (shares) this.#badShares = Float32Array.from(order, (i) => shares[i]!)
    this.#isSorted = true
  }

  /** Time of a sample, Unix seconds. @param index from 0, below `length` */
  secondsAt(index: number): number {
    return this.#seconds[index]!
  }

  /** Share of requests that missed the SLO; NaN if there is none. */
  badShareAt(index: number): number {
    return this.#badShares?.[index] ?? Number.NaN
  }

  sampleAt(index: number): UsageSample {
    const sample = {
      container: this.container,
      pod: '',
      timestampSeconds: this.#seconds[index]!,
      cpuCores: this.#cores[index]!,
      memoryBytes: this.#bytes[index]!,
    }
    const badShare = this.badShareAt(index)
    return Number.isNaN(badShare) ? sample : { ...sample, badShare }
  }

  #grow(): void {
    const grown = (column: Float64Array) => {
      const larger = new Float64Array(column.length * 2)
      larger.set(column)
      return larger
    }
    this.#seconds = grown(this.#seconds)
    this.#cores = grown(this.#cores)
    this.#bytes = grown(this.#bytes)
    if (this.#badShares) {
      const larger = new Float32Array(this.#seconds.length).fill(Number.NaN)
      larger.set(this.#badShares)
      this.#badShares = larger
    }
  }
}

/** Collects the samples of a source, in any order, by container and in order of time. Names of Pods are dropped. */
export async function inColumns(batches: AsyncIterable<readonly UsageSample[]>): Promise<UsageColumns[]> {
  const columns = new Map<WorkloadContainer, UsageColumns>()
  for await (const samples of batches) {
    let last: UsageColumns | undefined
    for (const sample of samples) {
      if (last?.container !== sample.container) {
        last = columns.get(sample.container) ?? new UsageColumns(sample.container)
        columns.set(sample.container, last)
      }
      last.add(sample)
    }
  }
  const all = [...columns.values()]
  for (const each of all) each.sort()
  return all
}

const BATCH = 4096

/**
 * The samples of a source, one container after the other and each in order of time. It needs all of them in memory: for a larger
 * source, read a window of it.
 */
export async function* inTimeOrder(
  batches: AsyncIterable<readonly UsageSample[]>,
): AsyncGenerator<readonly UsageSample[]> {
  for (const column of await inColumns(batches)) {
    for (let from = 0; from < column.length; from += BATCH) {
      const length = Math.min(BATCH, column.length - from)
      yield Array.from({ length }, (_, i) => column.sampleAt(from + i))
    }
  }
}
