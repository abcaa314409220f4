import type { Workload } from './workload.ts'

/** API group of each kind of workload that is written without its group. If several groups have the kind, it is the most common one. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'apps'],
  ['StatefulSet', 'apps'],
  ['DaemonSet', 'apps'],
  ['ReplicaSet', 'apps'],
  ['ReplicationController', ''],
  ['Job', 'batch'],
  ['CronJob', 'batch'],
  ['Rollout', 'argoproj.io'],
  ['CloneSet', 'apps.kruise.io'],
  ['DeploymentConfig', 'apps.openshift.io'],
])

/** Group of the core API in texts, because its real name is empty. */
const CORE = 'core'

/**
 * A kind and its API group as one text: only the kind if its group is the usual one, and otherwise `<kind>.<group>` as in kubectl, such
 * as `StatefulSet.apps.kruise.io`. Without the group, two workloads with the same kind and name would be treated as one.
 *
 * @param apiVersion `<group>/<version>`; undefined if the source has only kinds, as metrics do
 */
export function groupKind(kind: string, apiVersion: string | undefined): string {
  if (apiVersion === undefined) return kind
  const slash = apiVersion.lastIndexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  return group === (GROUPS.get(kind) ?? '') ? kind : `${kind}.${group || CORE}`
}

/** Splits what `groupKind` returns. The group is undefined if the text does not contain it and the kind has no usual one. */
export function parseGroupKind(text: string): { readonly kind: string; readonly group: string | undefined } {
  const dot = text.indexOf('.')
  if (dot < 0) return { kind: text, group: GROUPS.get(text) }
  return { kind: text.slice(0, dot), group: text.slice(dot + 1) }
}

/** Whether a kind is written with its API group. */
function hasGroup({ kind }: Pick<Workload, 'kind'>): boolean {
  return kind.includes('.')
}

/** The workload as it is named in sources that have only kinds. */
export function withoutGroup(workload: Workload): Workload {
  return hasGroup(workload) ? { ...workload, kind: parseGroupKind(workload.kind).kind } : workload
}

const IN_LOWER_CASE: ReadonlyMap<string, string> = new Map([...GROUPS.keys()].map((kind) => [kind.toLowerCase(), kind]))

/** The kind of a usual group for a text in any case; undefined if there is none. */
export function kindInAnyCase(text: string): string | undefined {
  return IN_LOWER_CASE.get(text.toLowerCase())
}
