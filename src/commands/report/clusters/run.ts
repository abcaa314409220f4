import { type FleetInsightList, insightList, type UnreadCluster } from '../../../insight/index.ts'
import { findCredentials } from '../../../kube/index.ts'
import { CommandError } from '../../failure.ts'
import { type Looks, printable } from '../../terminal/text.ts'
import type { Report } from '../bill.ts'
import { renderClustersBillCsv, requireBill } from '../bill-csv.ts'
import { renderClustersCsv } from '../csv.ts'
import { renderDocument } from '../document.ts'
import { exceeded } from '../fail-on.ts'
import type { ReportOptions } from '../options.ts'
import { readReport } from '../read.ts'
import { renderWide } from '../wide.ts'
import { renderClusters } from './table.ts'
import { type Target, withContext } from './targets.ts'

const FAILED = 1

/**
 * Prints one report of several clusters, which are read one after another. A cluster that cannot be read is named, sets the
 * exit code to 1, and does not affect the others; neither does one for which a condition of `--fail-on` cannot be judged.
 *
 * @param out stream for the report
 * @param notes stream for progress and messages
 * @returns what exceeds the conditions of `--fail-on`, a line each
 * @throws CommandError if no cluster could be read
 */
export async function reportClusters(
  targets: readonly Target[],
  options: ReportOptions,
  looks: Looks,
  out: NodeJS.WriteStream,
  notes: NodeJS.WriteStream,
): Promise<string[]> {
  const items: (Report & { readonly cluster: string })[] = []
  const unread: UnreadCluster[] = []
  const servers = new Map<string, string>()
  for (const target of targets) {
    const cluster = target.name ?? ''
    if (notes.isTTY) notes.write(`Cluster ${printable(cluster)}:\n`)
    try {
      const { server } = await findCredentials(target.choice)
      const same = servers.get(server)
      if (same !== undefined) throw new CommandError(`it is the same cluster as ${same} (${server})`)
      servers.set(server, cluster)
      const { insight } = await readReport(withContext(options, target), target.choice, notes)
      if (options.output === 'bill-csv') requireBill(insight)
      items.push({ ...insight, cluster })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      unread.push({ cluster, error: error.message })
    }
  }
  const failures = unread.map(
    ({ cluster, error }) => `cluster ${printable(cluster)} could not be read: ${printable(error)}`,
  )
  if (items.length === 0) throw new CommandError(failures.join('\n'))
  out.write(render(insightList(items, unread), options.output, looks))
  const found = items.flatMap((item) => {
    const name = printable(item.cluster)
    try {
      return exceeded(item, options.failOn ?? []).map((line) => `${name}: ${line}`)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      failures.push(`cluster ${name}: ${error.message}`)
      return []
    }
  })
  for (const failure of failures) notes.write(`plimsoll: ${failure}\n`)
  if (failures.length > 0) process.exitCode = FAILED
  return found
}

function render(list: FleetInsightList<Report>, output: ReportOptions['output'], looks: Looks): string {
  switch (output) {
    case 'table':
      return renderClusters(list, looks)
    case 'wide':
      return list.items
        .map((item) => `${looks.paint('cyan', printable(item.cluster))}\n${renderWide(item, looks)}`)
        .join('\n')
    case 'csv':
      return renderClustersCsv(list.items)
    case 'bill-csv':
      return renderClustersBillCsv(list.items)
    case 'json':
    case 'yaml':
      return renderDocument(list, output)
  }
}
