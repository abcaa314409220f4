/** What happened in one window in which the CPU in force did not change. */
export interface ServedWindow {
  /** Requests per second, of all Pods together. */
  readonly load: number
  /** CPU in force of all Pods together, in cores. */
  readonly cores: number
  readonly bad: number
  readonly total: number
}

/** A normal distribution. */
export interface Estimate {
  readonly mean: number
  readonly sd: number
}

/**
 * Requests of a window are slow together, so a window of many of them tells about as much as this many independent ones: with a
 * correlation of r within a window, n count as n / (1 + (n - 1) r), which is at most 1 / r (the design effect: Kish 1965).
 */
const CORRELATION = 0.01

/**
 * What is expected before the first window, of intercept, slope over load per core, and slope over load. For a queue in which
 * P(slow) = exp(-c (1 - u)), as M/M/1, the slope in log u is c u, and so ln(1 / budget) u / (1 - u) at the budget: 3 to 12 for a
 * budget of 0.05 and a utilization of 0.5 to 0.8.
 */
const PRIOR_MEANS = [-4, 6, 0] as const
const PRIOR_SDS = [3, 3, 1.5] as const
/** By how much each may move from window to window (standard deviations): services, their requests and what they wait for change. */
const DRIFT_SDS = [0.12, 0.04, 0.04] as const
/** Weight of the newest window in the mean of the last ones, and the factor by which the least of these is forgotten with each window. */
const LATELY = 0.25
const FORGET_ALWAYS = 1.002
/** Factor between the lowest and the highest load per core from which the least bad share counts as one that CPU does not change. */
const SPREAD_OF_ALWAYS = 1.5
const NEWTON_STEPS = 8
const MOST_LOG_ODDS = 12

/**
 * The share of bad requests of one service by load and CPU: a dynamic logistic model (West, Harrison, Migon, JASA 1985) with
 *
 *     ln(bad / good) = a + b ln(load / cores) + c ln(load)
 *
 * and a share that is bad at any load and CPU, such as requests that compute for longer than they may take: the least that was seen, once
 * load per core has varied.
 * Load per core is utilization up to the CPU that a request takes. Unlike measured utilization it is not cut off at the CPU limit.
 * `b` is what CPU explains, and `c` what comes with load at any amount of CPU, such as a database that is slow when it is busy. A change of
 * the CPU in force at the same load tells them apart. The intercept follows what changes without either. State: 3 means, 9 covariances, 2 shares, 2 loads per core.
 */
