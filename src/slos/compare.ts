import { shareOf } from './burn.ts'
import type { Requests } from './reading.ts'

/** Requests of some Pods. */
export interface Group {
  /** Number of Pods that served them, at least 1. */
  readonly pods: number
  readonly requests: Requests
  /** The same by Pod; undefined where that is not known. */
  readonly byPod?: readonly Requests[] | undefined
}

/** Difference of two shares, with the limits of its confidence interval. */
export interface ShareDifference {
  readonly difference: number
  readonly low: number
  readonly high: number
}

/**
 * Quantile of the standard normal distribution: 1 of 1,000 intervals has the difference below `low`. It is computed every minute, so a
 * random result must be rare.
 */
const NORMAL_QUANTILE = 3.0902
/**
 * Correlation of two requests of one Pod that is assumed before any data: of Pods that do the same, 14 % of whose requests are bad,
 * the shares differ by 5 % (standard deviation). Requests of one Pod share its node, its caches and its neighbours.
 */
const PRIOR_CORRELATION = 0.02
/** For how many Pods the assumption counts. */
const PRIOR_PODS = 8

/**
 * Difference of the shares of bad requests of two groups of Pods, with its confidence interval.
 *
 * The interval is Newcombe's hybrid of two score intervals, which is good for small samples and for shares near 0 (R. G. Newcombe,
 * Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 1998, method 10). Requests of one
 * Pod are correlated, so both samples are divided by their design effects first (J. N. K. Rao and A. J. Scott, A simple method for the
 * analysis of clustered binary data, Biometrics 48, 1992). The correlation is estimated by moments (D. A. Williams, Extra-binomial
 * variation in logistic linear models, Applied Statistics 31, 1982). From a few Pods that says little: it is averaged with an
 * assumption that counts as eight Pods, and the quantile is that of the t distribution with as many degrees of freedom (as in
 * G. K. Smyth, Linear models and empirical Bayes methods, Statistical Applications in Genetics and Molecular Biology 3, 2004).
 *
 * @returns undefined if one of them had no requests
 */
export function differenceOfShares(a: Group, b: Group): ShareDifference | undefined {
  const [p, q] = [shareOf(a.requests), shareOf(b.requests)]
  if (p === undefined || q === undefined) return undefined
  const { correlation, degrees } = correlationIn([a, b])
  const t = tQuantile(degrees)
  const [one, other] = [scoreInterval(p, effective(a, correlation), t), scoreInterval(q, effective(b, correlation), t)]
  return {
    difference: p - q,
    low: p - q - Math.hypot(p - one.low, other.high - q),
    high: p - q + Math.hypot(one.high - p, q - other.low),
  }
}

/** Number of independent requests that say as much as those of the group. */
function effective(group: Group, correlation: number): number {
  return group.requests.total / Math.max(1, 1 + (perPod(group) - 1) * correlation)
}

/** Mean requests of a Pod as a request meets them: a Pod with more load counts by its load. */
function perPod({ requests, pods, byPod }: Group): number {
  if (!byPod) return requests.total / pods
  return byPod.reduce((sum, { total }) => sum + total * total, 0) / requests.total
}

/** Correlation of two requests of one Pod within groups of the same share. */
function correlationIn(groups: readonly Group[]): { readonly correlation: number; readonly degrees: number } {
  let [excess, weight, degrees] = [0, 0, 0]
  for (const { byPod = [], requests } of groups) {
    const share = shareOf(requests)!
    // Where all or none are bad, nothing can differ.
    if (share <= 0 || share >= 1) continue
    const served = byPod.filter(({ total }) => total > 0)
    const freedom = Math.max(0, served.length - 1)
    degrees += freedom
    for (const { bad, total } of served) {
      const squared = (bad - share * total) ** 2 / (total * share * (1 - share))
      excess += squared - freedom / served.length
      weight += (Math.max(0, total - 1) * freedom) / served.length
    }
  }
  const estimated = weight > 0 ? Math.min(1, Math.max(0, excess / weight)) : 0
  const all = PRIOR_PODS + degrees
  return { correlation: (PRIOR_PODS * PRIOR_CORRELATION + degrees * estimated) / all, degrees: all }
}

/** E. B. Wilson, Probable inference, Journal of the American Statistical Association 22 (1927). */
function scoreInterval(share: number, count: number, z: number): { readonly low: number; readonly high: number } {
  const squared = z * z
  const middle = share + squared / (2 * count)
  const half = z * Math.sqrt((share * (1 - share)) / count + squared / (4 * count * count))
  const scale = 1 + squared / count
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) }
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5; within 1 % from 8 degrees of freedom. */
function tQuantile(degrees: number): number {
  const z = NORMAL_QUANTILE
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7]
  return (
    z +
    (z3 + z) / (4 * degrees) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees ** 3)
  )
}
