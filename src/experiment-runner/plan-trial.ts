import { type CurrentTrial, isoSeconds } from '../api/index.ts'
import { whyVoid } from '../load/index.ts'
import { type Begun, ending, oursOf, reporting, targetAt, writing } from './context.ts'
import { patchOf } from './fields.ts'
import { exceeds, hopelessOf, isFarBeyond } from './limits.ts'
import { isOver, type PodsState, stateOf } from './pods.ts'
import { NOTHING, type Step } from './step.ts'
import { stateOfTarget } from './target-state.ts'
import {
  LOAD_WAIT_SECONDS,
  loadDeadlineSeconds,
  START_SECONDS,
  STOP_SECONDS,
  secondsSince,
  UNSCHEDULABLE_SECONDS,
} from './times.ts'
import { outcomeOfLoad, type TrialEnd, withTrial } from './trial.ts'

/** Begins the reason of a trial whose load failed. */
export const LOAD_FAILED = 'the load failed'

/** What the current trial does next: it stops the Pods, starts them with its configuration, and runs the loads one after another. */
export function planTrial(begun: Begun, current: CurrentTrial): Step {
  const { refusedPatch } = begun.circumstances
  if (refusedPatch !== undefined && current.stage !== 'loading')
    return finishing(begun, current, { outcome: 'unschedulable', reason: `the API server refused it: ${refusedPatch}` })
  if (current.stage === 'stopping') return planStopping(begun, current)
  const since = Date.parse(current.startedAt)
  const states = begun.originals.map(({ name }, i) => stateOf(name, targetAt(begun, i)?.pods ?? [], since))
  const broken = brokenBy(states)
  if (broken) return finishing(begun, current, broken)
  return current.stage === 'starting' ? planStarting(begun, current, states) : planLoading(begun, current, states)
}

/** Sets the configuration, and ends all Pods, so that none of another configuration is left and each trial starts alike. */
function planStopping(begun: Begun, current: CurrentTrial): Step {
  const { now } = begun.circumstances
  const patch = patchToward(begun, current, 0)
  if (patch) return patch
  if (begun.originals.some((_, i) => !targetAt(begun, i)!.pods.every(isOver))) {
    if (secondsSince(current.stageAt, now) > STOP_SECONDS)
      return ending(begun, 'PodsDoNotEnd', `Pods did not end within ${STOP_SECONDS / 60} minutes`)
    return NOTHING
  }
  return writing(begun, {
    ...begun.status,
    current: { ...current, stage: 'starting', stageAt: isoSeconds(now) },
  })
}

function planStarting(begun: Begun, current: CurrentTrial, states: readonly PodsState[]): Step {
  const patch = patchToward(begun, current)
  if (patch) return patch
  const { now } = begun.circumstances
  const seconds = secondsSince(current.stageAt, now)
  for (const [i, original] of begun.originals.entries()) {
    const { object, pods } = targetAt(begun, i)!
    const { unschedulable } = states[i]!
    const waited = unschedulable ? Math.min(seconds, (now.getTime() - unschedulable.since) / 1000) : 0
    if (unschedulable && waited >= UNSCHEDULABLE_SECONDS)
      return finishing(begun, current, { outcome: 'unschedulable', reason: unschedulable.message })
    const refused = object.status?.conditions?.find(
      ({ type, status, reason }) => type === 'ReplicaFailure' && status === 'True' && reason === 'FailedCreate',
    )
    if (refused && seconds >= UNSCHEDULABLE_SECONDS / 2)
      return finishing(begun, current, { outcome: 'unschedulable', reason: refused.message })
    if (seconds <= START_SECONDS) continue
    const isMissing = pods.filter((pod) => !isOver(pod)).length < (object.spec.replicas ?? 1)
    if (isMissing) {
      const reason = `${original.kind} ${original.name}: not all of its Pods could be created`
      return finishing(begun, current, { outcome: 'unschedulable', reason })
    }
    if (states[i]!.ready < (object.spec.replicas ?? 1)) {
      const reason = `${original.kind} ${original.name} did not become ready within ${START_SECONDS / 60} minutes`
      return finishing(begun, current, { outcome: 'failed', reason })
    }
  }
  const areReady = begun.originals.every((_, i) => {
    const { object } = targetAt(begun, i)!
    const isObserved = (object.status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0)
    return isObserved && states[i]!.ready >= (object.spec.replicas ?? 1)
  })
  if (!areReady) return NOTHING
  return writing(begun, {
    ...begun.status,
    current: { ...current, stage: 'loading', stageAt: isoSeconds(now), load: 0, loads: [] },
  })
}

