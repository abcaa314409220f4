import { EXPERIMENTS } from '../../api/index.ts'
import {
  type ExperimentReport,
  formatCost,
  formatMilliseconds,
  formatShare,
  reportOf,
  type StoredExperiment,
} from '../../experiment-client/index.ts'
import { type KubeClient, KubeError } from '../../kube/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { section } from './section.ts'

/** What a report shows of an experiment; `kubectl plimsoll try --status` shows its trials, too. */
export type ReportedExperiment = Pick<ExperimentReport, (typeof FIELDS)[number]>

const FIELDS = [
  ...(['namespace', 'name', 'targets', 'phase', 'limits', 'goal', 'endedAt'] as const),
  ...(['baselineCostPerHour', 'points', 'verdict', 'says'] as const),
]
const MOST = 20
/** Each may have a megabyte. */
const PAGE = 20

/**
 * The experiments of some namespaces, newest first; those of all where none is named.
 *
 * @returns none where the cluster has no such type, or the user may not read it
 * @throws KubeError if the cluster cannot be read otherwise
 */
export async function readExperiments(
  client: KubeClient,
  namespaces: readonly string[] | undefined,
): Promise<ReportedExperiment[]> {
  const found: ReportedExperiment[] = []
  try {
    for (const namespace of namespaces ?? [undefined])
      for await (const { items } of client.list<StoredExperiment>(EXPERIMENTS, { namespace, pageSize: PAGE }))
        found.push(...items.map(reportedOf))
  } catch (error) {
    if (!(error instanceof KubeError && (error.status === 403 || error.status === 404))) throw error
  }
  const timeOf = ({ endedAt = '9' }: ReportedExperiment) => endedAt
  return found.sort((a, b) => timeOf(b).localeCompare(timeOf(a)))
}

export function reportedOf(experiment: StoredExperiment): ReportedExperiment {
  const report = reportOf(experiment)
  return Object.fromEntries(FIELDS.map((field) => [field, report[field]])) as unknown as ReportedExperiment
}

/** Renders what experiments found; empty where there is none. */
export function renderExperiments(experiments: readonly ReportedExperiment[], looks: Looks): string {
  if (experiments.length === 0) return ''
  const more = experiments.length > MOST ? `  and ${experiments.length - MOST} more\n` : ''
  return section('Experiments', `${renderGrid(COLUMNS, experiments.slice(0, MOST), looks)}${more}`, looks)
}

const bestOf = ({ points, goal }: ReportedExperiment) => points[goal]
const UNKNOWN = '?'

const COLUMNS: GridColumn<ReportedExperiment>[] = [
  { title: 'EXPERIMENT', align: 'left', of: ({ namespace, name }) => printable(`${namespace}/${name}`), least: 20 },
  { title: 'OF', align: 'left', of: ({ targets }) => printable(targets.join(', ')), drop: 1 },
  { title: 'STATE', align: 'left', of: ({ phase }) => printable(phase) },
  { title: 'RESULT', align: 'left', of: ({ verdict }) => verdict ?? UNKNOWN },
  {
    title: 'NOW/H',
    align: 'right',
    of: ({ baselineCostPerHour }) => costOf(baselineCostPerHour),
    drop: 2,
  },
  { title: 'BEST/H', align: 'right', of: (one) => costOf(bestOf(one)?.costPerHour) },
  {
    title: 'SAVES',
    align: 'right',
    of: (one) => {
      const saving = bestOf(one)?.saving
      return saving === undefined ? UNKNOWN : formatShare(saving)
    },
  },
  {
    title: 'LATENCY',
    align: 'right',
    of: (one) => {
      const latency = bestOf(one)?.latencyMilliseconds.expected
      return latency === undefined ? UNKNOWN : formatMilliseconds(latency)
    },
  },
]

function costOf(cost: number | undefined): string {
  return cost === undefined ? UNKNOWN : formatCost(cost)
}
