import type { RecommendationStatus, Revision, Rollback } from '../recommendations/index.ts'
import { isoSeconds } from './time.ts'

const DAY_MILLISECONDS = 24 * 3600 * 1000
const MOST_DAYS = 32

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

/** Whether a new revision may be tried: the wait is over, and what made trouble is not what is still learned. */
export function mayTryAgain({ rollback, learned }: RecommendationStatus, now: Date): boolean {
  if (!rollback) return true
  return now.getTime() >= Date.parse(rollback.until) && learned !== undefined && learned.revision !== rollback.learned
}
