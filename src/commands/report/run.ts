import { stringify } from 'yaml'
import type { Goal } from '../../api/index.ts'
import { installedRules } from '../../explain/index.ts'
import type { UsageColumns } from '../../history/index.ts'
import { type FleetInsight, fleetInsight, formatCount, type Note, plural } from '../../insight/index.ts'
import { KubeError } from '../../kube/index.ts'
import {
  type ChosenHistory,
  chooseHistory,
  type FleetSources,
  type HistoryOptions,
  type PriceOptions,
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
import { jsonText } from '../terminal/print.ts'
import { Progress } from '../terminal/progress.ts'
import { type Looks, looksOf, paragraphs, printable, printableLines } from '../terminal/text.ts'
import { type Report, withBill } from './bill.ts'
import { renderBillCsv } from './bill-csv.ts'
import { renderCsv } from './csv.ts'
import { decisionsOf, readDecisions } from './decisions.ts'
import { type ReportedExperiment, readExperiments, renderExperiments } from './experiments.ts'
import { type Condition, exceeded, isOnNodes, LIMIT_EXCEEDED } from './fail-on.ts'
import { renderTable } from './table.ts'
import { renderWide } from './wide.ts'

export interface ReportOptions extends HistoryOptions, PriceOptions {
  readonly cluster?: boolean
  readonly namespace?: readonly string[]
  readonly selector?: string
  readonly prometheusDays?: number
  readonly decisions?: string
  readonly pods?: readonly string[]
  readonly config?: string
  readonly plimsollNamespace: string
  readonly goal: Goal
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'csv' | 'bill-csv'
  readonly nodeShapes?: boolean
  readonly failOn?: readonly Condition[]
}

const DAY_SECONDS = 86_400
const DEFAULT_DAYS = 14
/** Number of columns of a terminal that does not report its width. */
const COLUMNS = 110
const MOST_LINES = 20

/**
 * Prints the report, and sets the exit code by `--fail-on`. It only reads.
 *
 * @param out stream for the report
 * @param notes stream for progress and messages
 */
export async function report(
  options: ReportOptions,
  out: NodeJS.WriteStream = process.stdout,
  notes: NodeJS.WriteStream = process.stderr,
): Promise<void> {
  const { insight, experiments } = await insightFor(options, notes)
  out.write(render(insight, experiments, options.output, looksFor(out)))
  if (options.output === 'csv') notes.write(renderLeftOut(insight, looksOf(notes)))
  const found = options.failOn ? exceeded(insight, options.failOn) : []
  if (found.length === 0) return
  const shown = found.slice(0, MOST_LINES)
  const rest = found.length > shown.length ? `  and ${formatCount(found.length - shown.length)} more\n` : ''
  notes.write(`plimsoll: more than --fail-on allows:\n${shown.map((line) => `  ${line}\n`).join('')}${rest}`)
  process.exitCode = LIMIT_EXCEEDED
}

/** Notes about workloads that are missing in a table. */
function renderLeftOut({ notes }: FleetInsight, { columns }: Looks): string {
  const leftOut = notes.filter(({ code }) => code === 'PodsLeftOut')
  return paragraphs(
    leftOut.map(({ says }) => printable(says)),
    columns,
  )
}

function looksFor(out: NodeJS.WriteStream): Looks {
  return out.columns ? looksOf(out) : { ...looksOf(out), columns: COLUMNS }
}

/** A report for programs: that of the workloads, and the experiments where there are any. */
function documentOf(insight: Report, experiments: readonly ReportedExperiment[]): object {
  return experiments.length > 0 ? { ...insight, experiments } : insight
}

function render(
  insight: Report,
  experiments: readonly ReportedExperiment[],
  output: ReportOptions['output'],
  looks: Looks,
): string {
  switch (output) {
    case 'table':
      return renderTable(insight, looks, renderExperiments(experiments, looks))
    case 'wide':
      return renderWide(insight, looks)
    case 'csv':
      return renderCsv(insight)
    case 'bill-csv':
      return renderBillCsv(insight)
    case 'json':
      return `${jsonText(documentOf(insight, experiments))}\n`
    case 'yaml':
      return printableLines(stringify(documentOf(insight, experiments), { aliasDuplicateObjects: false, lineWidth: 0 }))
  }
}

async function insightFor(
  options: ReportOptions,
  notes: NodeJS.WriteStream,
): Promise<{ readonly insight: Report; readonly experiments: readonly ReportedExperiment[] }> {
  const { history, prometheus, namespace, goal, decisions } = options
  const prices = await readPrices(options)
  const byLabel = decisions === undefined ? undefined : await readDecisions(decisions)
  const nowSeconds = Date.now() / 1000
  const asksHistory = history !== undefined || prometheus !== undefined
  const asksCluster = options.cluster || !asksHistory
  const { client } = asksCluster ? await clusterClient('Or give --prometheus <url> or --history <file>.') : {}
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
    ...(chosen && prometheus === undefined && { history: chosen.source }),
    ...(namespace && { namespaces: namespace }),
    ...(options.pods && { manifests: options.pods }),
    ...(prometheus !== undefined && {
      prometheus: {
        ...(await prometheusOptions({ ...withNamespaces(options), rules }, prometheus)),
        onWarning: (message: string) => warnings.push(message),
      },
    }),
  }
  try {
    const facts = await readFleetFacts(sources, {
      ...{ prices, goal, nowSeconds },
      window: {
        fromSeconds: nowSeconds - (options.prometheusDays ?? DEFAULT_DAYS) * DAY_SECONDS,
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

/** Restricts the query to the namespaces of the report, unless `--prometheus-namespace` is given. */
function withNamespaces(options: ReportOptions): ReportOptions {
  const namespaces = options.prometheusNamespace ?? options.namespace
  return namespaces ? { ...options, prometheusNamespace: namespaces } : options
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
