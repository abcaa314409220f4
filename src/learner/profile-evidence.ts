import type { ResourceEvidence } from '../api/index.ts'
import type { ContainerRecord } from './container-record.ts'
import type { Followed } from './followed.ts'
import { daysOfHistory } from './hour-statistics.ts'
import type { Profile } from './instance.ts'

/** A name is cut to this many characters, so that the basis fits its field. */
const MAX_NAME = 45
/** A profile that counts for less than this many days is not worth mentioning. */
const MINIMUM_DAYS = 0.5

/**
 * Adds what a decision owes to other instances of the application.
 *
 * @param followed what the profile says about the resource; undefined if nothing
 */
export function withProfile(
  evidence: ResourceEvidence,
  profile: Profile | undefined,
  followed: Pick<Followed<unknown>, 'days' | 'like' | 'moves'> | undefined,
  record: ContainerRecord,
): ResourceEvidence {
  const days = followed ? followed.like * followed.days : 0
  if (!profile || !followed || days < MINIMUM_DAYS) return evidence
  const instances = followed.moves.length
  const { application } = profile
  const name = application.length > MAX_NAME ? `${application.slice(0, MAX_NAME - 1)}…` : application
  const decides = days > daysOfHistory(record.usage)
  return {
    ...evidence,
    ...(decides && {
      basis: `learned from ${instances} other instance${instances === 1 ? '' : 's'} of ${name}`,
    }),
    profile: { application: name, instances, days: Math.round(days * 10) / 10, decides },
  }
}
