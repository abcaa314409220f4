import type { BadRowsSummary } from '../../history/index.ts'
import { formatCount, plural } from '../../insight/index.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'

/** Renders which rows of a file could not be read; empty if all could. */
export function renderBadRows(summary: BadRowsSummary | undefined, { columns }: Looks): string {
  if (!summary || summary.bad === 0) return ''
  const { rows, bad, firstBad } = summary
  const head = `${formatCount(bad)} of ${plural(rows, 'row')} could not be used and ${bad === 1 ? 'was' : 'were'} left out:`
  const lines = firstBad.map(({ line, reason }) => `  line ${line}: ${printable(reason)}\n`)
  const rest = bad > firstBad.length ? `  and ${plural(bad - firstBad.length, 'other')}\n` : ''
  return paragraphs([head], columns) + lines.join('') + rest
}

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
