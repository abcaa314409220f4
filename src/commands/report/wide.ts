import type { ContainerInsight, FleetInsight, ResourceInsight, WorkloadInsight } from '../../insight/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { targetsCell } from './autoscaled.ts'
import {
  bytesCell,
  confidenceCell,
  coresCell,
  moneyCell,
  nameOf,
  podsCell,
  riskCell,
  savingCell,
  shareCell,
  UNKNOWN,
} from './words.ts'

interface Row {
  readonly workload: WorkloadInsight
  readonly container: ContainerInsight
  /** Whether this is the first container of its workload. Only this row shows the figures of the workload. */
  readonly isFirst: boolean
}

/** Renders every container of every workload with all figures, at any width. */
export function renderWide({ workloads, prices: { currency } }: FleetInsight, looks: Looks): string {
  const rows = workloads.flatMap((workload) =>
    workload.containers.map((container, i): Row => ({ workload, container, isFirst: i === 0 })),
  )
  const ofWorkload =
    (of: (workload: WorkloadInsight) => ReturnType<GridColumn<Row>['of']>) =>
    ({ workload, isFirst }: Row) =>
      isFirst ? of(workload) : ''
  const ofHpa = (of: (autoscaled: NonNullable<WorkloadInsight['autoscaled']>) => string) =>
    ofWorkload(({ autoscaled }) => (autoscaled ? of(autoscaled) : '-'))
  const columns: GridColumn<Row>[] = [
    { title: 'WORKLOAD', align: 'left', of: ({ workload }) => nameOf(workload) },
    { title: 'KIND', align: 'left', of: ({ workload }) => printable(workload.kind) },
    { title: 'CONTAINER', align: 'left', of: ({ container }) => printable(container.name) },
    { title: 'PODS', align: 'right', of: ofWorkload(({ pods }) => podsCell(pods)) },
    { group: 'HPA', title: 'MIN', align: 'right', of: ofHpa(({ minReplicas }) => String(minReplicas)) },
    { title: 'MAX', align: 'right', of: ofHpa(({ maxReplicas }) => String(maxReplicas)) },
    { title: 'AT MIN', align: 'right', of: ofHpa(({ atMinimumShare }) => shareCell(atMinimumShare)) },
    { title: 'MIN NOW', align: 'right', of: ofHpa(({ minimum }) => moneyCell(minimum.now.perMonth, currency)) },
    { title: 'MIN NEEDED', align: 'right', of: ofHpa(({ minimum }) => moneyCell(minimum.learned?.perMonth, currency)) },
    { title: 'TARGET', align: 'left', of: ofHpa(targetsCell) },
    { title: 'MODE', align: 'left', of: ofWorkload(({ mode }) => mode ?? '-') },
    { title: 'GOAL', align: 'left', of: ofWorkload(({ goal }) => goal) },
    ...resourceColumns('CPU', ({ container }) => container.cpuCores, coresCell),
    ...resourceColumns('MEMORY', ({ container }) => container.memoryBytes, bytesCell),
    { title: 'THROTTLED', align: 'right', of: ({ container }) => shareCell(container.throttledShare) },
    { title: 'OOM', align: 'right', of: ({ container }) => String(container.oomKills ?? UNKNOWN) },
    { title: 'RESTARTS', align: 'right', of: ({ container }) => String(container.restarts ?? UNKNOWN) },
    { group: 'A MONTH', title: 'NOW', align: 'right', of: ofWorkload(({ money }) => moneyCell(money.now, currency)) },
    { title: 'FREED', align: 'right', of: ofWorkload(({ money }) => savingCell(money.savedSoFar, currency)) },
    { title: 'TO FREE', align: 'right', of: ofWorkload(({ money }) => savingCell(money.stillToSave, currency)) },
    { title: 'WAITS', align: 'left', of: ofWorkload(({ waiting }) => waiting?.state ?? '-') },
    { title: 'RISK', align: 'left', of: ofWorkload(({ risks }) => riskCell(risks)) },
    { title: 'WHY', align: 'left', of: ofWorkload(({ risks }) => printable(risks[0]?.says ?? '')) },
  ]
  return renderGrid(columns, rows, { ...looks, columns: Number.POSITIVE_INFINITY })
}

function resourceColumns(
  group: string,
  resourceOf: (row: Row) => ResourceInsight,
  spell: (value: number | undefined) => string,
): GridColumn<Row>[] {
  const written = (allotment: ResourceInsight['now'], field: 'request' | 'limit') =>
    allotment ? (allotment[field] === undefined ? 'none' : spell(allotment[field])) : UNKNOWN
  return [
    { group, title: 'AUTHOR', align: 'right', of: (row) => written(resourceOf(row).author, 'request') },
    { title: 'REQUEST', align: 'right', of: (row) => written(resourceOf(row).now, 'request') },
    { title: 'LIMIT', align: 'right', of: (row) => written(resourceOf(row).now, 'limit') },
    { title: 'P50', align: 'right', of: (row) => spell(resourceOf(row).uses?.p50) },
    { title: 'P95', align: 'right', of: (row) => spell(resourceOf(row).uses?.p95) },
    { title: 'PEAK', align: 'right', of: (row) => spell(resourceOf(row).uses?.peak) },
    { title: 'NEEDED', align: 'right', of: (row) => spell(resourceOf(row).learned?.request) },
    { title: 'CONF', align: 'right', of: (row) => confidenceCell(resourceOf(row).confidence) },
    {
      title: 'DOUBT',
      align: 'left',
      of: (row) => printable(resourceOf(row).confidence?.doubt ?? '-'),
    },
  ]
}
