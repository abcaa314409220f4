import type { Change, RecommendationSpec, RecommendationStatus, Revision, Rollback } from '../api/index.ts'
import { isoSeconds } from '../api/index.ts'

const DAY_MILLISECONDS = 24 * 3600 * 1000
const MOST_DAYS = 32
/** Time for which a request to roll a revision back may still name the revision that was applied before it. */
const MEANWHILE_MILLISECONDS = 5 * 60 * 1000

/**
 * Creates the record of a rollback. After the first rollback, no other revision is tried for a day; after each further one, for twice
 * as long, at most 32 days.
 *
 * @param before the last rollback, of another revision; undefined if there is none
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
 * Whether somebody asked to roll a revision back: by its number, or by the number of the revision that it replaced while the request
 * was written.
 *
 * @param changelog shows which revision that was, and when it was replaced
 */
export function isRollbackOf(
  asked: RecommendationSpec['rollback'],
  revision: number,
  changelog: readonly Change[] | undefined,
  now: Date,
): boolean {
  if (!asked) return false
  if (asked.revision === revision) return true
  const came = changelog?.findLast((change) => change.revision === revision)
  return (
    came !== undefined && asked.revision === came.from && now.getTime() - Date.parse(came.time) < MEANWHILE_MILLISECONDS
  )
}

/** Whether a new revision may be tried: the wait is over, and the learned revision is no longer the one that caused trouble. */
export function mayTryAgain({ rollback, learned }: RecommendationStatus, now: Date): boolean {
  if (!rollback) return true
  return now.getTime() >= Date.parse(rollback.until) && learned !== undefined && learned.revision !== rollback.learned
}
