import { SIZING_POLICIES, type SizingPolicySpec } from '../../api/index.ts'
import { MODE_LABEL } from '../../fleet/index.ts'
import { NAMESPACES } from '../../kube/index.ts'
import { RESOURCES } from '../../resources/index.ts'
import type { ClusterState } from './cluster-state.ts'
import { type ApiObject, type Change, type Note, nameOf, namespaceOf, type Tool } from './objects.ts'
import { isUntouched, isWrittenFor, OTHERS, othersSpec, policyObject } from './policy.ts'
import { asRead, beforeMigration, isAsWritten, recordedPatch, recordOn } from './record.ts'
import type { KnownWorkload } from './workload.ts'

const LABEL = ['metadata', 'labels', MODE_LABEL]

/** What is in one namespace. */
export interface View {
  readonly namespace: string
  /** Undefined if it could not be read. */
  readonly object: ApiObject | undefined
  readonly workloads: readonly KnownWorkload[]
  readonly policies: readonly ApiObject[]
}

/** Looks into each namespace, without searching all others again. */
export function views({ namespaces, workloads, policies }: ClusterState): (namespace: string) => View {
  const workloadsIn = Map.groupBy(workloads, ({ workload }) => workload.namespace)
  const policiesIn = Map.groupBy(policies, namespaceOf)
  return (namespace) => ({
    ...{ namespace, object: namespaces.get(namespace) },
    workloads: workloadsIn.get(namespace) ?? [],
    policies: policiesIn.get(namespace) ?? [],
  })
}

/** Why nothing in a namespace can be migrated; undefined if it can. */
export function obstacleIn(view: View, tool: Tool, { excluded }: ClusterState): Note | undefined {
  const { namespace, object, policies } = view
  const obstacle = (says: string, act: string): Note => ({ about: namespace, says, act })
  if (excluded.has(namespace))
    return obstacle('Plimsoll never sizes this namespace', 'Nothing: the other tool continues.')
  if (!object) return obstacle('the namespace could not be read', 'Check that you may get namespaces.')
  const mode = object.metadata.labels?.[MODE_LABEL]
  const record = recordOn(object)
  if (record && record.tool !== tool)
    return obstacle(
      `it is being migrated from ${record.tool}`,
      `Remove its annotation plimsoll.dev/migrated-from to keep that result, or run plimsoll migrate ${record.tool} --undo.`,
    )
  if (record && !isAsWritten(object, record))
    return obstacle(
      `somebody has changed the label ${MODE_LABEL} since the migration (now ${mode ?? 'none'})`,
      `To continue, set it to ${record.fields[0]?.is} again. To give the workloads back, run the command with --undo.`,
    )
  if (mode === 'approve' || (mode === 'auto' && !record))
    return obstacle(
      `Plimsoll already changes Pods here (mode ${mode})`,
      'Switch the other tool off for one workload after the other: Plimsoll takes each over within a minute.',
    )
  const others = policyOf(view, OTHERS)
  if (mode === 'auto' && !others)
    return obstacle(
      `somebody has deleted the SizingPolicy ${OTHERS}, so Plimsoll sizes all workloads here`,
      'Switch the other tool off for what is left, one workload after the other.',
    )
  if (others && !isIntact(others, tool))
    return obstacle(`somebody has changed the SizingPolicy ${OTHERS}`, 'Delete it, and run this command again.')
  for (const policy of policies) {
    const fields = isWrittenFor(policy, tool) ? [] : overriding(policy)
    if (fields.length > 0)
      return obstacle(
        `SizingPolicy ${nameOf(policy)} would change workloads that are not handed over: ${fields.join(', ')}`,
        'Take these fields out of it until the migration is done.',
      )
  }
  return undefined
}

/** Whether a policy of a migration is as it was written. */
export function isIntact(policy: ApiObject, tool: Tool): boolean {
  return isWrittenFor(policy, tool) && isUntouched(policy)
}

/** Fields of a policy that would have priority over those of the policy for the others. */
function overriding({ spec = {} }: ApiObject): readonly string[] {
  const { bounds } = spec as SizingPolicySpec
  const shares = RESOURCES.flatMap((resource) =>
    Object.keys(bounds?.[resource] ?? {}).flatMap((field) =>
      field.endsWith('Share') ? [`bounds.${resource}.${field}`] : [],
    ),
  )
  return [...['criticality', 'limits', 'startup', 'runtimes'].filter((field) => Object.hasOwn(spec, field)), ...shares]
}

/** The policy of a name in a namespace. */
export function policyOf({ policies }: View, name: string): ApiObject | undefined {
  return policies.find((policy) => nameOf(policy) === name)
}

/** Writes that make Plimsoll learn in a namespace, and act where a workload is handed over. */
export function prepare(view: View, tool: Tool, acts: boolean): Change[] {
  const { namespace } = view
  const object = view.object!
  const mode = object.metadata.labels?.[MODE_LABEL]
  const changes: Change[] = []
  if (acts && !policyOf(view, OTHERS)) {
    changes.push({
      ...{ type: SIZING_POLICIES, action: 'create', part: { namespace } },
      object: policyObject(tool, namespace, OTHERS, othersSpec()),
      says: `namespace ${namespace}: SizingPolicy ${OTHERS}: workloads stay as they are until they are handed over`,
    })
  }
  const wanted = acts ? 'auto' : 'observe'
  const isEnough = mode === wanted || (mode === 'auto' && !acts)
  if (isEnough) return changes
  changes.push({
    ...{ type: NAMESPACES, action: 'patch', name: namespace, expects: asRead(object, [LABEL]) },
    // What it was before the first migration is what an undo restores.
    patchOf: (now) => recordedPatch(beforeMigration(now), tool, [{ path: LABEL, is: wanted }], []),
    ...{ part: { namespace }, says: `namespace ${namespace}: label ${MODE_LABEL}=${wanted}` },
  })
  return changes
}
