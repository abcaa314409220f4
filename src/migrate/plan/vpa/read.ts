import { VPAS } from '../../../kube/index.ts'
import { groupKind } from '../../../workloads/index.ts'
import type { ClusterState } from '../cluster-state.ts'
import { type ApiObject, type Note, nameOf, namespaceOf } from '../objects.ts'
import { takingOver } from '../policy.ts'
import { beforeMigration } from '../record.ts'
import type { LeftAlone, Reading, SwitchOff, Unit } from '../unit.ts'
import { describeWorkload, type KnownWorkload } from '../workload.ts'
import { modeOf, readVpaSpec, type UpdateMode, type VpaSpec } from './object.ts'
import { rulesOfVpa } from './rules.ts'

/** Label that Goldilocks gives to the VPAs that it creates. Source: pkg/utils/utils.go of FairwindsOps/goldilocks. */
const GOLDILOCKS = { source: 'goldilocks', creator: 'Fairwinds' }

/** Differences between a VPA that people write, and one that another tool manages. */
export interface VpaVariant {
  readonly name: string
  readonly isOurs: (vpa: ApiObject) => boolean
  /** Mode that the tool would give the VPA of a workload, if it is known from elsewhere. */
  readonly modeOf?: (vpa: ApiObject, workload: KnownWorkload) => UpdateMode | undefined
  /** What else has to be switched off, before the VPA. */
  readonly off?: (workload: KnownWorkload) => readonly SwitchOff[]
}

export function isOfGoldilocks({ metadata: { labels } }: ApiObject): boolean {
  return labels?.source === GOLDILOCKS.source && labels.creator === GOLDILOCKS.creator
}

const BY_PEOPLE: VpaVariant = { name: 'VPA', isOurs: (vpa) => !isOfGoldilocks(vpa) }

const HISTORY: Note = {
  about: 'all',
  says: "VPA's history (VerticalPodAutoscalerCheckpoint) has no times of day, and is not read",
  act: 'Connect a Prometheus: Plimsoll learns from the past weeks within minutes, and else from now on.',
}

/** Reads the VPAs of a cluster. */
export function readVpas(state: ClusterState, variant: VpaVariant = BY_PEOPLE): Reading {
  const units: Unit[] = []
  const leftAlone: LeftAlone[] = []
  /** How many VPAs, of whomever, change the Pods of each workload. */
  const acting = new Map<string, number>()
  const workloads = new Map(state.workloads.map((one) => [describeWorkload(one.workload), one]))
  for (const vpa of state.vpas) {
    const isOurs = variant.isOurs(vpa)
    const unit = readOne(vpa, isOurs ? variant : BY_PEOPLE, workloads)
    if ('members' in unit && unit.acts) acting.set(keyOf(unit), (acting.get(keyOf(unit)) ?? 0) + 1)
    if (!isOurs) continue
    if ('why' in unit) {
      leftAlone.push(unit)
      continue
    }
    units.push(unit)
  }
  const isDouble = (unit: Unit) => unit.acts && acting.get(keyOf(unit))! > 1
  const single = units.filter((unit) => !isDouble(unit))
  const double = units.filter(isDouble).map(
    (unit): LeftAlone => ({
      ...{ namespace: unit.namespace, source: unit.source },
      why: {
        about: keyOf(unit),
        says: 'several VPAs change its Pods',
        act: 'Delete all but one, and run this command again.',
      },
    }),
  )
  const notes = single.some(({ acts }) => acts) ? [HISTORY] : []
  const ofGoldilocks = variant === BY_PEOPLE ? state.vpas.filter(isOfGoldilocks).length : 0
  if (ofGoldilocks > 0)
    notes.push({
      about: 'all',
      says: `${ofGoldilocks} VPAs were created by Goldilocks, which would switch them on again`,
      act: 'Migrate them with kubectl plimsoll migrate goldilocks.',
    })
  return { units: single, leftAlone: [...leftAlone, ...double], notes }
}

function keyOf({ members }: Unit): string {
  return describeWorkload(members[0]!.workload.workload)
}

function readOne(vpa: ApiObject, variant: VpaVariant, workloads: ReadonlyMap<string, KnownWorkload>): Unit | LeftAlone {
  const namespace = namespaceOf(vpa)
  const leave = (source: string, why: Note): LeftAlone => ({ namespace, source, why })
  const called = `${variant.name} ${nameOf(vpa)}`
  const read = readVpaSpec(beforeMigration(vpa))
  if (typeof read === 'string')
    return leave(called, {
      about: `${namespace} vpa/${nameOf(vpa)}`,
      says: `it cannot be read: ${read}`,
      act: 'Correct it: kubectl explain vpa.spec.',
    })
  const { kind, name, apiVersion } = read.targetRef
  const target = { namespace, kind: groupKind(kind, apiVersion), name }
  const about = describeWorkload(target)
  const workload = workloads.get(about)
  const mode = workload ? modeBefore(vpa, read, workload, variant) : modeOf(read)
  const source = `${called} (${mode})`
  if (!workload)
    return leave(source, {
      about,
      says: 'there is no such workload, or Plimsoll does not hand over workloads of this kind',
      act: 'Nothing: the VPA continues. Without a workload, delete the VPA.',
    })
  if (!workload.selector)
    return leave(source, {
      about,
      says: 'it selects its Pods by no label',
      act: 'Give its Pods a label: kubectl explain sizingpolicy.spec.selector.',
    })
  const spec: VpaSpec = { ...read, updatePolicy: { ...read.updatePolicy, updateMode: mode } }
  const { rules, notes, obstacle } = rulesOfVpa(spec, workload)
  const acts = mode !== 'Off'
  if (acts && obstacle) return leave(source, obstacle)
  return {
    ...{ namespace, source, acts },
    members: [{ workload, spec: takingOver({ ...rules, selector: workload.selector }) }],
    off: acts ? [...(variant.off?.(workload) ?? []), switchOff(vpa, variant)] : [],
    notes: acts ? notes : [],
  }
}

function modeBefore(vpa: ApiObject, spec: VpaSpec, workload: KnownWorkload, { modeOf: known }: VpaVariant): UpdateMode {
  const own = modeOf(spec)
  return own === 'Off' ? (known?.(vpa, workload) ?? own) : own
}

function switchOff(vpa: ApiObject, { modeOf: known }: VpaVariant): SwitchOff {
  const mode = modeOf(readVpaSpec(beforeMigration(vpa)) as VpaSpec)
  return {
    ...{ type: VPAS, object: vpa, isShared: known !== undefined },
    fields: [{ path: ['spec', 'updatePolicy', 'updateMode'], is: 'Off' }],
    says: `${namespaceOf(vpa)} vpa/${nameOf(vpa)}: updateMode ${mode} -> Off`,
  }
}
