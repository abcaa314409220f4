/** How long one request computes, in CPU seconds: draws from uniform numbers in 0..1. */
export type ServiceTime = (random: () => number) => number

export interface ServiceOptions {
  readonly serviceTime: ServiceTime
  /** Latency above which a request is bad, in seconds. */
  readonly thresholdSeconds: number
  /** Time for which a request waits without CPU, such as for a database, in seconds. */
  readonly waits?: ((random: () => number, load: number) => number) | undefined
  /** Cores of the node, which bound a service without a CPU limit. */
  readonly nodeCores?: number
  /** Largest factor by which the rate of arrivals differs from its mean: 1 is Poisson. */
  readonly burstiness?: number
  readonly seed?: number
}

export interface Served {
  readonly bad: number
  readonly total: number
  readonly usedCores: number
  /** Share of the periods with work in which the quota ran out. */
  readonly throttledShare: number
}

/** Length of a period of the CFS bandwidth control, in seconds. */
const PERIOD = 0.1
/** Limit on concurrent requests. More are refused and count as bad, because no client waits forever. */
const MOST_AT_ONCE = 400
/** Mean length of a burst and of the calm after it, in seconds. */
const BURST_SECONDS = 0.5

/**
 * A service with a CPU limit, request by request: requests arrive at random and in bursts, share the cores of the node equally (each uses one
 * at most), and all stop when the quota of a period of 100 ms is used up. It knows nothing of the models that learn from it.
 */
export class CfsService {
  readonly #options: ServiceOptions
  readonly #random: () => number
  #now = 0
  #periodEnd = PERIOD
  #quotaLeft = 0
  /** CPU time that each running request has had since it began. All advance together. */
  #attained = 0
  /** Running requests, sorted by their end: attained time at the end, and arrival. */
  readonly #running: { readonly doneAt: number; readonly cameAt: number; readonly load: number }[] = []
  #isBurst = false
  #switchAt = 0

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#random = randomFrom(options.seed ?? 1)
  }

  /** Number of running requests. */
  get waiting(): number {
    return this.#running.length
  }

  /**
   * Serves requests for a time.
   *
   * @param load requests per second
   * @param limitCores CPU limit; Infinity for none
   */
  serve(seconds: number, load: number, limitCores: number): Served {
    const { nodeCores = 16, thresholdSeconds, serviceTime, waits, burstiness = 1 } = this.#options
    const until = this.#now + seconds
    const quota = limitCores * PERIOD
    let [bad, total, used, periods, throttled] = [0, 0, 0, 0, 0]
    let [isActive, isThrottled] = [false, false]
    let arrival = this.#now + this.#pause(load, burstiness)
    this.#quotaLeft = Math.min(this.#quotaLeft, quota)
    while (this.#now < until) {
      const count = this.#running.length
      const rate = count === 0 ? 0 : Math.min(count, nodeCores)
      const each = count === 0 ? 0 : Math.min(1, nodeCores / count)
      const stopped = this.#quotaLeft <= 1e-12
      if (count > 0) isActive = true
      if (count > 0 && stopped) isThrottled = true
      const done = count > 0 && !stopped ? this.#now + (this.#running[0]!.doneAt - this.#attained) / each : Infinity
      const empty = count > 0 && !stopped ? this.#now + this.#quotaLeft / rate : Infinity
      const next = Math.min(done, empty, arrival, this.#periodEnd, until)
      if (count > 0 && !stopped) {
        const elapsed = next - this.#now
        this.#attained += elapsed * each
        this.#quotaLeft = next === empty ? 0 : this.#quotaLeft - elapsed * rate
        used += elapsed * rate
      }
      this.#now = next
      if (next === this.#periodEnd) {
        this.#periodEnd += PERIOD
        this.#quotaLeft = quota
        if (isActive) periods++
        if (isThrottled) throttled++
        isActive = isThrottled = false
      }
      if (next === done) {
        const { cameAt, load: then } = this.#running.shift()!
        total++
        if (next - cameAt + (waits?.(this.#random, then) ?? 0) > thresholdSeconds) bad++
      }
      if (next === arrival) {
        if (count >= MOST_AT_ONCE) {
          total++
          bad++
        } else this.#insert(this.#attained + serviceTime(this.#random), load)
        arrival = this.#now + this.#pause(load, burstiness)
      }
    }
    return { bad, total, usedCores: used / seconds, throttledShare: periods === 0 ? 0 : throttled / periods }
  }

  #insert(doneAt: number, load: number): void {
    let at = this.#running.length
    while (at > 0 && this.#running[at - 1]!.doneAt > doneAt) at--
    this.#running.splice(at, 0, { doneAt, cameAt: this.#now, load })
  }

  /** Time to the next request: Poisson with a rate that switches between a high and a low one with the same mean. */
  #pause(load: number, burstiness: number): number {
    if (this.#now >= this.#switchAt) {
      this.#isBurst = !this.#isBurst
      this.#switchAt = this.#now - BURST_SECONDS * Math.log(1 - this.#random())
    }
    const rate = load * (this.#isBurst ? burstiness : 2 - burstiness)
    return -Math.log(1 - this.#random()) / Math.max(rate, load / 20)
  }
}

/** Service times with a mean of `seconds`. */
export const SERVICE_TIMES = {
  fixed:
    (seconds: number): ServiceTime =>
    () =>
      seconds,
  exponential:
    (seconds: number): ServiceTime =>
    (random) =>
      -seconds * Math.log(1 - random()),
  /** A log-normal with a coefficient of variation of 1.3. */
  lognormal: (seconds: number): ServiceTime => {
    const sigma = Math.sqrt(Math.log(1 + 1.3 ** 2))
    return (random) => {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      return seconds * Math.exp(sigma * normal - sigma ** 2 / 2)
    }
  },
  /** Nine in ten are short, and one is 9 times as long. */
  bimodal:
    (seconds: number): ServiceTime =>
    (random) =>
      (random() < 0.1 ? 9 : 1) * (seconds / 1.8),
} as const

/** Uniform random numbers in 0..1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
