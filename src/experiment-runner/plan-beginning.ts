import { DEFAULT_TRIALS, type ExperimentStatus, hasEnded, isoSeconds } from '../api/index.ts'
import { identityOf, namesOf, runningOf, writing } from './context.ts'
import type { ExperimentObject } from './objects.ts'
import type { Circumstances, Observed } from './observed.ts'
import { originalsOf } from './originals.ts'
import { refusalOf } from './refusals.ts'
import { FINALIZER, NOTHING, type Step } from './step.ts'
import { deadlineSeconds, LEASE_SECONDS, secondsSince, TARGET_WAIT_SECONDS } from './times.ts'

/** Before the first trial: an experiment is refused, waits for its turn, or stores what it will change. */
export function planBeginning(observed: Observed, circumstances: Circumstances): Step {
  const { experiment, lease } = observed
  const { now } = circumstances
  const { status = {}, metadata, spec } = experiment
  const write = (next: ExperimentStatus): Step =>
    next.phase === status.phase && next.message === status.message
      ? NOTHING
      : writing({ observed, circumstances }, { ...status, ...next })

  // Before it is its turn, targets may have what another experiment tries.
  const before = observed.others.find((other) => isBefore(other, experiment))
  if (before)
    return write({ phase: 'Pending', reason: 'Waiting', message: `waits for experiment ${before.metadata.name}` })
  const isFree = !lease || lease.holder === '' || now.getTime() - lease.renewedAt > LEASE_SECONDS * 1000
  const isOurs = lease?.holder === identityOf(experiment)
  if (!isOurs && !isFree && !holderHasEnded(lease.holder, observed.others))
    return write({
      phase: 'Pending',
      reason: 'Waiting',
      message: `waits for ${lease.holder.split('/')[0]}, which has the Lease of this namespace`,
    })
  const refusal = refusalOf(observed, circumstances)
  if (refusal) {
    const mayCome =
      refusal.reason === 'TargetNotFound' && secondsSince(metadata.creationTimestamp, now) < TARGET_WAIT_SECONDS
    // It has the Lease only if it was to begin: the Lease is free then at the latest when it expires.
    return write({ phase: mayCome ? 'Pending' : 'Refused', ...refusal })
  }
  if (!metadata.finalizers?.includes(FINALIZER)) return { do: 'add finalizer' }
  if (!isOurs) return { do: 'take lease' }
  const startedAt = isoSeconds(now)
  return writing(
    { observed, circumstances },
    {
      ...status,
      ...runningOf(observed),
      ...{ startedAt, deadlineAt: isoSeconds(new Date(now.getTime() + deadlineSeconds(spec) * 1000)) },
      originals: originalsOf(observed),
      summary: { target: namesOf(observed).slice(0, 300), trials: `0/${spec.maxTrials ?? DEFAULT_TRIALS}` },
    },
  )
}

/** Whether another experiment goes first: one that has begun, then the oldest. */
function isBefore(other: ExperimentObject, experiment: ExperimentObject): boolean {
  if (hasEnded(other.status)) return false
  if (other.status?.originals) return true
  // Nothing is known of it yet, or it waits for something else.
  if (other.metadata.deletionTimestamp !== undefined || other.status?.reason !== 'Waiting') {
    const isNew = other.status?.phase === undefined && other.metadata.deletionTimestamp === undefined
    if (!isNew) return false
  }
  const [a, b] = [other, experiment].map(
    ({ metadata: { creationTimestamp = '', name } }) => `${creationTimestamp} ${name}`,
  )
  return a! < b!
}

/** Whether the holder of a Lease is an experiment that has ended or is gone, so that nothing of it is left to restore. */
function holderHasEnded(holder: string, others: readonly ExperimentObject[]): boolean {
  const [name, uid] = holder.split('/')
  if (uid === undefined) return false
  const other = others.find(({ metadata }) => metadata.name === name && metadata.uid === uid)
  return !other || hasEnded(other.status)
}
