import { type FleetInsight, formatCount } from '../../insight/index.ts'
import { type Looks, looksOf, paragraphs, printable } from '../terminal/text.ts'
import { renderBillCsv } from './bill-csv.ts'
import { reportClusters } from './clusters/run.ts'
import { targetsOf, withContext } from './clusters/targets.ts'
import { renderCsv } from './csv.ts'
import { renderDocument } from './document.ts'
import { renderExperiments } from './experiments.ts'
import { exceeded, LIMIT_EXCEEDED } from './fail-on.ts'
import type { ReportOptions } from './options.ts'
import { type ReadReport, readReport } from './read.ts'
import { renderTable } from './table.ts'
import { renderWide } from './wide.ts'

/** Number of columns of a terminal that does not report its width. */
const COLUMNS = 110
const MOST_LINES = 20

/**
 * Prints the report, and sets the exit code by `--fail-on`. It only reads.
 *
 * @param out stream for the report
 * @param notes stream for progress and messages
 * @throws CommandError if nothing could be read
 */
export async function report(
  options: ReportOptions,
  out: NodeJS.WriteStream = process.stdout,
  notes: NodeJS.WriteStream = process.stderr,
): Promise<void> {
  const targets = targetsOf(options)
  const [target] = targets
  if (targets.length > 1) return tellExceeded(await reportClusters(targets, options, looksFor(out), out, notes), notes)
  const read = await readReport(withContext(options, target!), target!.choice, notes)
  out.write(render(read, options.output, looksFor(out)))
  if (options.output === 'csv') notes.write(renderLeftOut(read.insight, looksOf(notes)))
  tellExceeded(options.failOn ? exceeded(read.insight, options.failOn) : [], notes)
}

/** @param found what exceeds the conditions of `--fail-on` */
function tellExceeded(found: readonly string[], notes: NodeJS.WriteStream): void {
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
function documentOf({ insight, experiments }: ReadReport): object {
  return experiments.length > 0 ? { ...insight, experiments } : insight
}

function render(read: ReadReport, output: ReportOptions['output'], looks: Looks): string {
  const { insight, experiments } = read
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
    case 'yaml':
      return renderDocument(documentOf(read), output)
  }
}
