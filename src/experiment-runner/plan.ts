import { hasEnded, isoSeconds } from '../api/index.ts'
import { begunOf, ending, identityOf, writing } from './context.ts'
import type { Circumstances, Observed } from './observed.ts'
import { planBeginning } from './plan-beginning.ts'
import { planRestoring } from './plan-restoring.ts'
import { planRunning } from './plan-running.ts'
import { FINALIZER, NOTHING, type Step } from './step.ts'

/**
 * Decides the next step of an experiment from what is in the cluster alone, so that the successor of a process that died between two steps
 * can continue from there.
 */
export function nextStep(observed: Observed, circumstances: Circumstances): Step {
  const { experiment, namespace, lease } = observed
  const { status = {} } = experiment
  const hasFinalizer = experiment.metadata.finalizers?.includes(FINALIZER) ?? false
  const release: Step = hasFinalizer ? { do: 'remove finalizer' } : NOTHING
  // All of it is being deleted, and nothing new can be created in it.
  if (namespace.isTerminating) return release
  const isDeleted = experiment.metadata.deletionTimestamp !== undefined
  const { phase } = status
  if (hasEnded(status)) return release
  if (isDeleted && !status.originals) {
    return hasFinalizer && lease?.holder === identityOf(experiment) ? { do: 'release lease' } : release
  }
  if (phase === undefined || phase === 'Pending' || !status.originals) return planBeginning(observed, circumstances)
  const begun = begunOf(observed, circumstances)
  if (phase === 'Restoring') return planRestoring(begun)
  return isDeleted ? ending(begun, 'Deleted', 'the Experiment was deleted') : planRunning(begun)
}

/** The status of an experiment that cannot continue because of an error; undefined where that is known. */
export function waitingBecause(
  observed: Observed,
  circumstances: Circumstances,
  reason: string,
  message: string,
): Step | undefined {
  const { status = {} } = observed.experiment
  const text = message.slice(0, 2000)
  if (status.reason === reason && status.message === text) return undefined
  return writing({ observed, circumstances }, { ...status, phase: status.phase ?? 'Pending', reason, message: text })
}

/** Ends an experiment that an error keeps from continuing. It reports no results: they may be what fails. */
export function endingBecause(observed: Observed, circumstances: Circumstances, message: string): Step {
  const { status = {} } = observed.experiment
  const endedAt = isoSeconds(circumstances.now)
  const text = message.slice(0, 2000)
  return writing(
    { observed, circumstances },
    { ...status, phase: 'Restoring', reason: 'Error', message: text, endedAt },
  )
}
