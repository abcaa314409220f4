import { selects } from '../../../policy/index.ts'
import type { ClusterState } from '../cluster-state.ts'
import { type ApiObject, type Note, nameOf, namespaceOf } from '../objects.ts'
import { takingOver } from '../policy.ts'
import { beforeMigration } from '../record.ts'
import type { LeftAlone, Reading, SwitchOff, Unit } from '../unit.ts'
import { describeWorkload, IGNORED, ignoring, type KnownWorkload } from '../workload.ts'
import { ATTUNE_POLICIES, type AttuneSpec, readAttuneSpec } from './object.ts'
import { rulesOfAttune } from './rules.ts'

const ACTING: ReadonlySet<string> = new Set(['OneShot', 'Canary', 'Auto'])

const DEFAULTS: Note = {
  about: 'all',
  says: 'AttuneDefaults and AttuneNamespaceDefaults are not read',
  act: 'If they set the type of update strategies or bounds, write these into the AttunePolicies first.',
}

/** Reads the AttunePolicies of a cluster. */
export function readAttune(state: ClusterState): Reading {
  const read = state.attunePolicies.map((policy) => readOne(policy, state))
  const units = read.filter((one): one is Unit => 'members' in one)
  const acting = new Map<string, number>()
  for (const { acts, members } of units)
    if (acts) for (const { workload } of members) acting.set(keyOf(workload), (acting.get(keyOf(workload)) ?? 0) + 1)
  const doubleOf = ({ acts, members }: Unit) =>
    acts ? members.find(({ workload }) => acting.get(keyOf(workload))! > 1)?.workload : undefined
  const leftAlone = read.flatMap((one): LeftAlone[] => {
    if ('why' in one) return [one]
    const double = doubleOf(one)
    if (!double) return []
    const why = {
      about: describeWorkload(double.workload),
      says: 'several AttunePolicies change its Pods',
      act: 'Narrow their selectors, and run this command again.',
    }
    return [{ namespace: one.namespace, source: one.source, why }]
  })
  return { units: units.filter((unit) => !doubleOf(unit)), leftAlone, notes: units.length > 0 ? [DEFAULTS] : [] }
}

function keyOf({ workload }: KnownWorkload): string {
  return describeWorkload(workload)
}

function readOne(policy: ApiObject, state: ClusterState): Unit | LeftAlone {
  const namespace = namespaceOf(policy)
  const about = `${namespace} attunepolicy/${nameOf(policy)}`
  const leave = (source: string, says: string, act: string): LeftAlone => ({
    namespace,
    source,
    why: { about, says, act },
  })
  const called = `AttunePolicy ${nameOf(policy)}`
  const spec = readAttuneSpec(beforeMigration(policy))
  if (typeof spec === 'string')
    return leave(called, `it cannot be read: ${spec}`, 'Correct it: kubectl explain attunepolicy.spec.')
  const source = `${called} (${spec.paused ? 'paused' : (spec.updateStrategy?.type ?? 'Recommend')})`
  const workloads = state.workloads.filter((workload) => isTarget(spec, workload, namespace))
  if (workloads.length === 0)
    return leave(source, 'it targets no workload that Plimsoll hands over', 'Nothing: Attune continues.')
  const unselected = workloads.find(({ selector }) => !selector)
  if (unselected)
    return leave(
      source,
      `${describeWorkload(unselected.workload)} selects its Pods by no label`,
      'Give its Pods a label.',
    )
  const acts = actsWith(spec)
  const excluded = spec.excludedContainers ?? []
  for (const workload of acts ? workloads : []) {
    const needed = ignoring(
      workload,
      excluded.filter((name) => workload.template.containers.includes(name)),
    )
    if (needed !== undefined)
      return leave(
        source,
        `excludedContainers: only the Pod template of ${describeWorkload(workload.workload)} can say that to Plimsoll`,
        `Annotate the Pod template with ${IGNORED}=${needed}, and run this command again.`,
      )
  }
  const notes: Note[] = []
  const rules = rulesOfAttune(spec, (says, act) => notes.push({ about, says, act }))
  return {
    ...{ namespace, source, acts, notes: acts ? notes : [] },
    members: workloads.map((workload) => ({ workload, spec: takingOver({ ...rules, selector: workload.selector! }) })),
    off: acts ? [switchOff(policy, spec)] : [],
  }
}

function isTarget(
  { targetRef: { kind, name, selector } }: AttuneSpec,
  { workload, object }: KnownWorkload,
  namespace: string,
) {
  if (workload.namespace !== namespace || workload.kind !== kind) return false
  if (name) return workload.name === name
  return (
    !selector ||
    selects({ ...selector, matchExpressions: selector.matchExpressions ?? [] }, object.metadata.labels ?? {})
  )
}

/** Whether Attune changes Pods: running ones by its type, and new ones by initial sizing. */
function actsWith({ paused, updateStrategy }: AttuneSpec): boolean {
  if (paused) return false
  return ACTING.has(updateStrategy?.type ?? 'Recommend') || updateStrategy?.initialSizing === true
}

function switchOff(policy: ApiObject, { updateStrategy }: AttuneSpec): SwitchOff {
  const fields = [
    { path: ['spec', 'paused'], is: true },
    ...(updateStrategy?.initialSizing ? [{ path: ['spec', 'updateStrategy', 'initialSizing'], is: false }] : []),
  ]
  return {
    ...{ type: ATTUNE_POLICIES, object: policy, fields },
    says: `${namespaceOf(policy)} attunepolicy/${nameOf(policy)}: paused`,
  }
}
