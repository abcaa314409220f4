/** How close a sweep gets to the least value, as a ratio. */
const CLOSE = 1.03
/** Enough to go from half to twice the guess with the smallest stride. */
const MOST_STRIDES = 13

/**
 * The lowest value that holds, to within 3 %: goes down or up from a guess until one value fails and another holds, then bisects.
 *
 * @param stride ratio of two values that it tries one after the other: larger for a rough guess
 * @param holds whether a value is enough. If one is, all higher ones are, except for noise
 */
export async function leastThatHolds(
  guess: number,
  stride: number,
  holds: (value: number) => Promise<boolean>,
): Promise<number> {
  let [fails, enough] = [0, Number.POSITIVE_INFINITY]
  let value = guess
  for (let strides = 0; fails === 0 || enough === Number.POSITIVE_INFINITY; strides++) {
    if (strides > MOST_STRIDES) throw new Error(`looked from ${guess} to ${value}, and found no edge`)
    if (await holds(value)) enough = value
    else fails = value
    value = enough === value ? value / stride : value * stride
  }
  while (enough / fails > CLOSE) {
    const between = Math.sqrt(enough * fails)
    if (await holds(between)) enough = between
    else fails = between
  }
  return enough
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2]!
}
