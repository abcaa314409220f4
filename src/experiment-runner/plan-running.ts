import { isoSeconds } from '../api/index.ts'
import { nextTrial } from '../experiments/index.ts'
import { isPaused, PAUSED } from './autoscalers.ts'
import { type Begun, ending, identityOf, oursOf, reporting, runningOf, targetAt, writing } from './context.ts'
import { LOAD_FAILED, planTrial } from './plan-trial.ts'
import { trialsOf } from './problem.ts'
import { whyNotIn } from './refusals.ts'
import { FIELD_MANAGER, type Step } from './step.ts'
import { lastEditor, stateOfTarget } from './target-state.ts'
import { HEARTBEAT_SECONDS, secondsSince } from './times.ts'

/** Loads that fail one after another before the experiment ends: somebody must look at them. */
const MOST_FAILED_LOADS = 2

/** What an experiment that runs does next. */
export function planRunning(read: Begun): Step {
  // What is written next no longer names an error that has passed.
  const begun = { ...read, status: { ...read.status, ...runningOf(read.observed) } }
  const { status, circumstances, observed } = begun
  const { now } = circumstances
  if (status.deadlineAt !== undefined && now.getTime() > Date.parse(status.deadlineAt))
    return ending(begun, 'DeadlineExceeded', `the deadline, ${status.deadlineAt}, has passed`)
  const notAllowed = whyNotIn(observed.namespace.labels)
  if (notAllowed) return ending(begun, 'NotAllowed', notAllowed)
  const { lease, experiment } = observed
  if (lease && lease.holder !== '' && lease.holder !== identityOf(experiment))
    return ending(begun, 'LeaseLost', `${lease.holder.split('/')[0]} has taken the Lease of this namespace`)
  if (!lease || lease.holder === '' || now.getTime() - lease.renewedAt > HEARTBEAT_SECONDS * 1000)
    return { do: 'take lease' }
  const disturbed = disturbanceOf(begun)
  if (disturbed) return disturbed
  const pausing = pausingOf(begun)
  if (pausing) return pausing
  const { current } = status
  const leftover = observed.loads.find(({ trial }) => trial !== current?.number)
  if (leftover) return { do: 'delete load', load: leftover.load, trial: leftover.trial }
  const step = current ? planTrial(begun, current) : planNextTrial(begun)
  if (step.do !== 'nothing' || secondsSince(status.heartbeat, now) < HEARTBEAT_SECONDS) return step
  const { usage } = circumstances
  return writing(begun, { ...status, ...(current && { current: { ...current, ...(usage && { usage: [...usage] }) } }) })
}

/** Ends the experiment where somebody else has changed or deleted a target. */
function disturbanceOf(begun: Begun): Step | undefined {
  const { current } = begun.status
  for (const [i, original] of begun.originals.entries()) {
    const name = `${original.kind} ${original.name}`
    const target = targetAt(begun, i)
    if (!target) return ending(begun, 'TargetDeleted', `${name} was deleted`)
    const ours = oursOf(begun, i)
    const wanted = current?.configuration ?? ours.configurations[0]
    const isStopping = current?.stage === 'stopping'
    const { edits, changes } = stateOfTarget(ours, target.object, wanted, isStopping ? 0 : undefined)
    // Once the trial has its configuration, a value of an earlier one was brought back by somebody else.
    const reverted =
      isStopping || !current
        ? []
        : changes
            .filter(({ field }) => field.of !== 'replicas' || current.stage === 'loading')
            .map(({ field }) => field.of)
    if (edits.length > 0 || reverted.length > 0) {
      const what =
        edits.length > 0 ? edits.join(', ') : `${[...new Set(reverted)].join(', ')} (back to an earlier value)`
      return ending(
        begun,
        'TargetEdited',
        `somebody changed ${what} of ${name}${lastEditor(target.object, FIELD_MANAGER)}`,
      )
    }
  }
  return undefined
}

/** Pauses the autoscalers before the first trial, and ends the experiment where somebody resumes one. */
function pausingOf(begun: Begun): Step | undefined {
  const { observed, originals, status } = begun
  const hasStarted = status.current !== undefined || (status.trials ?? []).length > 0
  for (const { kind, name, autoscaler } of originals) {
    const found = observed.autoscalers.find(({ spec: { scaleTargetRef: of } }) => of.kind === kind && of.name === name)
    if (!found || isPaused(found.spec.behavior)) continue
    const scaler = `HorizontalPodAutoscaler ${found.metadata.name}`
    if (autoscaler?.uid !== found.metadata.uid)
      return ending(begun, 'Autoscaled', `${scaler} of ${kind} ${name} was created meanwhile`)
    if (hasStarted) return ending(begun, 'AutoscalerEdited', `somebody resumed ${scaler}`)
    const { resourceVersion } = found.metadata
    return { do: 'patch autoscaler', name: found.metadata.name, resourceVersion, behavior: PAUSED }
  }
  return undefined
}

function planNextTrial(begun: Begun): Step {
  const { status, experiment, limits, circumstances } = begun
  const trials = status.trials ?? []
  const failed = trials.slice(-MOST_FAILED_LOADS).filter(({ reason }) => reason?.startsWith(LOAD_FAILED))
  if (failed.length >= MOST_FAILED_LOADS) return ending(begun, 'LoadFailed', failed.at(-1)!.reason!)
  const next = nextTrial(experiment, trialsOf(trials))
  if ('done' in next) {
    if (next.done === 'voidTrials')
      return ending(begun, 'VoidTrials', `too many trials were void; the last: ${trials.at(-1)?.reason ?? ''}`)
    return ending(begun, 'Done', DONE[next.done])
  }
  if (next.why !== 'baseline' && !limits.areKnown)
    return ending(
      begun,
      'NoBaseline',
      `the baseline did not run (${trials.at(-1)?.reason ?? trials.at(-1)?.outcome}), so the default limit cannot be computed from it: set limits.latency`,
    )
  const now = isoSeconds(circumstances.now)
  const number = 1 + Math.max(0, ...trials.map((trial) => trial.number))
  return reporting(begun, {
    ...status,
    current: { number, why: next.why, configuration: next.trial, startedAt: now, stage: 'stopping', stageAt: now },
  })
}

const DONE = {
  littleLeftToGain: 'little is left to gain',
  nothingLeftToTry: 'no configuration that was tried meets the limits, and no other one is likely to',
  mostTrials: 'all trials have run',
} as const
