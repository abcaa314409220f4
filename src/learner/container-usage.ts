import type { ByteReader, ByteWriter } from './bytes.ts'
import { DailyPeaks } from './daily-peaks.ts'
import { DecayingHistogram } from './decaying-histogram.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'

/** Beyond any machine there is: such a reading is a broken meter, not usage. */
const ABSURD_CPU_CORES = 10_000
const ABSURD_MEMORY_BYTES = 2 ** 50
/** 2100-01-01: a later time is milliseconds taken for seconds, or a broken clock, and would outweigh all else for ever. */
const ABSURD_TIME_SECONDS = 4_102_444_800

const OOM_BUMP_RATIO = 1.2
const OOM_MINIMUM_BUMP_BYTES = 100 * 2 ** 20

/**
 * All that is kept of the usage of one container of a workload, over all its Pods: decayed histograms of both resources
 * and the peaks of recent days. Its size is fixed: about 2 KiB.
 */
export class ContainerUsage {
  readonly cpu = new DecayingHistogram(CPU_BUCKETS)
  readonly memory = new DecayingHistogram(MEMORY_BUCKETS)
  readonly days = new DailyPeaks()
  /** Earliest and latest time of a sample taken in; the first is later than the last while there is none. */
  firstSeconds = ABSURD_TIME_SECONDS
  lastSeconds = 0

  /**
   * Takes in what makes sense of one sample; the rest leaves no trace.
   *
   * @param cpuCores, memoryBytes NaN where the source has no such value
   * @returns whether all of it made sense and there was something to learn
   */
  add(timestampSeconds: number, cpuCores: number, memoryBytes: number): boolean {
    if (!(timestampSeconds >= 0 && timestampSeconds < ABSURD_TIME_SECONDS)) return false
    const hasCpu = cpuCores >= 0 && cpuCores <= ABSURD_CPU_CORES
    const hasMemory = memoryBytes >= 0 && memoryBytes <= ABSURD_MEMORY_BYTES
    if (!hasCpu && !hasMemory) return false

    if (hasCpu) this.cpu.add(cpuCores, timestampSeconds)
    if (hasMemory) this.memory.add(memoryBytes, timestampSeconds)
    this.days.add(timestampSeconds, hasCpu ? cpuCores : Number.NaN, hasMemory ? memoryBytes : Number.NaN)
    if (timestampSeconds < this.firstSeconds) this.firstSeconds = timestampSeconds
    if (timestampSeconds > this.lastSeconds) this.lastSeconds = timestampSeconds
    return (hasCpu || Number.isNaN(cpuCores)) && (hasMemory || Number.isNaN(memoryBytes))
  }

  /**
   * An OOM kill is censored demand: it was above the limit, by how much nobody saw. It counts as a peak of the limit and
   * 20 % more, at least 100 MiB more, as in VPA (`--oom-bump-up-ratio`, `--oom-min-bump-up-bytes`).
   */
  addOomKill(timestampSeconds: number, limitBytes: number): void {
    if (!(limitBytes > 0)) return
    const demand = Math.max(limitBytes * OOM_BUMP_RATIO, limitBytes + OOM_MINIMUM_BUMP_BYTES)
    if (this.add(timestampSeconds, Number.NaN, demand)) this.days.addOomKill(timestampSeconds)
  }

  write(to: ByteWriter): void {
    to.float64(this.firstSeconds)
    to.float64(this.lastSeconds)
    this.cpu.write(to)
    this.memory.write(to)
    this.days.write(to)
  }

  read(from: ByteReader): void {
    this.firstSeconds = from.float64()
    this.lastSeconds = from.float64()
    this.cpu.read(from)
    this.memory.read(from)
    this.days.read(from)
  }
}