function planLoading(begun: Begun, current: CurrentTrial, states: readonly PodsState[]): Step {
  const { observed, circumstances, limits } = begun
  const { now } = circumstances
  const { loads } = observed.experiment.spec
  const index = current.load ?? 0
  const load = loads[index]!
  const earlier = observed.loads.find((one) => one.load !== load.name)
  if (earlier) return { do: 'delete load', load: earlier.load, trial: earlier.trial }
  const result = observed.loads.find((one) => one.load === load.name)?.result
  if (!result) {
    const { refusedLoad } = circumstances
    if (refusedLoad === undefined) {
      const hopeless = hopelessLoad(begun, current, load.name)
      return { do: 'create load', load, trial: current.number, ...(hopeless && { hopeless }) }
    }
    return finishing(begun, current, { outcome: 'void', reason: `${LOAD_FAILED}: ${load.name}: ${refusedLoad}` })
  }
  const restarts = states.reduce((sum, state) => sum + state.restarts, 0)
  const seconds = secondsSince(current.stageAt, now)
  if (result.kind === 'running') {
    if (result.waitingFor !== undefined && seconds > LOAD_WAIT_SECONDS)
      return finishing(begun, current, {
        outcome: 'void',
        reason: `the load generator waited for ${result.waitingFor}`,
      })
    if (seconds > loadDeadlineSeconds(load) + LOAD_WAIT_SECONDS)
      return finishing(begun, current, { outcome: 'void', reason: `${LOAD_FAILED}: ${load.name} did not end in time` })
    return NOTHING
  }
  if (result.kind === 'failed')
    return finishing(begun, current, { outcome: 'void', reason: `${LOAD_FAILED}: ${load.name}: ${result.reason}` })
  const limit = limits.byLoad.find((one) => one.load.name === load.name)!
  const isVoid = whyVoid(result, limits.areKnown && exceeds(result, limit))
  if (isVoid !== undefined) return finishing(begun, current, { outcome: 'void', reason: isVoid })
  const measured = {
    ...current,
    loads: [...(current.loads ?? []), outcomeOfLoad(load.name, result, circumstances.signals)],
  }
  if (result.aborted !== undefined)
    return finishing(begun, measured, {
      outcome: 'aborted',
      reason: `load ${load.name} was ended early: ${result.aborted}`,
      restarts,
    })
  if (index + 1 >= loads.length) return finishing(begun, measured, { outcome: 'completed', restarts })
  if (limits.areKnown && isFarBeyond(result, limit))
    return finishing(begun, measured, {
      outcome: 'aborted',
      reason: `far beyond the limits under ${load.name}`,
      restarts,
    })
  const { usage = current.usage } = circumstances
  const next = { ...measured, load: index + 1, stageAt: isoSeconds(now), ...(usage && { usage: [...usage] }) }
  return writing(begun, { ...begun.status, current: next })
}

/** From when on a load need not run to its end. The baseline always does: it is what others are compared with. */
function hopelessLoad({ limits }: Begun, { why }: CurrentTrial, load: string) {
  if (why === 'baseline' || !limits.areKnown) return undefined
  return hopelessOf(limits.byLoad.find((one) => one.load.name === load)!)
}

/** The patch of the first target that does not have the configuration yet. */
function patchToward(begun: Begun, { configuration }: CurrentTrial, replicas?: number): Step | undefined {
  for (const [i, { kind, name }] of begun.originals.entries()) {
    const { object } = targetAt(begun, i)!
    const { changes } = stateOfTarget(oursOf(begun, i), object, configuration, replicas)
    if (changes.length === 0) continue
    const { resourceVersion } = object.metadata
    return { do: 'patch target', target: { kind, name }, resourceVersion, body: patchOf(changes) }
  }
  return undefined
}

/** What Pods show that ends a trial at once. */
function brokenBy(states: readonly PodsState[]): TrialEnd | undefined {
  const restarts = states.reduce((sum, state) => sum + state.restarts, 0)
  const oomKilled = states.flatMap((state) => state.oomKilled)
  if (oomKilled.length > 0)
    return { outcome: 'oomKilled', reason: `OOM-killed: ${oomKilled.join(', ')}`, oomKilled, restarts }
  const disturbed = states.find((state) => state.disturbed !== undefined)?.disturbed
  if (disturbed !== undefined) return { outcome: 'void', reason: disturbed, restarts }
  const crash = states.find((state) => state.crash !== undefined)?.crash
  return crash === undefined ? undefined : { outcome: 'failed', reason: crash, restarts }
}

function finishing(begun: Begun, current: CurrentTrial, end: TrialEnd): Step {
  const { circumstances, experiment, limits, status } = begun
  const usage = circumstances.usage ?? current.usage ?? []
  return reporting(
    begun,
    withTrial(status, current, end, { experiment, limits, usage, now: isoSeconds(circumstances.now) }),
  )
}
