import { DAYS_KEPT } from './days.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'

/** Weights of past days halve in this time. */
const HALF_LIFE_DAYS = 14
/** Additional weight of the newest day, which halves with each further day back. */
const NEWEST_WEIGHT = 3
const WEEK_DAYS = 7

/** How a day's peak follows those before it: factors of the additional weight of the newest days and of the weight of the same weekday. */
const HABITS = [
  { newest: 1, sameWeekday: 1 },
  { newest: 0.25, sameWeekday: 1 },
  { newest: 4, sameWeekday: 1 },
  { newest: 1, sameWeekday: 4 },
] as const

/** Width of the kernel by which a peak is like a past one, in buckets. */
const LIKENESS_WIDTH = 2
/** Probability that a peak is unlike all earlier ones; then it may be in any of this many buckets. */
const UNLIKE = 0.1
const UNLIKE_BUCKETS = 100

/** By habit: how much a day counts for the one that comes `back` + 1 days after it. */
const WEIGHTS = HABITS.map(byAge)
/** Likelihood of a peak at this distance, in buckets, from a past one that it follows: a Laplace kernel. */
const LIKENESS = Float64Array.from(
  { length: MEMORY_BUCKETS.count },
  (_, buckets) => Math.exp(-buckets / LIKENESS_WIDTH) / (2 * LIKENESS_WIDTH),
)

function byAge({ newest, sameWeekday }: (typeof HABITS)[number]): Float64Array {
  return Float64Array.from({ length: DAYS_KEPT }, (_, back) => {
    const recency = 2 ** (-back / HALF_LIFE_DAYS) + NEWEST_WEIGHT * newest * 2 ** -back
    return (back + 1) % WEEK_DAYS === 0 ? recency * sameWeekday : recency
  })
}

/**
 * How much each past day counts for the next. Some containers' peaks wander, so that yesterday tells most; others differ from day to
 * day, or by the weekday. Each of these habits gives weights, and they are mixed by how likely it makes the known peaks, each from those
 * before it (Bayesian model averaging with equal priors: Hoeting et al. 1999).
 *
 * @param days by age, the newest first; `back` is 0 for the last 24 hours, at most 41, `peak` a bucket
 * @returns a weight for each day; their sum is that of the first habit
 */
export function weighDays(days: readonly { readonly back: number; readonly peak: number }[]): Float64Array {
  const evidence = WEIGHTS.map((weights) => logLikelihood(days, weights))
  const most = Math.max(...evidence)
  const totals = WEIGHTS.map((weights) => days.reduce((sum, { back }) => sum + weights[back]!, 0))
  const beliefs = evidence.map((each) => Math.exp(each - most))
  const belief = beliefs.reduce((sum, each) => sum + each, 0)
  const shares = beliefs.map((each, i) => (each / belief) * (totals[0]! / totals[i]!))
  return Float64Array.from(days, ({ back }) =>
    WEIGHTS.reduce((sum, weights, i) => sum + shares[i]! * weights[back]!, 0),
  )
}

/** Logarithm of how likely all peaks but the oldest are, each as a mixture of those before it. */
function logLikelihood(
  days: readonly { readonly back: number; readonly peak: number }[],
  weights: Float64Array,
): number {
  let sum = 0
  for (let i = 0; i < days.length - 1; i++) {
    const day = days[i]!
    let like = 0
    let total = 0
    for (let j = i + 1; j < days.length; j++) {
      const before = days[j]!
      const weight = weights[before.back - day.back - 1]!
      like += weight * LIKENESS[Math.abs(before.peak - day.peak)]!
      total += weight
    }
    sum += Math.log(((1 - UNLIKE) * like) / total + UNLIKE / UNLIKE_BUCKETS)
  }
  return sum
}
