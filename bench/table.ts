import type { Verdict } from './ranges.ts'

const HEAD = ['', 'measured', 'target', 'fails', '']

/** Figures beside their targets and bounds, a line each. */
export function renderTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, value, range, isInRange, isOnTarget }) => {
    const isLeast = range?.least !== undefined
    const bound = range?.most ?? range?.least
    const target = range?.target === undefined ? '' : `${isLeast ? '≥' : '≤'} ${text(range.target)}`
    const fails = bound === undefined ? '' : `${isLeast ? '<' : '>'} ${text(bound)}`
    return [name, text(value), target, fails, isInRange ? (isOnTarget ? '' : 'misses its target') : 'OUT OF RANGE']
  })
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, i) => Math.max(...all.map((row) => row[i]!.length)))
  const isText = (i: number) => i === 0 || i === HEAD.length - 1
  return all
    .map((row) =>
      row
        .map((cell, i) => (isText(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function text(value: number): string {
  return Number.isNaN(value) ? 'missing' : String(Number(value.toPrecision(3)))
}
