import { CHANGELOG_LENGTH, CHANGELOG_VALUES, type Change, type ChangeReason } from '../api/index.ts'
import { EVENTS, type RevisionEvent } from './events.ts'
import { isoSeconds } from './time.ts'

/** The entries that events add to a changelog, in order. */
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
            ...(changes && { changes: [...changes] }),
            ...(message !== undefined && { message }),
          },
        ]
      : [],
  )
}

/** The newest entries of a changelog with new ones: as many as may be kept, the newest always whole. */
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
