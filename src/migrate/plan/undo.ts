import { SIZING_POLICIES } from '../../api/index.ts'
import { MODE_LABEL } from '../../fleet/index.ts'
import { NAMESPACES, type ResourceType } from '../../kube/index.ts'
import type { ClusterState } from './cluster-state.ts'
import { type ApiObject, type Change, type Note, nameOf, namespaceOf, type Tool } from './objects.ts'
import { isUntouched, isWrittenFor, OTHERS } from './policy.ts'
import { asRead, type ChangeRecord, isAsWritten, recordOn, restoringPatch } from './record.ts'

export interface Undo {
  /** Writes, in order. */
  readonly changes: readonly Change[]
  /** What stays as it is, because somebody has changed it since. */
  readonly notes: readonly Note[]
}

/** An object of the other tool, or one through which it is controlled. */
export interface Recorded {
  readonly type: ResourceType
  readonly object: ApiObject
}

/**
 * Plans how to restore what was before a migration, in the reverse order: Plimsoll stops for a workload, then the other tool continues;
 * last, the namespace gets the label back that it had. What somebody has changed since stays as it is.
 *
 * @param recorded objects that a migration may have changed, apart from namespaces and SizingPolicies
 */
export function planUndo(tool: Tool, state: ClusterState, recorded: readonly Recorded[]): Undo {
  const changes: Change[] = []
  const notes: Note[] = []
  const written = state.policies.filter((policy) => isWrittenFor(policy, tool))
  const ours = recorded.filter(({ object }) => recordOn(object)?.tool === tool)
  for (const namespace of namespacesOf(tool, state, written, ours)) {
    const inIt = (object: ApiObject) => namespaceOf(object) === namespace
    const policies = written.filter((policy) => inIt(policy) && nameOf(policy) !== OTHERS)
    const kept = policies.filter((policy) => !isUntouched(policy))
    notes.push(...kept.map((policy) => changedSince(`${namespace} sizingpolicy/${nameOf(policy)}`)))
    const stopping = new Map(policies.filter(isUntouched).map((policy) => [nameOf(policy), deletion(policy)]))
    const keptNames = new Set(kept.map(nameOf))
    let isWhole = kept.length === 0
    for (const { type, object } of ours.filter(({ object }) => inIt(object))) {
      const what = `${namespace} ${type.kind.toLowerCase()}/${nameOf(object)}`
      const record = recordOn(object)!
      if (record.policies.some((name) => keptNames.has(name))) continue
      if (!isAsWritten(object, record)) {
        notes.push(changedSince(what))
        isWhole = false
        continue
      }
      const part = { namespace, unit: what }
      for (const name of record.policies) {
        const stop = stopping.get(name)
        if (stop) changes.push({ ...stop, part })
        stopping.delete(name)
      }
      changes.push({
        ...{ type, action: 'patch', namespace, name: nameOf(object), part },
        ...restoring(object, record),
        says: `${what}: as it was before`,
      })
    }
    // Those whose object of the other tool is gone, or was changed since.
    changes.push(...stopping.values())
    if (isWhole) changes.push(...releaseNamespace(namespace, state, written.filter(inIt), notes))
  }
  return { changes, notes }
}

function namespacesOf(
  tool: Tool,
  { namespaces }: ClusterState,
  policies: readonly ApiObject[],
  recorded: readonly Recorded[],
): readonly string[] {
  const labelled = [...namespaces.values()].filter((object) => recordOn(object)?.tool === tool).map(nameOf)
  const names = [...labelled, ...policies.map(namespaceOf), ...recorded.map(({ object }) => namespaceOf(object))]
  return [...new Set(names)].sort()
}

function restoring(object: ApiObject, record: ChangeRecord) {
  const paths = record.fields.map(({ path }) => path)
  return { patchOf: (now: ApiObject) => restoringPatch(now, record), expects: asRead(object, paths) }
}

function changedSince(about: string): Note {
  return {
    about,
    says: 'somebody has changed it since the migration: it stays as it is',
    act: 'Look at it. Its annotation plimsoll.dev/migrated-from says what was before.',
  }
}

function deletion(policy: ApiObject): Change {
  const { uid } = policy.metadata
  const [namespace, name] = [namespaceOf(policy), nameOf(policy)]
  return {
    ...{ type: SIZING_POLICIES, action: 'delete', namespace, name, ...(uid && { uid }), mayGo: isUntouched },
    part: { namespace, ...(name !== OTHERS && { unit: `${namespace} sizingpolicy/${name}` }) },
    says: `${namespace} sizingpolicy/${name}: deleted`,
  }
}

/** The label of the namespace first: without it, Plimsoll does nothing there, and the policy that holds it back may go. */
function releaseNamespace(
  namespace: string,
  { namespaces }: ClusterState,
  policies: readonly ApiObject[],
  notes: Note[],
): Change[] {
  const object = namespaces.get(namespace)
  const others = policies.filter((policy) => nameOf(policy) === OTHERS)
  const record = object && recordOn(object)
  const isRestored = record !== undefined && isAsWritten(object!, record)
  if (object && !isRestored && record) notes.push(changedSince(`namespace ${namespace}`))
  const isActive = object?.metadata.labels?.[MODE_LABEL] === 'auto' && !isRestored
  const changes: Change[] = isRestored
    ? [
        {
          ...{ type: NAMESPACES, action: 'patch', name: namespace, part: { namespace } },
          ...restoring(object!, record),
          says: `namespace ${namespace}: label ${MODE_LABEL} as it was before`,
        },
      ]
    : []
  return isActive ? changes : [...changes, ...others.filter(isUntouched).map(deletion)]
}
