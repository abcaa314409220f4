/** How close a sweep gets to the least value, as a ratio. */
const CLOSE = 1.03
/** By how much a sweep looks below and above its guess. */
const STRIDE = 1.2
/** More than from 1/10 to 10 times the guess. */
const MOST_STRIDES = 13

/**
 * The least value that holds, to within 3 %: from a guess down or up until one fails and another holds, then by bisection.
 *
 * @param holds whether a value is enough; more of it is never less enough, but for noise
 */
export async function leastThatHolds(guess: number, holds: (value: number) => Promise<boolean>): Promise<number> {
  let [fails, enough] = [0, Number.POSITIVE_INFINITY]
  let value = guess
  for (let strides = 0; fails === 0 || enough === Number.POSITIVE_INFINITY; strides++) {
    if (strides > MOST_STRIDES) throw new Error(`looked from ${guess} to ${value}, and found no edge`)
    if (await holds(value)) enough = value
    else fails = value
    value = enough === value ? value / STRIDE : value * STRIDE
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
