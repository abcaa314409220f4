import type { TimeWindow } from '../../history/index.ts'
import type { Envelope } from '../wire.ts'

/** Samples of one resource of one container, over all its Pods, in any order; a missing value is NaN. */
export interface Points {
  readonly seconds: readonly number[]
  readonly values: readonly number[]
}

/**
 * The lowest, mean and highest value in each of `spans` equal spans of time. So the size of a plot is bounded however
 * many samples there are, and no peak is lost.
 */
export function envelopeOf(
  { seconds, values }: Points,
  { fromSeconds, toSeconds }: TimeWindow,
  spans: number,
): Envelope {
  const low = new Array<number>(spans).fill(Number.POSITIVE_INFINITY)
  const high = new Array<number>(spans).fill(Number.NEGATIVE_INFINITY)
  const sum = new Array<number>(spans).fill(0)
  const count = new Array<number>(spans).fill(0)
  for (const [i, at] of seconds.entries()) {
    const value = values[i]!
    if (!Number.isFinite(value) || at < fromSeconds || at >= toSeconds) continue
    const span = Math.min(spans - 1, Math.floor(((at - fromSeconds) / (toSeconds - fromSeconds)) * spans))
    low[span] = Math.min(low[span]!, value)
    high[span] = Math.max(high[span]!, value)
    sum[span]! += value
    count[span]!++
  }
  const known = (of: (span: number) => number) => count.map((n, span) => (n === 0 ? null : rounded(of(span))))
  return {
    low: known((span) => low[span]!),
    mean: known((span) => sum[span]! / count[span]!),
    high: known((span) => high[span]!),
  }
}

/** Rounds a value to four digits, which is more than a screen shows. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
