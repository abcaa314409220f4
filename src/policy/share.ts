import type { Nanos } from '../resources/index.ts'

/** A share of a value, rounded down: 0.5 is half of it. The share itself is rounded to millionths. */
export function shareOf(value: Nanos, share: number): Nanos {
  return (value * BigInt(Math.round(share * 1e6))) / 1_000_000n
}
