import type { ClusterState } from './cluster-state.ts'
import { valueAt } from './merge-patch.ts'
import { type ApiObject, type Note, nameOf, namespaceOf } from './objects.ts'
import { takingOver } from './policy.ts'
import { beforeMigration } from './record.ts'
import type { LeftAlone, Reading, Unit } from './unit.ts'
import { describeWorkload, IGNORED, ignoring, type KnownWorkload, templatePath } from './workload.ts'

/** On a Pod template: whether the enforcer changes its Pods. Source: enforcer/enforcer_main.py of robusta-dev/krr. */
const MUTATION_MODE = 'admission.robusta.dev/krr-mutation-mode'
/** Variables of the enforcer. Source: enforcer/env_vars.py. */
const DEFAULT_MODE = 'KRR_MUTATION_MODE_DEFAULT'
const EXCLUDED = 'EXCLUDED_CONTAINERS'

interface Enforcer {
  readonly name: string
  /** Whether it changes the Pods of workloads without the annotation; undefined if its Deployment does not say. */
  readonly enforces: boolean | undefined
  /** Containers that it leaves alone; undefined if its Deployment does not say. */
  readonly excluded: readonly string[] | undefined
}

/** A container as its author may have written it. */
interface RawContainer {
  readonly image?: unknown
  readonly env?: readonly { readonly name?: unknown; readonly value?: unknown; readonly valueFrom?: unknown }[]
  readonly envFrom?: readonly unknown[]
}

/** Reads which workloads KRR's enforcer sizes. */
export function readKrr(state: ClusterState): Reading {
  const enforcer = state.deployments.map(enforcerIn).find((one) => one !== undefined)
  const units: Unit[] = []
  const leftAlone: LeftAlone[] = []
  for (const workload of state.workloads) {
    const mode = valueAt(beforeMigration(workload.object), annotationOf(workload, MUTATION_MODE))
    if (mode === 'ignore' || (mode !== 'enforce' && !enforcer?.enforces)) continue
    const { namespace } = workload.workload
    const source = mode === 'enforce' ? 'KRR enforcer (enforce)' : 'KRR enforcer (default)'
    const why = whyNot(workload, enforcer)
    if (why) leftAlone.push({ namespace, source, why })
    else units.push(unitOf(workload, source, enforcer))
  }
  return { units, leftAlone, notes: notesAbout(enforcer, units.length > 0) }
}

function enforcerIn(deployment: ApiObject): Enforcer | undefined {
  const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers'])
  for (const container of Array.isArray(containers) ? (containers as RawContainer[]) : []) {
    const named = container?.env?.some((one) => one?.name === DEFAULT_MODE)
    if (!named && !/krr-enforcer/.test(String(container?.image))) continue
    const mode = variable(container, DEFAULT_MODE, 'enforce')
    return {
      name: `${namespaceOf(deployment)} deployment/${nameOf(deployment)}`,
      enforces: mode === undefined ? undefined : mode === 'enforce',
      excluded: variable(container, EXCLUDED, '')
        ?.split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    }
  }
  return undefined
}

/** Value of a variable of a container, or undefined if it is, or may be, in a ConfigMap or Secret. */
function variable({ env, envFrom }: RawContainer, name: string, otherwise: string): string | undefined {
  // Where a name is repeated, the last one counts, as in the kubelet.
  const written = env?.findLast((one) => one?.name === name)
  if (!written) return envFrom?.length ? undefined : otherwise
  return written.valueFrom ? undefined : String(written.value ?? '')
}

function annotationOf({ type }: KnownWorkload, name: string): string[] {
  return [...templatePath(type), 'metadata', 'annotations', name]
}

function whyNot(workload: KnownWorkload, enforcer: Enforcer | undefined): Note | undefined {
  const about = describeWorkload(workload.workload)
  if (enforcer && !enforcer.excluded)
    return {
      about,
      says: `${EXCLUDED} of the enforcer is not in its Deployment (valueFrom or envFrom), so the containers that it leaves alone are unknown`,
      act: `Write ${EXCLUDED} with its value into the Deployment of the enforcer, and run the command again.`,
    }
  if (!workload.selector)
    return {
      about,
      says: 'it selects its Pods by no label',
      act: 'Give its Pods a label: kubectl explain sizingpolicy.spec.selector.',
    }
  if (workload.template.containers.length === 0)
    return {
      about,
      says: 'its Pod template is in another object',
      act: `Set ${MUTATION_MODE}: ignore there, and write a SizingPolicy.`,
    }
  return undefined
}

function unitOf(workload: KnownWorkload, source: string, enforcer: Enforcer | undefined): Unit {
  const excluded = (enforcer?.excluded ?? []).filter((name) => workload.template.containers.includes(name))
  const ignored = ignoring(workload, excluded)
  const fields = [
    { path: annotationOf(workload, MUTATION_MODE), is: 'ignore' },
    ...(ignored === undefined ? [] : [{ path: annotationOf(workload, IGNORED), is: ignored }]),
  ]
  const spec = takingOver({
    selector: workload.selector!,
    running: 'inPlace',
    cpu: { limit: 'none' },
    memory: { limit: 'headroom' },
  })
  const { type, object } = workload
  const says = `${describeWorkload(workload.workload)}: annotation ${MUTATION_MODE} -> ignore in its Pod template: its Pods are replaced`
  return {
    ...{ namespace: workload.workload.namespace, source, acts: true, notes: [] },
    members: [{ workload, spec }],
    off: [{ type, object, fields, says }],
  }
}

function notesAbout(enforcer: Enforcer | undefined, hasUnits: boolean): Note[] {
  const notes: Note[] = []
  if (!enforcer && hasUnits)
    notes.push({
      about: 'all',
      says: 'no Deployment of the enforcer was found, so only workloads with its annotation count',
      act: `If it enforces by default (${DEFAULT_MODE}), set the annotation ${MUTATION_MODE} on the Pod templates first.`,
    })
  if (enforcer && enforcer.enforces === undefined)
    notes.push({
      about: enforcer.name,
      says: `${DEFAULT_MODE} is not in its Deployment (valueFrom or envFrom), so only workloads with its annotation count`,
      act: `If it enforces by default, write ${DEFAULT_MODE} with its value into the Deployment, and run the command again.`,
    })
  if (enforcer?.enforces)
    notes.push({
      about: enforcer.name,
      says: 'it enforces by default, also on workloads that are created later',
      act: `When everything is handed over, remove it or set ${DEFAULT_MODE}=ignore.`,
    })
  if (hasUnits)
    notes.push({
      about: 'all',
      says: 'the enforcer changes new Pods only, and Plimsoll also resizes running ones in place',
      act: 'To change new Pods only, set apply.running: never in the SizingPolicy of a workload.',
    })
  return notes
}
