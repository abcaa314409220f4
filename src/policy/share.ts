import type { Nanos } from '../resources/index.ts'

/** A share of a value, 0.5 half of it. In millionths: exact enough, and no number of a 64 TiB node overflows. */
export function shareOf(value: Nanos, share: number): Nanos {
  return (value * BigInt(Math.round(share * 1e6))) / 1_000_000n
}
