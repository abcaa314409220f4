import { installedRules } from '../../explain/index.ts'
import type { UsageColumns } from '../../history/index.ts'
import { fleetInsight, formatCount, type Note, plural } from '../../insight/index.ts'
import { type ClusterChoice, KubeError } from '../../kube/index.ts'
import {
  type ChosenHistory,
  chooseHistory,
  datadogOptions,
  type FleetSources,
  prometheusOptions,
  readFleetFacts,
  readNodes,
  readPrices,
  type Skipped,
} from '../../readers/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { leftOutSentence, renderRows, renderSkipped, renderWarnings } from '../history/render.ts'
import { rulesFrom } from '../run-rules.ts'
import { Progress } from '../terminal/progress.ts'
import { looksOf } from '../terminal/text.ts'
import { type Report, withBill } from './bill.ts'
import { decisionsOf, readDecisions } from './decisions.ts'
import { type ReportedExperiment, readExperiments } from './experiments.ts'
import { isOnNodes } from './fail-on.ts'
import type { ReportOptions } from './options.ts'

const DAY_SECONDS = 86_400
const DEFAULT_DAYS = 14

/** The report of one cluster or history. */
export interface ReadReport {
  readonly insight: Report
  readonly experiments: readonly ReportedExperiment[]
}

/**
 * Reads what the options name, and computes the report of it.
 *
 * @param choice the cluster, if one is read
 * @throws CommandError if the cluster refuses, or there is none
 */
export async function readReport(
  options: ReportOptions,
  choice: ClusterChoice,
  notes: NodeJS.WriteStream,
): Promise<ReadReport> {
  const { history, prometheus, datadog, namespace, goal, decisions } = options
  const prices = await readPrices(options)
  const byLabel = decisions === undefined ? undefined : await readDecisions(decisions)
  const nowSeconds = Date.now() / 1000
  const asksHistory = history !== undefined || prometheus !== undefined || datadog !== undefined
  const asksCluster = options.cluster || !asksHistory || choice.context !== undefined || choice.kubeconfig !== undefined
  const { client } = asksCluster
    ? await clusterClient(choice, 'Or give --prometheus <url>, --datadog or --history <file>.')
    : {}
  const rules = rulesFrom(options.config) ?? (client && (await installedRules(client, options.plimsollNamespace)))
  const chosen = asksHistory ? await chooseHistory({ ...withNamespaces(options), rules }) : undefined
  const warnings: string[] = []
  let skipped: readonly Skipped[] = []
  const progress = new Progress(notes)
  const tell = (line: string) => {
    progress.end()
    if (notes.isTTY) notes.write(`${line}\n`)
  }
  const sources: FleetSources = {
    ...(client && {
      cluster: {
        client,
        ...(namespace && { namespaces: namespace }),
        ...(options.selector && { selector: options.selector }),
        ...(rules && { rules }),
      },
    }),
    ...(chosen && history !== undefined && { history: chosen.source }),
    ...(namespace && { namespaces: namespace }),
    ...(options.pods && { manifests: options.pods }),
    ...(prometheus !== undefined && {
      prometheus: {
        ...(await prometheusOptions({ ...withNamespaces(options), rules }, prometheus)),
        onWarning: (message: string) => warnings.push(message),
      },
    }),
    ...(datadog && {
      datadog: {
        ...datadogOptions({ ...withNamespaces(options), rules }),
        onWarning: (message: string) => warnings.push(message),
      },
    }),
  }
  try {
    const facts = await readFleetFacts(sources, {
      ...{ prices, goal, nowSeconds },
      window: {
        fromSeconds: nowSeconds - (options.prometheusDays ?? options.datadogDays ?? DEFAULT_DAYS) * DAY_SECONDS,
        toSeconds: nowSeconds,
      },
      minimumHistory: chosen?.minimumHistory,
      ...(options.strict && { strict: true }),
      ...(rules && { rules }),
      onSkipped: (its) => {
        skipped = its
      },
      onReading: (what) => tell(`Reading ${what} …`),
      onRead: ({ usage }) => tell(`Learning from ${plural(usage.length, 'container')} …`),
      ...(notes.isTTY && {
        onProgress: (done) => progress.show(done),
        onLearning: (share, doing) => progress.showShare(share, doing),
      }),
      ...(byLabel && { decisionsOf: (usage: readonly UsageColumns[]) => decisionsOf(byLabel, usage) }),
    })
    const insight = fleetInsight({ ...facts, notes: [...facts.notes, ...told(chosen, warnings)] })
    const isWhole = shows(options.output)
    const asksNodes = client && (isWhole || options.failOn?.some(isOnNodes))
    if (asksNodes) tell('Reading nodes …')
    const counting = new Progress(notes)
    const withNodes = asksNodes
      ? await withBill(insight, await readNodes(client, rules), {
          asksShapes: options.nodeShapes,
          ...(notes.isTTY && { onProgress: (share, doing) => counting.showShare(share, doing) }),
        })
      : insight
    return {
      insight: withNodes,
      experiments: client && isWhole && options.output !== 'bill-csv' ? await readExperiments(client, namespace) : [],
    }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    throw new CommandError(error.message, { cause: error })
  } finally {
    progress.end()
    client?.close()
    notes.write(renderSkipped(skipped))
    notes.write(renderRows(chosen?.summary(), looksOf(notes)) + renderWarnings(warnings, looksOf(notes)))
  }
}

/** Whether an output shows nodes and experiments, and not workloads alone. */
function shows(output: ReportOptions['output']): boolean {
  return output !== 'wide' && output !== 'csv'
}

/** Restricts queries to the namespaces of the report, unless `--prometheus-namespace` or `--datadog-namespace` is given. */
function withNamespaces(options: ReportOptions): ReportOptions {
  const { namespace } = options
  return namespace ? { prometheusNamespace: namespace, datadogNamespace: namespace, ...options } : options
}

/** Notes on rows that were left out and on warnings, so that programs see them, too. */
function told(chosen: ChosenHistory | undefined, warnings: readonly string[]): Note[] {
  const summary = chosen?.summary()
  const bad =
    summary && summary.bad > 0 ? `${plural(summary.bad, 'row')} of ${formatCount(summary.rows)} could not be used.` : ''
  const says = [summary && leftOutSentence(summary), bad].filter(Boolean).join(' ')
  return [
    ...(says ? [{ code: 'RowsLeftOut' as const, says }] : []),
    ...warnings.map((says) => ({ code: 'Warning' as const, says })),
  ]
}
