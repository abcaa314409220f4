import type { HistorySummary } from '../../history/index.ts'
import { formatCount, plural } from '../../insight/index.ts'
import type { Skipped } from '../../readers/index.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'

/** Renders what was assumed to read a file, and which of its rows were not used; empty if there is nothing to say. */
export function renderRows(summary: HistorySummary | undefined, { columns }: Looks): string {
  if (!summary) return ''
  const leftOut = leftOutSentence(summary)
  return (
    paragraphs(summary.assumed.map(printable), columns) +
    (leftOut ? paragraphs([printable(leftOut)], columns) : '') +
    listOf(summary, summary.firstFuture, summary.leftOut.future) +
    renderBad(summary, columns)
  )
}

/** Says how many rows were left out that make sense, and why; undefined if none were. */
export function leftOutSentence({ rows, leftOut, somePods }: HistorySummary): string | undefined {
  const verb = (count: number, one: string, many: string) => `${formatCount(count)} ${count === 1 ? one : many}`
  const parts: (string | false)[] = [
    leftOut.gaps > 0 && verb(leftOut.gaps, 'has no value', 'have no value'),
    leftOut.repeated > 0 && verb(leftOut.repeated, 'repeats another one', 'repeat others'),
    leftOut.scrapedTwice > 0 && `${formatCount(leftOut.scrapedTwice)} of containers that are scraped twice`,
    leftOut.others > 0 && verb(leftOut.others, 'belongs to no container', 'belong to no container'),
    leftOut.unowned > 0 &&
      `${verb(leftOut.unowned, 'is', 'are')} of Pods whose workload is not known (such as ${somePods.join(', ')})`,
    leftOut.elsewhere > 0 && `${formatCount(leftOut.elsewhere)} of other labels than --history-label asks for`,
    leftOut.future > 0 && verb(leftOut.future, 'is in the future', 'are in the future'),
  ]
  const said = parts.filter((part) => part !== false)
  return said.length > 0 ? `Of ${plural(rows, 'row')}, these were left out: ${said.join('; ')}.` : undefined
}

function renderBad(summary: HistorySummary, columns: number): string {
  const { rows, bad, firstBad } = summary
  if (bad === 0) return ''
  const head = `${formatCount(bad)} of ${plural(rows, 'row')} could not be used and ${bad === 1 ? 'was' : 'were'} left out:`
  return paragraphs([head], columns) + listOf(summary, firstBad, bad)
}

function listOf({ rowsAre }: HistorySummary, first: HistorySummary['firstBad'], count: number): string {
  const lines = first.map(({ line, reason }) => `  ${rowsAre} ${line}: ${printable(reason)}\n`)
  const rest = count > first.length ? `  and ${plural(count - first.length, 'other')}\n` : ''
  return lines.join('') + rest
}

/** Renders which documents of manifests are not understood, a line for each. */
export function renderSkipped(skipped: readonly Skipped[]): string {
  const lines = skipped
    .slice(0, MOST_SKIPPED)
    .map(({ where, why }) => `Skipped ${printable(where)}: ${printable(why)}\n`)
  const rest = skipped.length - lines.length
  return lines.join('') + (rest > 0 ? `Skipped ${plural(rest, 'other document')}\n` : '')
}

const MOST_SKIPPED = 50

/** Renders what of a store was left out or guessed. */
export function renderRemarks(remarks: readonly string[], { columns }: Looks): string {
  return paragraphs(remarks.map(printable), columns)
}

/** Renders the warnings of the server that the history comes from. */
export function renderWarnings(warnings: readonly string[], { columns }: Looks): string {
  return paragraphs(
    warnings.map((warning) => `Warning: ${printable(warning)}`),
    columns,
  )
}
