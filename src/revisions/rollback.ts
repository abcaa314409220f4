import type { Change, RecommendationSpec, RecommendationStatus, Revision, Rollback } from '../api/index.ts'
import { isoSeconds } from './time.ts'

const DAY_MILLISECONDS = 24 * 3600 * 1000
const MOST_DAYS = 32
/** Between what somebody saw applied and their wish to have it taken back. */
const MEANWHILE_MILLISECONDS = 5 * 60 * 1000

/**
 * What is known when a revision is taken back: the first time, the next one waits for a day; each time after, twice as long,
 * at most 32 days.
 *
 * @param before the rollback that stands, of another revision
 */
export function rollbackOf(revision: Revision, before: Rollback | undefined, message: string, now: Date): Rollback {
  const count = (before?.count ?? 0) + 1
  const days = Math.min(MOST_DAYS, 2 ** (count - 1))
  return {
    revision: revision.revision,
    learned: revision.towards ?? revision.revision,
    time: isoSeconds(now),
    until: isoSeconds(new Date(now.getTime() + days * DAY_MILLISECONDS)),
    count,
    message,
  }
}

/**
 * Whether somebody wishes a revision taken back: by its number, or by that of the one whose place it took while they wrote.
 *
 * @param trail what says which one that was, and when
 */
export function isRollbackOf(
  wish: RecommendationSpec['rollback'],
  revision: number,
  trail: readonly Change[] | undefined,
  now: Date,
): boolean {
  if (!wish) return false
  if (wish.revision === revision) return true
  const came = trail?.findLast((change) => change.revision === revision)
  return (
    came !== undefined && wish.revision === came.from && now.getTime() - Date.parse(came.time) < MEANWHILE_MILLISECONDS
  )
}

/** Whether a new revision may be tried: the wait is over, and what made trouble is not what is still learned. */
export function mayTryAgain({ rollback, learned }: RecommendationStatus, now: Date): boolean {
  if (!rollback) return true
  return now.getTime() >= Date.parse(rollback.until) && learned !== undefined && learned.revision !== rollback.learned
}
