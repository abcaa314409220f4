import type { ExperimentStatus } from '../api/index.ts'
import { isPaused, mergePatchTo } from './autoscalers.ts'
import { type Begun, identityOf, oursOf, targetAt, timeOf, writing } from './context.ts'
import { type FieldValue, originalSpec, patchOf } from './fields.ts'
import { isOver } from './pods.ts'
import { NOTHING, type Step } from './step.ts'
import { stateOfTarget } from './target-state.ts'
import { RESTORE_SECONDS, secondsSince } from './times.ts'

/**
 * Restores every field that the experiment changed and that still has its value. What somebody else changed meanwhile is kept, and named
 * in the status.
 */
export function planRestoring(begun: Begun): Step {
  const { observed, status } = begun
  const { experiment, lease } = observed
  const [load] = observed.loads
  if (load) return { do: 'delete load', load: load.load, trial: load.trial }
  for (const [i] of begun.originals.entries()) {
    const step = restoringTarget(begun, i)
    if (step) return step
  }
  const resuming = resumingOf(begun)
  if (resuming) return resuming
  if (lease?.holder === identityOf(experiment)) return { do: 'release lease' }
  const kept = begun.originals.flatMap((original, i) => {
    const target = targetAt(begun, i)
    const name = `${original.kind} ${original.name}`
    if (!target) return [`${name} (deleted)`]
    return stateOfTarget(oursOf(begun, i), target.object, undefined).edits.map((path) => `${name}: ${path}`)
  })
  const { current: _, ...rest } = status
  const next: ExperimentStatus = {
    ...rest,
    phase: status.reason === 'Done' ? 'Completed' : 'Failed',
    endedAt: timeOf(begun.circumstances.now),
    ...(kept.length > 0 && { kept: kept.map((one) => one.slice(0, 500)).slice(0, 64) }),
  }
  return writing(begun, next)
}

/** The patch that restores a target; undefined where nothing of ours is left on it. */
function restoringTarget(begun: Begun, i: number): Step | undefined {
  const target = targetAt(begun, i)
  if (!target) return undefined
  const { kind, name } = begun.originals[i]!
  const { object, pods } = target
  const ours = oursOf(begun, i)
  const patch = (changes: readonly FieldValue[]): Step => {
    const { resourceVersion } = object.metadata
    return { do: 'patch target', target: { kind, name }, resourceVersion, body: patchOf(changes) }
  }
  const { changes } = stateOfTarget(ours, object, undefined)
  if (changes.length === 0) return undefined
  if (kind === 'Deployment') return patch(changes)
  // A StatefulSet does not replace a Pod that never became ready: its Pods end first, and it is scaled up again once none is left.
  const replicas = changes.find(({ field }) => field.of === 'replicas')
  const templates = changes.filter(({ field }) => field.of !== 'replicas')
  const isEdited = stateOfTarget(ours, object, undefined).edits.includes('spec.replicas')
  if (templates.length > 0 && !isEdited) return patch([...templates, { field: { of: 'replicas' }, value: 0 }])
  if (!replicas) return patch(changes)
  const { now } = begun.circumstances
  const isEmpty = pods.every(isOver) || originalSpec(ours.original).replicas === 0
  return isEmpty || secondsSince(begun.status.endedAt, now) > RESTORE_SECONDS ? patch(changes) : NOTHING
}

function resumingOf({ observed, originals }: Begun): Step | undefined {
  for (const { autoscaler } of originals) {
    const found = observed.autoscalers.find(({ metadata }) => metadata.uid === autoscaler?.uid)
    if (!autoscaler || !found) continue
    const original: unknown = JSON.parse(autoscaler.behavior)
    if (!isPaused(found.spec.behavior) || isPaused(original)) continue
    const { name, resourceVersion } = found.metadata
    const behavior = original === null ? null : mergePatchTo(found.spec.behavior, original)
    return { do: 'patch autoscaler', name, resourceVersion, behavior }
  }
  return undefined
}