export class LatencyModel {
  readonly #mostAlways: number
  /** Share of bad requests that is always there, and the mean of the last windows. */
  #always = Number.POSITIVE_INFINITY
  #lately: number | undefined
  /** Lowest and highest load per core so far. */
  #lowest = Number.POSITIVE_INFINITY
  #highest = 0
  readonly #mean: number[] = [...PRIOR_MEANS]
  /** Covariance matrix, row by row. */
  readonly #covariance: number[] = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => (i === j ? PRIOR_SDS[i]! * PRIOR_SDS[i]! : 0)),
  )
  /** Logarithms of load per core and load of the first window, from which both are counted. */
  #origin: readonly [perCore: number, load: number] | undefined

  /** @param mostAlways largest share of bad requests that may be taken as always there, 0..1 */
  constructor(mostAlways = 0) {
    this.#mostAlways = mostAlways
  }

  /** What is known of `b`, the power of load per core with which the odds of a bad request rise. */
  get slope(): Estimate {
    return { mean: this.#mean[1]!, sd: Math.sqrt(this.#covariance[4]!) }
  }

  /** Takes in a window with at least one request. */
  observe({ load, cores, bad, total }: ServedWindow): void {
    this.#origin ??= [Math.log(load / cores), Math.log(load)]
    this.#lowest = Math.min(this.#lowest, load / cores)
    this.#highest = Math.max(this.#highest, load / cores)
    this.#drift()
    this.#noteAlways(bad / total)
    const features = this.#features(load, cores)
    const gain = this.#times(features)
    const variance = dot(features, gain)
    const before = dot(features, this.#mean)
    const count = total / (1 + Math.max(0, total - 1) * CORRELATION)
    const always = this.#alwaysBad
    const badCount = (Math.min(1, Math.max(0, bad / total - always)) / (1 - always)) * count
    const after = mostLikely(before, variance, badCount, count)
    const information = count * probability(after) * (1 - probability(after))
    const shrink = information / (1 + information * variance)
    for (let i = 0; i < 3; i++) {
      this.#mean[i]! += (gain[i]! * (after - before)) / variance
      for (let j = 0; j < 3; j++) this.#covariance[3 * i + j]! -= gain[i]! * gain[j]! * shrink
    }
    // CPU never makes requests slower.
    if (this.#mean[1]! < 0) this.#mean[1] = 0
  }

  /** Takes in what is known of the slope from elsewhere, such as load tests of the same program. */
  noteSlope({ mean, sd }: Estimate): void {
    const gain = this.#times([0, 1, 0]).map((covariance) => covariance / (this.#covariance[4]! + sd * sd))
    const row = this.#covariance.slice(3, 6)
    const surprise = mean - this.#mean[1]!
    for (let i = 0; i < 3; i++) {
      this.#mean[i]! += gain[i]! * surprise
      for (let j = 0; j < 3; j++) this.#covariance[3 * i + j]! -= gain[i]! * row[j]!
    }
  }

  /** A model that knows the same and learns apart. */
  copy(): LatencyModel {
    const copy = new LatencyModel(this.#mostAlways)
    copy.#mean.splice(0, 3, ...this.#mean)
    copy.#covariance.splice(0, 9, ...this.#covariance)
    copy.#origin = this.#origin
    copy.#always = this.#always
    copy.#lately = this.#lately
    copy.#lowest = this.#lowest
    copy.#highest = this.#highest
    return copy
  }

  /** Doubts what is known of the level, as after a new version of the program: how it responds to load per core is kept. */
  doubt(): void {
    this.#covariance[0]! = Math.max(this.#covariance[0]!, PRIOR_SDS[0] ** 2 / 2)
  }

  /** Share of bad requests that is predicted, with so many standard deviations of what is not known. */
  badShare(load: number, cores: number, caution: number): number {
    const { mean, sd } = this.logOdds(load, cores)
    return this.#alwaysBad + (1 - this.#alwaysBad) * probability(mean + caution * sd)
  }

  /** Logarithm of the odds of a request that is bad and need not be. */
  logOdds(load: number, cores: number): Estimate {
    if (!this.#origin) return { mean: PRIOR_MEANS[0], sd: PRIOR_SDS[0] }
    const features = this.#features(load, cores)
    return { mean: dot(features, this.#mean), sd: Math.sqrt(Math.max(0, dot(features, this.#times(features)))) }
  }

  get #alwaysBad(): number {
    // Among windows with about the same load per core, the least says nothing about what more CPU would leave.
    const isKnown = this.#highest >= this.#lowest * SPREAD_OF_ALWAYS
    return isKnown ? Math.min(this.#always, this.#mostAlways) : 0
  }

  #noteAlways(badShare: number): void {
    this.#lately = this.#lately === undefined ? badShare : this.#lately + (badShare - this.#lately) * LATELY
    this.#always = Math.min(this.#always * FORGET_ALWAYS, this.#lately)
  }

  #features(load: number, cores: number): readonly number[] {
    const [perCore, ofLoad] = this.#origin!
    return [1, Math.log(load / cores) - perCore, Math.log(load) - ofLoad]
  }

  #times(features: readonly number[]): readonly number[] {
    return [0, 1, 2].map((i) => dot(this.#covariance.slice(3 * i, 3 * i + 3), features))
  }

  /** What has not been told for a while becomes unsure again, but never more than in the beginning. */
  #drift(): void {
    for (let i = 0; i < 3; i++) {
      const variance = this.#covariance[4 * i]!
      this.#covariance[4 * i] = Math.max(variance, Math.min(variance + DRIFT_SDS[i]! ** 2, PRIOR_SDS[i]! ** 2))
    }
  }
}

/** Probability of these logarithms of odds. */
export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

/** The log-odds that are most likely after `bad` of `count` requests, if they were normal with this mean and variance before. */
function mostLikely(mean: number, variance: number, bad: number, count: number): number {
  let at = mean
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const p = probability(at)
    const step = (bad - count * p - (at - mean) / variance) / (count * p * (1 - p) + 1 / variance)
    at = Math.max(-MOST_LOG_ODDS, Math.min(MOST_LOG_ODDS, at + Math.max(-3, Math.min(3, step))))
  }
  return at
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!
}
