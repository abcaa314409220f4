import { SIZING_POLICIES } from '../../api/index.ts'
import { selects } from '../../policy/index.ts'
import { recommendationName } from '../../recommendations/index.ts'
import type { ClusterState, Readiness } from './cluster-state.ts'
import { sortedJson } from './merge-patch.ts'
import { isIntact, policyOf, type View } from './namespace.ts'
import { type Change, type Note, nameOf, namespaceOf, type Tool } from './objects.ts'
import { policyObject, refusalOf } from './policy.ts'
import { asRead, isAsWritten, recordedPatch, recordOn } from './record.ts'
import { type Member, partOf, type SwitchOff, type Unit } from './unit.ts'
import { describeWorkload, policyNameOf } from './workload.ts'

/** Why a workload is not handed over; undefined if it can be. */
export function obstacleOf({ workload, spec }: Member, tool: Tool, view: View): Note | undefined {
  const about = describeWorkload(workload.workload)
  const refusal = refusalOf(spec)
  if (refusal)
    return {
      about,
      says: `its SizingPolicy would be refused: ${refusal}`,
      act: 'Write one yourself, and switch the other tool off.',
    }
  const policy = policyOf(view, policyNameOf(workload.workload))
  if (policy && !isIntact(policy, tool))
    return {
      about,
      says: `somebody has changed the SizingPolicy ${nameOf(policy)}`,
      act: 'Keep it, or delete it and run this command again.',
    }
  const shared = view.workloads.find(
    (other) =>
      other.object !== workload.object &&
      Object.keys(other.template.labels).length > 0 &&
      selects(spec.selector!, other.template.labels),
  )
  return (
    shared && {
      about,
      says: `its selector also selects the Pods of ${describeWorkload(shared.workload)}`,
      act: 'Give the two Pod templates different labels, and both workloads selectors that tell them apart.',
    }
  )
}

/** Why Plimsoll would not act on a workload without approval; undefined if it would. */
export function whyNotReady(
  { workload: { workload } }: Member,
  state: ClusterState,
  readiness: Readiness,
): string | undefined {
  const learned = state.learned.get(`${workload.namespace}/${recommendationName(workload)}`)
  if (!learned) return 'nothing has been learned about it yet'
  if (learned.days < readiness.days) return `${learned.days} of ${readiness.days} days of usage are known`
  if (learned.confidence < readiness.confidence)
    return `confidence ${learned.confidence.toFixed(2)}, below ${readiness.confidence}`
  return undefined
}

/** Whether a migration has switched something off. */
export function isOff({ object }: SwitchOff): boolean {
  const record = recordOn(object)
  return record !== undefined && isAsWritten(object, record)
}

/** Writes that switch the other tool off. */
export function switchOff(unit: Unit, tool: Tool): Change[] {
  const { off, members } = unit
  const policies = members.map(({ workload: { workload } }) => policyNameOf(workload))
  return off
    .filter((one) => !isOff(one))
    .map(({ type, object, fields, isShared, says }) => ({
      ...{ type, action: 'patch', namespace: namespaceOf(object), name: nameOf(object), says, part: partOf(unit) },
      patchOf: (now) => recordedPatch(now, tool, fields, policies),
      expects: isShared
        ? []
        : asRead(
            object,
            fields.map(({ path }) => path),
          ),
    }))
}

/** Writes that let Plimsoll act. */
export function takeOver(unit: Unit, tool: Tool, view: View): Change[] {
  const { members, namespace } = unit
  const part = partOf(unit)
  return members.flatMap(({ workload: { workload }, spec }): Change[] => {
    const name = policyNameOf(workload)
    const object = policyObject(tool, namespace, name, spec)
    const says = `${describeWorkload(workload)}: SizingPolicy ${name}: Plimsoll takes over`
    const before = policyOf(view, name)
    if (!before) return [{ type: SIZING_POLICIES, action: 'create', object, says, part }]
    if (sortedJson(before.spec) === sortedJson(spec)) return []
    const { uid, resourceVersion } = before.metadata
    const metadata = { ...object.metadata, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }
    return [{ type: SIZING_POLICIES, action: 'replace', object: { ...object, metadata }, says, part }]
  })
}
