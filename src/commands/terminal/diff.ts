import { diff } from 'node:util'
import { stringify } from 'yaml'
import { cut, type Looks } from './text.ts'

/** Number of unchanged lines around each change. */
const CONTEXT = 3

type Entry = readonly [sign: ' ' | '+' | '-', line: string]

/**
 * Renders the difference of two objects as YAML, in unified form. Long lines are cut at the width. Empty if there is
 * none.
 */
export function renderYamlDiff(before: unknown, after: unknown, looks: Looks): string {
  return renderLineDiff(yamlLines(before), yamlLines(after), looks)
}

/** The same for the lines of two texts. */
export function renderLineDiff(before: readonly string[], after: readonly string[], { columns, paint }: Looks): string {
  return hunksOf(diffLines(before, after))
    .flatMap((hunk, i) => [
      ...(i > 0 ? [paint('dim', '   ⋮')] : []),
      ...hunk.map(([sign, line]) => {
        const text = cut(`${sign} ${line}`, columns)
        return sign === ' ' ? text : paint(sign === '+' ? 'green' : 'red', text)
      }),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

function yamlLines(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n')
}

function diffLines(before: readonly string[], after: readonly string[]): Entry[] {
  const signs = { 1: '-', 0: ' ', [-1]: '+' } as const
  return diff(before, after).map(([sign, line]) => [signs[sign as -1 | 0 | 1], line])
}

/** Splits the lines into hunks: changes with their context. Hunks that touch are merged. */
function hunksOf(entries: readonly Entry[]): Entry[][] {
  const isNear = entries.map((_, i) =>
    entries.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([sign]) => sign !== ' '),
  )
  const hunks: Entry[][] = []
  for (const [i, entry] of entries.entries()) {
    if (!isNear[i]) continue
    if (i === 0 || !isNear[i - 1]) hunks.push([])
    hunks.at(-1)!.push(entry)
  }
  return hunks
}
