import { kindInAnyCase, type Workload, workloadFromPodName } from '../../workloads/index.ts'
import { quote } from '../quote.ts'
import type { Columns } from './header.ts'

/** Whose usage a row is, as its columns name it. */
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

/** Whose usage a row is; the Pod's name if the workload is not known. */
export function whoseRow(columns: Columns, fields: readonly string[]): Whose | string {
  const field = (index: number) => (index < 0 ? '' : fields[index]!)
  const namespace = field(columns.namespace) || 'default'
  const pod = field(columns.pod)
  const workload = workloadOf(columns, field, namespace, pod)
  if (!workload) return pod
  return { workload, container: field(columns.container) || workload.name, pod }
}

function workloadOf(
  { workload, kind, ofKind, pod: podColumn }: Columns,
  field: (index: number) => string,
  namespace: string,
  pod: string,
): Workload | undefined {
  const named = ofKind.find(({ index }) => field(index) !== '')
  if (workload < 0 || (field(workload) === '' && (named || podColumn >= 0))) {
    if (named) return { namespace, kind: named.kind, name: field(named.index) }
    return workloadFromPodName(namespace, pod)
  }
  const spelled = field(kind) || 'Deployment'
  return { namespace, kind: kindInAnyCase(spelled) ?? spelled, name: field(workload) }
}

/** What is assumed of rows because columns are missing, as sentences. */
export function assumptionsOf(columns: Columns): readonly string[] {
  const { namespace, kind, workload, container, pod, ofKind, cpu, memory, long } = columns
  const byPod = workload < 0 && ofKind.length === 0
  return [
    ...(byPod ? ['The workloads are guessed from the names of their Pods.'] : []),
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
    unused.length > 0 ? ` If ${unused.slice(0, MOST_NAMED).join(' or ')} has it, say --columns ${role}=NAME.` : ''
  return `There is no column of ${resource} usage: it is not known.${such}`
}

const MOST_NAMED = 5

/** Names of the columns that hold nothing that is read. */
export function unusedColumns(columns: Columns): readonly string[] {
  const { time, date, cpu, memory, long } = columns
  const used = [time, date, cpu?.index, memory?.index, long?.metric, long?.second, long?.value]
  const known = new Set([...used, ...identityColumns(columns)])
  return columns.names.filter((name, index) => !known.has(index) && name !== '')
}
