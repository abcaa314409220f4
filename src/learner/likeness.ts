import { AGES, type InstanceLevel, type Level } from './instance.ts'
import { DEVIATION_OF_MEDIAN, median } from './quantiles.ts'

/** Standard deviation between instances of an application about which nothing is known, in buckets: a third. */
const POOLED_DEVIATION = 6
/** The pooled deviation counts as much as this many instances. */
const POOLED_INSTANCES = 2
const MINIMUM_DEVIATION = 1
/** An instance this many standard deviations from the median is unlike the others. */
const UNLIKE_FROM = 3
/** Standard deviation of instances that are unlike the others, in buckets: a factor of 2.7. */
const UNLIKE_DEVIATION = 20
/** Usage of one hour is much like that of the next: so many hours tell as much as one independent observation. */
const HOURS_ALIKE = 3
const MINIMUM_SPREAD = 1.5
/**
 * How far usage of the first hour may be below what follows, in buckets, where it is not known how the others began: by half. After n
 * hours, it is an nth of that.
 */
const WARM_UP = 14

/** How an instance compares with the others of its application. */
export interface Likeness {
  /** Probability that it is like the others. */
  readonly like: number
  /** The others that are like each other: their indices, and by how many buckets their usage is to be moved to be that of this one. */
  readonly moves: readonly { readonly index: number; readonly by: number }[]
}

/**
 * Compares the level of a young instance with the levels of others of the same application: it is like them, with a normal distribution
 * of levels, or unlike, with a wide one. Both are weighed by Bayes' rule with what was seen so far. If it is like the others, its level
 * is between theirs and its own, by their variances (empirical Bayes: Efron, Morris 1973), and the others' levels are drawn together so
 * far that they show what is not known of it (Louis 1984).
 *
 * @param others at least one
 * @param own its level so far, and the hours in which it was seen
 */
export function likenessOf(others: readonly InstanceLevel[], own: Level & { readonly hours: number }): Likeness {
  const usual = median(others.map(({ middle }) => middle))
  const seen = Math.max(
    DEVIATION_OF_MEDIAN * median(others.map(({ middle }) => Math.abs(middle - usual))),
    MINIMUM_DEVIATION,
  )
  const between =
    (others.length * seen ** 2 + POOLED_INSTANCES * POOLED_DEVIATION ** 2) / (others.length + POOLED_INSTANCES)
  const isLike = others.map(({ middle }) => Math.abs(middle - usual) <= UNLIKE_FROM * Math.sqrt(between))
  const alike = others.flatMap(({ middle }, index) => (isLike[index] ? [{ middle, index }] : []))
  const center = alike.reduce((sum, { middle }) => sum + middle, 0) / alike.length
  const unlike = (others.length - alike.length + 0.5) / (others.length + 1)

  const within = Math.max(median(alike.map(({ index }) => others[index]!.spread)), MINIMUM_SPREAD) ** 2
  const begun = alike.flatMap(({ index }) => (others[index]!.belowAtFirst ? [others[index]!.belowAtFirst] : []))
  const below = begun.length > 0 ? median(begun.map((first) => first[ageOf(own.hours)]!)) : 0
  const expected = own.middle + below
  const isAbove = expected > center
  // Usage is seldom higher at first than later, so a few minutes of high usage tell as much as an hour.
  const hours = isAbove ? Math.max(own.hours, 1) : own.hours
  if (hours <= 0) return { like: 1 - unlike, moves: alike.map(({ index }) => ({ index, by: 0 })) }
  const warmUp = isAbove || (begun.length > 0 && hours >= 1) ? 0 : (WARM_UP / hours) ** 2
  const error = within / (hours / HOURS_ALIKE) + warmUp
  const ifLike = (1 - unlike) * density(expected - center, between + error)
  const ifUnlike = unlike * density(expected - center, UNLIKE_DEVIATION ** 2 + error)
  const trust = between / (between + error)
  const level = center + trust * (expected - center)
  const together = Math.sqrt(1 - trust)
  return {
    like: ifLike / Math.max(ifLike + ifUnlike, Number.MIN_VALUE),
    moves: alike.map(({ index, middle }) => ({ index, by: level + together * (middle - center) - middle })),
  }
}

/** Index of the highest of `AGES` that is not above an age. */
function ageOf(hours: number): number {
  return Math.max(
    AGES.findLastIndex((age) => age <= hours),
    0,
  )
}

function density(distance: number, variance: number): number {
  return Math.exp(-(distance ** 2) / (2 * variance)) / Math.sqrt(variance)
}
