import type { WorkloadFacts } from './facts.ts'
import type { WaitingInsight } from './model.ts'

const APPROVERS = 'somebody who may "approve" recommendations.plimsoll.dev'

/**
 * What keeps the learned values from being applied, and who can change that: the first cause that applies, in the order in which
 * the learner checks them. Values that only wait for the next step wait for nobody.
 */
export function waitingOf(
  { workload: { namespace }, recommendation }: WorkloadFacts,
  nowSeconds: number,
): WaitingInsight | undefined {
  const { waiting, pending, canary, rollback, changelog = [] } = recommendation?.status ?? {}
  const until = waiting?.until
  if (waiting?.because === 'Held' || waiting?.because === 'Frozen') {
    const { because } = waiting
    const since = changelog.findLast(({ reason }) => reason === because)?.time
    const holder = recommendation?.spec?.hold?.by
    return {
      state: because,
      forWhom:
        because === 'Held' && holder
          ? `${holder}, or somebody else who may resume it`
          : 'somebody who may end the freeze',
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      says: `Nothing new is applied: ${waiting.message}.`,
    }
  }
  if (pending) {
    const says = `Revision ${pending.revision} waits for approval.`
    return { state: 'Pending', forWhom: `${APPROVERS} in namespace ${namespace}`, since: pending.time, says }
  }
  if (waiting?.because === 'Young') {
    const says = `Not all learned values are applied yet: ${waiting.message}.`
    return { state: 'Young', forWhom: 'more days of usage', ...(until !== undefined && { until }), says }
  }
  if (waiting?.because === 'SloBurning' || waiting?.because === 'SloMissing') {
    const { because, message } = waiting
    const forWhom = because === 'SloBurning' ? 'fewer bad requests' : 'the series of the SLO'
    return { state: because, forWhom, says: `Nothing is lowered, and raises continue: ${message}.` }
  }
  if (waiting) {
    return {
      state: waiting.because,
      forWhom: 'the next change window',
      ...(until !== undefined && { until }),
      says: `Changes wait: ${waiting.message}.`,
    }
  }
  if (canary) {
    const { percent, since, revision } = canary
    const says = `Revision ${revision.revision} is tried on ${percent} % of the new Pods first.`
    return { state: 'Canary', forWhom: 'Pods that carry it', ...(since !== undefined && { since }), says }
  }
  if (rollback && Date.parse(rollback.until) / 1000 > nowSeconds) {
    const { revision, time, until, message } = rollback
    return {
      ...{ state: 'RolledBack', forWhom: 'time to pass', since: time, until },
      says: `Revision ${revision} was rolled back: ${message}.`,
    }
  }
  return undefined
}
