import type { ByteReader, ByteWriter } from './bytes.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import type { Prices } from './prices.ts'
import { STRATEGIES } from './strategies.ts'
import { WatchedDecision } from './watched-decision.ts'

/** Number of features of CPU before version 5. */
const EARLIER_FEATURES = 15

/** The request that one of the `STRATEGIES` would have now, and what following it would have cost. */
export interface StrategyRecord {
  /** Bucket of its CPU request; −1 before its first plan. */
  request: number
  /** Cost of the past hours, changes included, in core hours; older hours count less. */
  spent: number
  /** Price of its last change while that is not part of `spent` yet, in core hours. */
  switching: number
  /** Cost of the samples since the last plan, summed over `strategySamples` samples, in cores. */
  hour: number
}

/**
 * The current decision for one container, made for certain prices, and what later decisions need to know about it. Before the first
 * decision, its buckets are −1.
 */
export class CurrentDecision {
  /** The prices that it was made for; undefined before the first decision. */
  prices: Prices | undefined
  /** Bucket of the CPU request. */
  cpuRequest = -1
  /** Buckets of the memory request and limit. */
  memoryRequest = -1
  memoryLimit = -1
  /** Probability that the CPU request and the memory limit hold for the next 24 hours; NaN where unknown. */
  cpuConfidence = Number.NaN
  memoryConfidence = Number.NaN
  /** Expected cost of the decided values, in cores and bytes; NaN where unknown. */
  cpuCost = Number.NaN
  memoryCost = Number.NaN
  /** Expected cost of the author's values, in cores and bytes; NaN where unknown. */
  authorCpuCost = Number.NaN
  authorMemoryCost = Number.NaN
  /** Expected cost of the Pods' current values, in cores and bytes; NaN where unknown. */
  inForceCpuCost = Number.NaN
  inForceMemoryCost = Number.NaN
  /** Index of the basis of the CPU request in `CPU_BASES`. */
  cpuBasis = 0
  /** The hour at which the last decision was due, counted from the first sample; −1 before the first. */
  dueHour = -1
  /** The hours at which the CPU request, and the memory request or limit, were lowered last; −1 if never. */
  cpuLoweredHour = -1
  memoryLoweredHour = -1
  /** Whether the container was OOM-killed after the decision. */
  wasKilled = false
  /** Whether the container's image changed after the decision. */
  hasNewVersion = false
  /** One record for each of the `STRATEGIES`. */
  readonly strategies: readonly StrategyRecord[] = STRATEGIES.map(() => ({
    request: -1,
    spent: 0,
    switching: 0,
    hour: 0,
  }))
  /** CPU samples since the strategies last planned. */
  strategySamples = 0
  readonly watched = new WatchedDecision()

  constructor(prices?: Prices) {
    this.prices = prices
  }

  /** Adds a sample. @param hour of the sample @param cpu, memory its buckets; −1 where it has none */
  observe(hour: number, cpu: number, memory: number, cpuCores: number): void {
    this.watched.observe(hour, cpu, memory)
    if (cpu < 0 || !this.prices || this.strategies[0]!.request < 0) return
    this.strategySamples++
    for (const strategy of this.strategies) {
      if (strategy.request < 0) continue
      const request = CPU_BUCKETS.edges[strategy.request]!
      strategy.hour += request + this.prices.cpu.shortfall * Math.max(cpuCores - request, 0)
    }
  }

  /** Starts to watch the decided values from `hour` on; the caller fills in the features. */
  watch(hour: number): void {
    this.watched.begin(hour, this.cpuRequest, this.memoryLimit)
  }

  /** Writes everything but the prices. */
  write(to: ByteWriter): void {
    const { watched } = this
    const buckets = [this.cpuRequest, this.memoryRequest, this.memoryLimit, watched.cpuRequest, watched.memoryLimit]
    for (const bucket of buckets) to.uint32(bucket + 1)
    to.float64s([this.cpuConfidence, this.memoryConfidence, this.dueHour, this.strategySamples])
    to.float64s([this.cpuCost, this.memoryCost, this.authorCpuCost, this.authorMemoryCost])
    to.uint32(this.cpuBasis)
    to.float64s([watched.hour, watched.lastHour, watched.statedShare])
    to.float64s([this.cpuLoweredHour, this.memoryLoweredHour, this.inForceCpuCost, this.inForceMemoryCost])
    for (const value of [watched.samples, watched.samplesAbove, watched.hours]) to.uint32(value)
    to.uint32((this.wasKilled ? 1 : 0) + (watched.limitExceeded ? 2 : 0) + (this.hasNewVersion ? 4 : 0))
    for (const { request, spent, switching, hour } of this.strategies) to.float64s([request, spent, switching, hour])
    to.float32s(watched.cpuFeatures)
    to.float32s(watched.memoryFeatures)
  }

  /**
   * Reads what `write` wrote.
   *
   * @param version of the saved state; versions before 3 had no costs and no basis, before 5 no hours of lowering and other features
   */
  read(from: ByteReader, version: number): void {
    const { watched } = this
    const bucket = () => from.uint32() - 1
    this.cpuRequest = bucket()
    this.memoryRequest = bucket()
    this.memoryLimit = bucket()
    watched.cpuRequest = bucket()
    watched.memoryLimit = bucket()
    this.cpuConfidence = from.float64()
    this.memoryConfidence = from.float64()
    this.dueHour = from.float64()
    this.strategySamples = from.float64()
    if (version >= 3) {
      this.cpuCost = from.float64()
      this.memoryCost = from.float64()
      this.authorCpuCost = from.float64()
      this.authorMemoryCost = from.float64()
      this.cpuBasis = from.uint32()
    }
    watched.hour = from.float64()
    watched.lastHour = from.float64()
    if (version >= 5) {
      watched.statedShare = from.float64()
      this.cpuLoweredHour = from.float64()
      this.memoryLoweredHour = from.float64()
      this.inForceCpuCost = from.float64()
      this.inForceMemoryCost = from.float64()
    }
    watched.samples = from.uint32()
    watched.samplesAbove = from.uint32()
    watched.hours = from.uint32()
    const flags = from.uint32()
    this.wasKilled = (flags & 1) !== 0
    watched.limitExceeded = (flags & 2) !== 0
    this.hasNewVersion = (flags & 4) !== 0
    for (const strategy of this.strategies) {
      strategy.request = from.float64()
      strategy.spent = from.float64()
      strategy.switching = from.float64()
      strategy.hour = from.float64()
    }
    from.float32s(version < 5 ? new Float32Array(EARLIER_FEATURES) : watched.cpuFeatures)
    from.float32s(watched.memoryFeatures)
    // Earlier versions judged a watched decision by another definition.
    if (version < 5) watched.hour = -1
  }
}
