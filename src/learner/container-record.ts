import { type Goal, Goal as Goals } from '../api/index.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { crc32 } from './crc32.ts'
import { GOAL_PRICES } from './goals.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { Standing } from './standing.ts'
import { HOUR_SECONDS, UsageMemory } from './usage-memory.ts'

/** Beyond any machine there is: such a reading is a broken meter, not usage. */
const ABSURD_CPU_CORES = 10_000
const ABSURD_MEMORY_BYTES = 2 ** 50
/** 2100-01-01: a later time is milliseconds taken for seconds, or a broken clock, and would outweigh all else for ever. */
const ABSURD_TIME_SECONDS = 4_102_444_800

const OOM_BUMP_RATIO = 1.2
const OOM_MINIMUM_BUMP_BYTES = 100 * 2 ** 20

/** All that is kept of one container of a workload: its usage over all its Pods, and what is out for it. */
export class ContainerRecord {
  readonly memory = new UsageMemory()
  standing = new Standing()
  /** What the standing row was decided for. */
  goal: Goal = 'balanced'
  /** Earliest and latest time of a sample taken in; the first is later than the last while there is none. */
  firstSeconds = ABSURD_TIME_SECONDS
  lastSeconds = 0
  cpuSamples = 0
  memorySamples = 0
  /** When its image was seen to change, Unix time; −1 while it has not been. */
  versionSeconds = -1
  /** Of the image it runs; 0 while that is not known. */
  #version = 0
  /** From where hours are counted; the time of the sample that came first. */
  #originSeconds = -1

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

    if (this.#originSeconds < 0) this.#originSeconds = timestampSeconds
    const hour = this.hourOf(timestampSeconds)
    const cpu = hasCpu ? CPU_BUCKETS.indexOf(cpuCores) : -1
    const memory = hasMemory ? MEMORY_BUCKETS.indexOf(memoryBytes) : -1
    this.standing.see(hour, cpu, memory, cpuCores, GOAL_PRICES[this.goal].use)
    this.memory.add(hour, cpu, memory)
    if (hasCpu) this.cpuSamples++
    if (hasMemory) this.memorySamples++
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
    if (!this.add(timestampSeconds, Number.NaN, demand)) return
    this.memory.days.countKill(Math.floor(this.hourOf(timestampSeconds) / 24))
    this.standing.wasKilled = true
  }

  /** Takes in what the container runs now. @param image as its Pod names it */
  noteVersion(image: string, nowSeconds: number): void {
    const version = crc32(new TextEncoder().encode(image))
    if (version === this.#version) return
    if (this.#version !== 0) {
      this.versionSeconds = nowSeconds
      this.standing.hasNewVersion = true
    }
    this.#version = version
  }

  /** Hours since the first sample; never negative, as what is earlier still counts as the first hour. */
  hourOf(timestampSeconds: number): number {
    return Math.max(0, Math.floor((timestampSeconds - this.#originSeconds) / HOUR_SECONDS))
  }

  /** Unix time of the beginning of an hour. */
  startOf(hour: number): number {
    return this.#originSeconds + hour * HOUR_SECONDS
  }

  write(to: ByteWriter): void {
    const times = [this.#originSeconds, this.firstSeconds, this.lastSeconds, this.versionSeconds]
    to.float64s([...times, this.cpuSamples, this.memorySamples])
    to.uint32(this.#version)
    to.uint32(Goals.options.indexOf(this.goal))
    this.memory.write(to)
    this.standing.write(to)
  }

  /** @param version of the saved state @throws RangeError where the goal is none that is known */
  read(from: ByteReader, version: number): void {
    this.#originSeconds = from.float64()
    this.firstSeconds = from.float64()
    this.lastSeconds = from.float64()
    if (version >= 3) this.versionSeconds = from.float64()
    this.cpuSamples = from.float64()
    this.memorySamples = from.float64()
    if (version >= 3) this.#version = from.uint32()
    const goal = Goals.options[from.uint32()]
    if (!goal) throw new RangeError('a goal that does not exist')
    this.goal = goal
    this.memory.read(from)
    this.standing.read(from, version)
  }
}
