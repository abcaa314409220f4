/** Random numbers that come out the same for the same seed. Source: mulberry32, public domain. */
export interface Seeded {
  /** Uniform over [0, 1). */
  uniform(): number
  between(low: number, high: number): number
  /** Uniform in the logarithm. */
  logBetween(low: number, high: number): number
  normal(): number
}

export function seeded(seed: number): Seeded {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + (high - low) * uniform()
  return {
    uniform,
    between,
    logBetween: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
