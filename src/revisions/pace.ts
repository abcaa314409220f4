import type { RecommendationStatus, Revision, ValueChange, WrittenValues } from '../api/index.ts'
import { parseQuantity } from '../resources/index.ts'

/**
 * Which values may change now, each by a step: all of them (`due`), only raises or only decreases (`raising`, `lowering`), values that
 * were never sized (`waiting`), or none (`protecting`). Memory of OOM-killed containers may rise at any pace, and values that were
 * never sized may change at any pace but `protecting`.
 */
export type Pace = 'due' | 'raising' | 'lowering' | 'waiting' | 'protecting'

/** Whether only some of the learned values may change, because the rest has to wait for its time. */
export function isPartial(pace: Pace | undefined): boolean {
  return pace === 'raising' || pace === 'lowering' || pace === 'waiting'
}

/** How often the values of one workload may change. */
export interface PaceRules {
  /** Minimum time between two decreases. */
  readonly betweenDecreasesMilliseconds: number
  /** Minimum time between two steps up to the same learned values. The first step does not wait. */
  readonly betweenStepsUpMilliseconds: number
}

/**
 * Returns the pace of a workload: a raise to newly learned values never waits; further steps up, and decreases, wait until enough time
 * has passed.
 *
 * @param current the revision from which values change; undefined if there is none
 * @param loweredMilliseconds Unix time of the last decrease; undefined if no decrease is known
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
 * Unix time in milliseconds of the last change that lowered a value, or raised one for pressure, because such a raise is lowered as
 * slowly as others.
 *
 * @param since changes before this time are ignored
 * @returns undefined if there was none since then, as far as the changelog reaches
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

/** Whether a limit is tighter: it is lower, or there was none before. */
function isTighter(from: WrittenValues | undefined, to: WrittenValues | undefined): boolean {
  return to?.limit !== undefined && (from?.limit === undefined || isLower(from.limit, to.limit))
}
