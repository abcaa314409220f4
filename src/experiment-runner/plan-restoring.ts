import { type ExperimentStatus, isoSeconds, type OriginalTarget } from '../api/index.ts'
import { resumingPatch } from './autoscalers.ts'
import { type Begun, identityOf, oursOf, targetAt, writing } from './context.ts'
import { differingPaths } from './differences.ts'
import { type FieldValue, originalSpec, patchOf, pathOfField } from './fields.ts'
import { returnedFields } from './managed-fields.ts'
import { isOver } from './pods.ts'
import { NOT_RESTORED } from './report.ts'
import { FIELD_MANAGER, NOTHING, type Step } from './step.ts'
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
  const resuming = resumingOf(begun) ?? returningOf(begun)
  if (resuming) return resuming
  if (lease?.holder === identityOf(experiment)) return { do: 'release lease' }
  const { current: _, ...rest } = status
  const unrestored = [...unrestoredOf(begun)].map(([field, message]) => `${field} (not restored: ${message})`)
  const kept = [...unrestored, ...begun.originals.flatMap((_, i) => editsOf(begun, i))]
    .map((one) => one.slice(0, 500))
    .slice(0, 64)
  const next: ExperimentStatus = {
    ...rest,
    phase: status.reason === 'Done' && unrestored.length === 0 ? 'Completed' : 'Failed',
    endedAt: isoSeconds(begun.circumstances.now),
    ...(kept.length > 0 && { kept }),
    ...(unrestored.length > 0 && {
      reason: NOT_RESTORED,
      message:
        `the API server refused to restore ${unrestored.join(', ')}: restore it by hand from status.originals. Before: ${status.message}`.slice(
          0,
          2000,
        ),
    }),
  }
  return writing(begun, next)
}

const unrestoredOf = ({ circumstances }: Begun) => circumstances.unrestored ?? new Map<string, string>()
const nameOf = ({ kind, name }: OriginalTarget) => `${kind} ${name}`
const behaviorOf = (name: string) => `HorizontalPodAutoscaler ${name}: spec.behavior`

/** What somebody else changed of a target and its autoscaler, and is kept. */
function editsOf(begun: Begun, i: number): string[] {
  const original = begun.originals[i]!
  const { autoscaler } = original
  const target = targetAt(begun, i)
  const edits = target
    ? stateOfTarget(oursOf(begun, i), target.object, undefined).edits.map((path) => `${nameOf(original)}: ${path}`)
    : [`${nameOf(original)} (deleted)`]
  const found = begun.observed.autoscalers.find(({ metadata }) => metadata.uid === autoscaler?.uid)
  if (!autoscaler || !found || unrestoredOf(begun).has(behaviorOf(autoscaler.name))) return edits
  const differing = differingPaths(JSON.parse(autoscaler.behavior), found.spec.behavior ?? null, () => false)
  return differing.length === 0 ? edits : [...edits, behaviorOf(autoscaler.name)]
}

/** The patch that restores a target; undefined where nothing of ours is left on it. */
function restoringTarget(begun: Begun, i: number): Step | undefined {
  const target = targetAt(begun, i)
  if (!target) return undefined
  const { kind, name } = begun.originals[i]!
  const { object, pods } = target
  const ours = oursOf(begun, i)
  const keyOf = ({ field }: FieldValue) => `${nameOf(ours.original)}: ${pathOfField(field)}`
  const state = stateOfTarget(ours, object, undefined)
  const changes = state.changes.filter((change) => !unrestoredOf(begun).has(keyOf(change)))
  // Where all together were refused, one after another: so the API server says which of them it refuses.
  const isOneByOne = begun.circumstances.refusedPatch !== undefined
  const patch = (all: readonly FieldValue[], more: readonly FieldValue[] = []): Step => {
    const { resourceVersion } = object.metadata
    const some = isOneByOne ? all.slice(0, 1) : all
    const body = patchOf([...some, ...more])
    return {
      ...{ do: 'patch target', target: { kind, name }, resourceVersion, body },
      ...(isOneByOne && { only: keyOf(some[0]!) }),
    }
  }
  if (changes.length === 0) return undefined
  if (kind === 'Deployment') return patch(changes)
  // A StatefulSet does not replace a Pod that never became ready: its Pods end first, and it is scaled up again once none is left.
  const replicas = changes.find(({ field }) => field.of === 'replicas')
  const templates = changes.filter(({ field }) => field.of !== 'replicas')
  const isEdited = state.edits.includes('spec.replicas')
  if (templates.length > 0 && !isEdited) return patch(templates, [{ field: { of: 'replicas' }, value: 0 }])
  if (!replicas) return patch(changes)
  const { now } = begun.circumstances
  const isEmpty = pods.every(isOver) || originalSpec(ours.original).replicas === 0
  return isEmpty || secondsSince(begun.status.endedAt, now) > RESTORE_SECONDS ? patch(changes) : NOTHING
}

/** Gives fields back to those who owned them, of objects whose values are all as they were before. */
function returningOf(begun: Begun): Step | undefined {
  for (const [i, original] of begun.originals.entries()) {
    const found = begun.observed.autoscalers.find(({ metadata }) => metadata.uid === original.autoscaler?.uid)
    const objects = [
      { kind: original.kind, object: targetAt(begun, i)?.object, stored: original.managedFields },
      { kind: 'HorizontalPodAutoscaler', object: found, stored: original.autoscaler?.managedFields },
    ] as const
    if (unrestoredOf(begun).size > 0 || editsOf(begun, i).length > 0) continue
    for (const { kind, object, stored } of objects) {
      const managedFields = object && returnedFields(stored, object.metadata.managedFields, FIELD_MANAGER)
      if (!managedFields) continue
      const { name, resourceVersion } = object.metadata
      if (begun.circumstances.unreturned?.has(`${kind} ${name}`)) continue
      return { do: 'return fields', kind, name, resourceVersion, managedFields }
    }
  }
  return undefined
}

function resumingOf(begun: Begun): Step | undefined {
  for (const { autoscaler } of begun.originals) {
    const found = begun.observed.autoscalers.find(({ metadata }) => metadata.uid === autoscaler?.uid)
    if (!autoscaler || !found) continue
    const only = behaviorOf(autoscaler.name)
    const behavior = resumingPatch(found.spec.behavior, JSON.parse(autoscaler.behavior))
    if (behavior === undefined || unrestoredOf(begun).has(only)) continue
    const { name, resourceVersion } = found.metadata
    return { do: 'patch autoscaler', name, resourceVersion, behavior, only }
  }
  return undefined
}
