import type { RecommendationStatus, Revision, ValueChange, WrittenValues } from '../api/index.ts'
import { parseQuantity } from '../resources/index.ts'

/**
 * Which values may move now, each by a step: all of them (`due`), only those that rise or only those that fall (`raising`,
 * `lowering`), those that were never sized (`waiting`), or none (`protecting`). Memory that was OOM-killed rises at any pace, and
 * what was never sized moves at any but `protecting`.
 */
export type Pace = 'due' | 'raising' | 'lowering' | 'waiting' | 'protecting'

/** Whether only some of what was learned may move, because the rest has to wait for its time. */
export function isPartial(pace: Pace | undefined): boolean {
  return pace === 'raising' || pace === 'lowering' || pace === 'waiting'
}

/** How often the values of one workload may move. */
export interface PaceRules {
  /** Minimum time between two decreases. */
  readonly betweenDecreasesMilliseconds: number
  /** Minimum time between two steps up to the same learned values. The first step does not wait. */
  readonly betweenStepsUpMilliseconds: number
}

/**
 * Returns the pace of a workload: a raise to what was newly learned never waits, further steps up and decreases each wait for their
 * time to pass.
 *
 * @param current the revision from which values move; undefined if there is none
 * @param loweredMilliseconds Unix time of the last decrease; undefined if there was none as far as that is known
 */
export function paceOf(
  current: Revision | undefined,
  { learned }: Pick<RecommendationStatus, 'learned'>,
  loweredMilliseconds: number | undefined,
  now: Date,
  { betweenDecreasesMilliseconds, betweenStepsUpMilliseconds }: PaceRules,
): Pace {
  if (!current) return 'due'
  const isNewlyLearned = learned !== undefined && (current.towards ?? current.revision) < learned.revision
  const mayRaise = isNewlyLearned || now.getTime() - Date.parse(current.time) >= betweenStepsUpMilliseconds
  const mayLower =
    loweredMilliseconds === undefined || now.getTime() - loweredMilliseconds >= betweenDecreasesMilliseconds
  if (mayRaise) return mayLower ? 'due' : 'raising'
  return mayLower ? 'lowering' : 'waiting'
}

/**
 * Unix time in milliseconds of the last change that took something away, or gave more for pressure: that returns as slowly.
 *
 * @param since changes before this time do not matter, and are not looked at
 * @returns undefined if there was none since then, as far as the changelog reaches back
 */
export function lastLowered(
  { changelog = [] }: Pick<RecommendationStatus, 'changelog'>,
  since: number,
): number | undefined {
  for (let i = changelog.length - 1; i >= 0; i--) {
    const { time, reason, changes = [] } = changelog[i]!
    const at = Date.parse(time)
    if (at < since) return undefined
    if (reason === 'RaisedForPressure' || changes.some(lowers)) return at
  }
  return undefined
}

function lowers({ from, to }: ValueChange): boolean {
  return isLower(from?.request, to?.request) || isTighter(from, to)
}

function isLower(from: string | undefined, to: string | undefined): boolean {
  return from !== undefined && to !== undefined && parseQuantity(to)! < parseQuantity(from)!
}

/** Whether a limit takes something away: it falls, or there was none. */
function isTighter(from: WrittenValues | undefined, to: WrittenValues | undefined): boolean {
  return to?.limit !== undefined && (from?.limit === undefined || isLower(from.limit, to.limit))
}
