import type { SloOverTime } from '../../insight/index.ts'
import type { Change } from '../wire.ts'
import type { Mark } from './plot-data.ts'

/** Data of the plot of one objective: a share for each of `seconds`; null where there were no requests, or nothing was read. */
export interface SloPlotData {
  readonly seconds: readonly number[]
  readonly shares: readonly (number | null)[]
  /** Share that may be bad, at the same times. */
  readonly budget: readonly number[]
  /** Revisions that were applied in this time. */
  readonly marks: readonly (Mark & { readonly revision: number })[]
}

interface Shown {
  readonly objective: { readonly name: string; readonly kind: 'latency' | 'errors'; readonly budget: number }
  readonly changelog: readonly Change[]
  /** Most of the time that is shown; all that is known if undefined. */
  readonly rangeSeconds?: number | undefined
}

/** Cuts out the time that is to be shown, from the first known share on; undefined if there are no two shares to draw. */
export function sloPlotData(
  slosOverTime: SloOverTime | undefined,
  { objective, changelog, rangeSeconds = Number.POSITIVE_INFINITY }: Shown,
): SloPlotData | undefined {
  const { name, kind, budget } = objective
  const found = slosOverTime?.objectives.find((one) => one.name === name && one.kind === kind)
  if (!slosOverTime || !found) return undefined
  const { fromSeconds, stepSeconds } = slosOverTime
  const most = Math.ceil(rangeSeconds / stepSeconds)
  const first = Math.max(
    found.shares.findIndex((share) => share !== null),
    found.shares.length - most,
  )
  const shares = found.shares.slice(first)
  if (shares.filter((share) => share !== null).length < 2) return undefined
  const seconds = shares.map((_, i) => fromSeconds + (first + i) * stepSeconds)
  const marks = changelog.flatMap(({ time, reason, by, revision, changes = [] }) => {
    const at = Date.parse(time) / 1000
    const isShown = at >= seconds[0]! && at <= seconds.at(-1)! + stepSeconds
    if (revision === undefined || changes.length === 0 || !isShown) return []
    return [{ revision, seconds: at, text: `${reason} by ${by}`, short: String(revision), isKill: false }]
  })
  return { seconds, shares, budget: seconds.map(() => budget), marks: marks.sort((a, b) => a.seconds - b.seconds) }
}

/** Top of the scale: above the budget and the highest share. */
export function topOf({ shares, budget }: SloPlotData): number {
  return Math.min(1, 1.15 * Math.max(...shares.map((share) => share ?? 0), budget[0] ?? 0))
}
