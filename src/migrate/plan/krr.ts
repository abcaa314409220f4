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
  /** Whether it changes the Pods of workloads without the annotation. */
  readonly enforces: boolean
  readonly excluded: readonly string[]
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
    const why = whyNot(workload)
    if (why) leftAlone.push({ namespace, source, why })
    else units.push(unitOf(workload, source, enforcer))
  }
  return { units, leftAlone, notes: notesAbout(enforcer, units.length > 0) }
}

function enforcerIn(deployment: ApiObject): Enforcer | undefined {
  const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers'])
  for (const container of Array.isArray(containers) ? containers : []) {
    const variables = new Map<string, unknown>(
      (Array.isArray(container?.env) ? container.env : []).map((one: { name?: string; value?: unknown }) => [
        one?.name,
        one?.value,
      ]),
    )
    if (!variables.has(DEFAULT_MODE) && !/krr-enforcer/.test(String(container?.image))) continue
    return {
      name: `${namespaceOf(deployment)} deployment/${nameOf(deployment)}`,
      enforces: (variables.get(DEFAULT_MODE) ?? 'enforce') === 'enforce',
      excluded: String(variables.get(EXCLUDED) ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    }
  }
  return undefined
}

function annotationOf({ type }: KnownWorkload, name: string): string[] {
  return [...templatePath(type), 'metadata', 'annotations', name]
}

function whyNot(workload: KnownWorkload): Note | undefined {
  const about = describeWorkload(workload.workload)
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
