import { CPU_FEATURES, MEMORY_FEATURES } from './confidence.ts'

/** For how long a decision is watched. */
const WATCH_HOURS = 24

/**
 * A decision whose next 24 hours are watched, so that confidence can be learned from whether it held: the features that
 * were known when it was made, and what has been seen of the outcome since.
 */
export class WatchedDecision {
  /** Hour from which on it is watched, counted from the container's first sample; −1 while none is. */
  hour = -1
  /** Buckets of the CPU request and of the memory limit; −1 where there is none. */
  cpuRequest = -1
  memoryLimit = -1
  /** Largest share of samples above the CPU request with which it holds. */
  statedShare = 0
  /** CPU samples so far, and how many of them were above the request. */
  samples = 0
  samplesAbove = 0
  /** Whether memory was above the limit. */
  limitExceeded = false
  /** Hours with CPU samples so far. */
  hours = 0
  /** Hour of the last CPU sample; −1 before the first. */
  lastHour = -1
  /** Features of the CPU request, as `cpuFeatures` fills them. */
  readonly cpuFeatures = new Float32Array(CPU_FEATURES)
  /** Features of the memory limit, as `memoryFeatures` fills them. */
  readonly memoryFeatures = new Float32Array(MEMORY_FEATURES)

  /** Starts to watch a decision from `hour` on; the caller fills in its features. @param cpuRequest, memoryLimit buckets */
  begin(hour: number, cpuRequest: number, memoryLimit: number): void {
    this.hour = hour
    this.cpuRequest = cpuRequest
    this.memoryLimit = memoryLimit
    this.samples = 0
    this.samplesAbove = 0
    this.limitExceeded = false
    this.hours = 0
    this.lastHour = -1
  }

  /** Adds a sample. @param hour of the sample @param cpu, memory its buckets; −1 where it has none */
  observe(hour: number, cpu: number, memory: number): void {
    if (this.hour < 0 || hour < this.hour || hour >= this.hour + WATCH_HOURS) return
    if (cpu >= 0) {
      this.samples++
      if (cpu > this.cpuRequest) this.samplesAbove++
      if (hour !== this.lastHour) this.hours++
      this.lastHour = hour
    }
    if (memory > this.memoryLimit) this.limitExceeded = true
  }

  /** Whether the 24 hours are over at the beginning of `hour`. */
  isOver(hour: number): boolean {
    return this.hour >= 0 && hour >= this.hour + WATCH_HOURS
  }
}
