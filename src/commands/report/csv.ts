import { Goal } from '../../api/index.ts'
import {
  type ContainerInsight,
  costPerMonth,
  type FleetInsight,
  type ResourceInsight,
  type WorkloadInsight,
} from '../../insight/index.ts'
import { printableLines } from '../terminal/text.ts'

type Value = string | number | undefined
type Field = readonly [name: string, of: (workload: WorkloadInsight, container: ContainerInsight) => Value]

const WORKLOAD: readonly Field[] = [
  ['namespace', ({ namespace }) => namespace],
  ['kind', ({ kind }) => kind],
  ['workload', ({ name }) => name],
  ['container', (_, { name }) => name],
  ['pods', ({ pods }) => pods],
  ['mode', ({ mode }) => mode],
  ['goal', ({ goal }) => goal],
]

function resource(
  name: 'cpu' | 'memory',
  unit: 'cores' | 'bytes',
  of: (container: ContainerInsight) => ResourceInsight,
): Field[] {
  const field = (what: string, pick: (its: ResourceInsight) => Value): Field => [
    `${name}_${what}_${unit}`,
    (_, container) => pick(of(container)),
  ]
  return [
    field('author_request', ({ author }) => author?.request),
    field('author_limit', ({ author }) => author?.limit),
    field('request', ({ now }) => now?.request),
    field('limit', ({ now }) => now?.limit),
    ...(['mean', 'p50', 'p95', 'p99', 'peak'] as const).map((figure) => field(figure, ({ uses }) => uses?.[figure])),
    field('applied_request', ({ applied }) => applied?.request),
    field('pending_request', ({ pending }) => pending?.request),
    field('learned_request', ({ learned }) => learned?.request),
    field('learned_limit', ({ learned }) => learned?.limit),
    [`${name}_confidence`, (_, container) => of(container).confidence?.value],
    [`${name}_doubt`, (_, container) => of(container).confidence?.doubt],
  ]
}

/** Cost per month of all Pods of a container; undefined if one of the figures behind it is not known. */
function perMonth(
  { pods, price }: WorkloadInsight,
  { cpuCores, memoryBytes }: ContainerInsight,
  which: 'now' | 'learned',
): Value {
  const [cpu, memory] = [cpuCores[which], memoryBytes[which]]
  if (pods === undefined || !cpu || !memory) return undefined
  return costPerMonth((cpu.request ?? 0) * pods, (memory.request ?? 0) * pods, price)
}

const FIELDS: readonly Field[] = [
  ...WORKLOAD,
  ...resource('cpu', 'cores', ({ cpuCores }) => cpuCores),
  ...resource('memory', 'bytes', ({ memoryBytes }) => memoryBytes),
  ['oom_kills', (_, { oomKills }) => oomKills],
  ['restarts', (_, { restarts }) => restarts],
  ['throttled_share', (_, { throttledShare }) => throttledShare],
  ['now_per_month', (workload, container) => perMonth(workload, container, 'now')],
  ['learned_per_month', (workload, container) => perMonth(workload, container, 'learned')],
  ...Goal.options.map((goal): Field => [`workload_${goal}_per_month`, ({ goals }) => goals[goal]?.perMonth]),
  ['workload_saved_per_month', ({ money }) => money.savedSoFar],
  ['workload_to_save_per_month', ({ money }) => money.stillToSave],
  ['workload_idle', ({ idle }) => (idle ? 'yes' : undefined)],
  ['workload_last_active', ({ idle }) => idle?.lastActive],
  ['workload_hpa', ({ autoscaled }) => autoscaled?.name],
  ['workload_min_replicas', ({ autoscaled }) => autoscaled?.minReplicas],
  ['workload_max_replicas', ({ autoscaled }) => autoscaled?.maxReplicas],
  ['workload_at_minimum_share', ({ autoscaled }) => autoscaled?.atMinimumShare],
  ['workload_minimum_per_month', ({ autoscaled }) => autoscaled?.minimum.now.perMonth],
  ['workload_minimum_learned_per_month', ({ autoscaled }) => autoscaled?.minimum.learned?.perMonth],
  ['waiting', ({ waiting }) => waiting?.state],
  ['risk', ({ risks }, { name }) => risks.find(({ container }) => container === name)?.severity],
  [
    'risk_codes',
    ({ risks }, { name }) => risks.flatMap(({ container, code }) => (container === name ? [code] : [])).join(' '),
  ],
]

/** Renders a row for each container; a figure that is not known is empty. */
export function renderCsv({ workloads }: FleetInsight): string {
  return csvText([NAMES, ...rowsOf(workloads)])
}

/** The same for several clusters, with the cluster in the first column. */
export function renderClustersCsv(items: readonly (FleetInsight & { readonly cluster: string })[]): string {
  const rows = items.flatMap(({ cluster, workloads }) => rowsOf(workloads).map((row) => [cluster, ...row]))
  return csvText([['cluster', ...NAMES], ...rows])
}

const NAMES = FIELDS.map(([name]) => name)

function rowsOf(workloads: readonly WorkloadInsight[]): Value[][] {
  return workloads.flatMap((workload) =>
    workload.containers.map((container) => FIELDS.map(([, of]) => of(workload, container))),
  )
}

/** Renders rows of fields. */
export function csvText(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/**
 * A field of a CSV file (RFC 4180). A text that a spreadsheet would take for a formula gets a leading `'`, because
 * names come from anyone who may create a workload.
 */
export function cell(value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const shown = printableLines(value)
  const text = /^[=+\-@\t]/.test(shown) ? `'${shown}` : shown
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
