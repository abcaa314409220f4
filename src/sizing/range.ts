import { limitBounds, type ReasonCode, type ResourceBounds, shareOf } from '../policy/index.ts'
import type { Allotment, Nanos } from '../resources/index.ts'
import type { AuthorsBounds } from './authors-bounds.ts'
import { max } from './extremes.ts'
import type { LimitRule } from './limit-range.ts'

/** One end of a range, with the reason code for values that are moved to it. */
export interface End {
  readonly value: Nanos
  readonly because: ReasonCode
}

export interface Range {
  readonly min: End
  readonly max: End
}

/** Ranges of the request and the limit of one resource of one container. */
export interface Ranges {
  readonly request: Range
  readonly limit: Range
}

/** Sources of the ranges, from the strictest to the softest. */
export interface RangeSources {
  readonly bounds: ResourceBounds
  readonly limitRange: LimitRule | undefined
  /** Bounds that the Pod's author sets in annotations. */
  readonly wanted: AuthorsBounds
}

/**
 * Intersection of the sources. Bounds and LimitRange are hard: if they do not overlap, `min` is above `max`. Shares of what the
 * author requested, and the author's bounds, only narrow the rest.
 */
export function rangesOf(author: Allotment, sources: RangeSources): Ranges {
  const { bounds, limitRange, wanted } = sources
  const { minShare, maxShare, minLimitShare, maxLimitShare } = bounds
  const request = hardRange(bounds.min, bounds.max, limitRange)
  const { min, max } = limitBounds(bounds)
  const limit = hardRange(min, max, limitRange)
  return {
    request: soften(request, author.request, { min: minShare, max: maxShare }, wanted),
    limit: soften(limit, author.limit, { min: minLimitShare, max: maxLimitShare }, wanted),
  }
}

interface Share {
  readonly min: number | undefined
  readonly max: number | undefined
}

function hardRange(min: Nanos, max: Nanos, rule: LimitRule | undefined): Range {
  return {
    min:
      rule?.min !== undefined && rule.min > min
        ? { value: rule.min, because: 'RaisedToLimitRange' }
        : { value: min, because: 'RaisedToMinimum' },
    max:
      rule?.max !== undefined && rule.max < max
        ? { value: rule.max, because: 'CappedAtLimitRange' }
        : { value: max, because: 'CappedAtMaximum' },
  }
}

function soften({ min, max }: Range, asked: Nanos | undefined, share: Share, wanted: AuthorsBounds): Range {
  // Soft bounds must not hide that the hard ones do not overlap.
  if (min.value > max.value) return { min, max }
  let [low, high] = [min, max]
  if (asked !== undefined && share.min !== undefined)
    low = raise(low, { value: shareOf(asked, share.min), because: 'RaisedToMinimum' }, max)
  if (wanted.min !== undefined) low = raise(low, { value: wanted.min, because: 'RaisedToAuthorsMinimum' }, max)
  if (asked !== undefined && share.max !== undefined)
    high = lower(high, { value: shareOf(asked, share.max), because: 'CappedAtMaximum' }, low)
  if (wanted.max !== undefined) high = lower(high, { value: wanted.max, because: 'CappedAtAuthorsMaximum' }, low)
  return { min: low, max: high }
}

function raise(low: End, to: End, max: End): End {
  if (to.value <= low.value) return low
  return to.value <= max.value ? to : max
}

/** Lowers the upper end of a range, but not below its lower end, which has priority. */
function lower(high: End, to: End, low: End): End {
  if (to.value >= high.value) return high
  return { value: max(to.value, low.value), because: to.because }
}
