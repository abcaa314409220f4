import {
  identifyWorkload,
  kindInAnyCase,
  type RunRule,
  templateHashOfReplicaSet,
  type Workload,
  workloadFromPodName,
} from '../../workloads/index.ts'
import { quote } from '../quote.ts'
import { HistoryError } from '../source.ts'
import { plainName } from './column-names.ts'
import type { Columns } from './header.ts'
import type { Selection } from './selection.ts'

/** Workload and container of a row, according to its columns. */
export interface Whose {
  readonly workload: Workload
  readonly container: string
  readonly pod: string
}

/** Indexes of the columns that identify a series. */
export function identityColumns({ namespace, kind, workload, container, pod, ofKind }: Columns): readonly number[] {
  const all = [workload, namespace, kind, container, pod, ...ofKind.map(({ index }) => index)]
  return all.filter((index) => index >= 0)
}

/** A column that distinguishes or selects clusters, and the name of its label. */
export interface ClusterColumn {
  readonly index: number
  readonly label: string
}

/**
 * The columns whose name looks like that of a cluster, and those by which a person has selected rows.
 *
 * @throws HistoryError if a selected column does not exist
 */
export function clusterColumns(
  path: string,
  { names, clusters }: Columns,
  selection: Selection,
): readonly ClusterColumn[] {
  const chosen = selection.chosen.flatMap(([label, value]) => {
    const exact = names.indexOf(label)
    const index = exact >= 0 ? exact : names.findIndex((name) => plainName(name) === plainName(label))
    if (index < 0 && value === '') return []
    if (index < 0) throw new HistoryError(`${path}: --history-label: there is no column ${quote(label)}`)
    return [{ index, label }]
  })
  const others = clusters.flatMap(({ index, name }) =>
    chosen.some((one) => one.index === index) || [name, names[index]!].some((one) => selection.isSettled(one))
      ? []
      : [{ index, label: name }],
  )
  return [...chosen, ...others]
}

/**
 * Workload and container of a row; the Pod's name if the workload is unknown.
 *
 * @param rules rules that recognize workloads whose owners live for one run; by default those that need no settings
 */
export function whoseRow(columns: Columns, fields: readonly string[], rules?: readonly RunRule[]): Whose | string {
  const field = (index: number) => (index < 0 ? '' : fields[index]!)
  const namespace = field(columns.namespace) || 'default'
  const pod = field(columns.pod)
  const workload = workloadOf(columns, field, { namespace, pod, rules })
  if (!workload) return pod
  return { workload, container: field(columns.container) || workload.name, pod }
}

function workloadOf(
  { workload, kind, ofKind, pod: podColumn, names }: Columns,
  field: (index: number) => string,
  {
    namespace,
    pod,
    rules,
  }: { readonly namespace: string; readonly pod: string; readonly rules: readonly RunRule[] | undefined },
): Workload | undefined {
  const ofOne = ofKind.find(({ index }) => field(index) !== '')
  if (workload < 0 || (field(workload) === '' && (ofOne || podColumn >= 0))) {
    if (ofOne) return { namespace, kind: ofOne.kind, name: field(ofOne.index) }
    return workloadFromPodName(namespace, pod)
  }
  const spelled = field(kind) || 'Deployment'
  const named = { kind: kindInAnyCase(spelled) ?? spelled, name: field(workload) }
  const isOwner = OF_OWNERS.test(plainName(names[workload]!))
  return isOwner ? aboveOwner({ namespace, ...named }, pod, rules) : { namespace, ...named }
}

/** Columns with the name of the object that owns the Pod, which may exist only for a single run or version. */
const OF_OWNERS = /^(?:owner|created_by|controller)(?:_name)?$/

/** The workload of the Pods that an object owns, as far as names show it. */
function aboveOwner({ namespace, ...owner }: Workload, pod: string, rules?: readonly RunRule[]): Workload {
  const hash = owner.kind === 'ReplicaSet' ? templateHashOfReplicaSet(owner.name) : undefined
  const labels = hash === undefined ? {} : { 'pod-template-hash': hash }
  const ownerReferences = [{ ...owner, controller: true }]
  return identifyWorkload({ namespace, name: pod, labels, ownerReferences }, rules) ?? { namespace, ...owner }
}

/** Assumptions about rows because columns are missing, as sentences. */
export function assumptionsOf(columns: Columns): readonly string[] {
  const { namespace, kind, workload, container, pod, ofKind, cpu, memory, long } = columns
  const byPod = workload < 0 && ofKind.length === 0
  return [
    ...(byPod ? ['The workloads are guessed from the names of their Pods.'] : []),
    ...(workload >= 0 && OF_OWNERS.test(plainName(columns.names[workload]!))
      ? ['The workloads of owners that exist for one run or version are guessed from their names.']
      : []),
    ...(namespace < 0 ? ['There is no column "namespace": "default" was assumed.'] : []),
    ...(kind < 0 && workload >= 0 && ofKind.length === 0
      ? ['There is no column "kind": "Deployment" was assumed.']
      : []),
    ...(container < 0
      ? [`There is no column "container": ${pod < 0 ? 'each workload' : 'each Pod'} counts as one container.`]
      : []),
    ...(long || cpu ? [] : [missing(columns, 'CPU')]),
    ...(long || memory ? [] : [missing(columns, 'memory')]),
  ]
}

function missing(columns: Columns, resource: 'CPU' | 'memory'): string {
  const unused = unusedColumns(columns).map((name) => quote(name))
  const role = resource.toLowerCase()
  const such =
    unused.length > 0 ? ` If ${unused.slice(0, MOST_NAMED).join(' or ')} has it, use --columns ${role}=NAME.` : ''
  return `There is no column of ${resource} usage, so it is unknown.${such}`
}

const MOST_NAMED = 5

/** Names of the columns that are not read. */
export function unusedColumns(columns: Columns): readonly string[] {
  const { time, date, cpu, memory, long } = columns
  const used = [time, date, cpu?.index, memory?.index, long?.metric, long?.second, long?.value]
  const known = new Set([...used, ...identityColumns(columns), ...columns.clusters.map(({ index }) => index)])
  return columns.names.filter((name, index) => !known.has(index) && name !== '')
}
