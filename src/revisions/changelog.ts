import {
  CHANGELOG_LENGTH,
  CHANGELOG_VALUES,
  type Change,
  type ChangeReason,
  isoSeconds,
  MOST_CHANGES,
} from '../api/index.ts'
import { EVENTS, type RevisionEvent } from './events.ts'

/** Changelog entries for events, in order; events that the changelog does not contain add none. */
export function changesOf(events: readonly RevisionEvent[], now: Date): Change[] {
  return events.flatMap(({ reason, by, revision, from, confidence, changes, message }) =>
    EVENTS[reason].inChangelog
      ? [
          {
            time: isoSeconds(now),
            reason: reason as ChangeReason,
            by,
            ...(revision !== undefined && { revision }),
            ...(from !== undefined && { from }),
            ...(confidence !== undefined && { confidence }),
            // Added and removed containers together may exceed the maximum of a Pod, and the API server would refuse such an entry.
            ...(changes && { changes: changes.slice(0, MOST_CHANGES) }),
            ...(message !== undefined && { message }),
          },
        ]
      : [],
  )
}

/** Appends entries to a changelog and drops the oldest ones beyond its limits; the newest entry is always kept whole. */
export function appended(changelog: readonly Change[], added: readonly Change[]): Change[] {
  const all = [...changelog, ...added].slice(-CHANGELOG_LENGTH)
  let values = 0
  let first = all.length
  while (first > 0) {
    values += all[first - 1]!.changes?.length ?? 0
    if (values > CHANGELOG_VALUES && first < all.length) break
    first--
  }
  return all.slice(first)
}
