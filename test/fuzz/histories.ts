// Files of usage in every dialect, with changes: only HistoryError may come out of the reader, it must end, and each row is either
// used or reported.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { fileHistory, HistoryError, type HistorySummary } from '../../src/history/index.ts'
import { EXPORTS, type Export, FROM_SECONDS, usageOf } from '../history/file/exports.ts'
import { JSON_EXPORTS } from '../history/file/exports-json.ts'
import { type Damage, damaged, damages } from './mutations.ts'
import type { Target } from './target.ts'

interface Case {
  readonly of: Export
  readonly steps: number
  readonly lines: readonly LineChange[]
  readonly ofText: Damage[]
  readonly isStrict: boolean
}

type LineChange =
  | { readonly do: 'drop'; readonly at: number }
  | { readonly do: 'repeat'; readonly at: number }
  | { readonly do: 'blank'; readonly at: number }
  | { readonly do: 'move'; readonly at: number; readonly to: number }
  | { readonly do: 'cell'; readonly at: number; readonly cell: number; readonly value: string }

const VALUES = fc.constantFrom(
  ...[
    '',
    'NaN',
    'NULL',
    '1,5',
    '1.234,5',
    '1,234',
    '12 %',
    '5e999',
    '-1',
    '204m',
    '256Mi',
    '"',
    '""',
    '"a',
    'a,b',
    ';',
    '\t',
  ],
  ...[
    '2028-10-21T00:00:00Z',
    '1855699200',
    '2026-11-21 00:00:00 UTC',
    '06/07/2026',
    'timestamp',
    'cpu_cores',
    '{',
    '}',
  ],
  ...[
    '\u0000',
    '\ud800',
    '__proto__',
    'x'.repeat(70_000),
    '# EOF',
    '#',
    'sep=;',
    '---',
    '(3 rows)',
    String(FROM_SECONDS),
  ],
)
const at = fc.nat({ max: 1_000 })
const changes: fc.Arbitrary<LineChange> = fc.oneof(
  fc.record({ do: fc.constant('drop' as const), at }),
  fc.record({ do: fc.constant('repeat' as const), at }),
  fc.record({ do: fc.constant('blank' as const), at }),
  fc.record({ do: fc.constant('move' as const), at, to: at }),
  fc.record({ do: fc.constant('cell' as const), at, cell: fc.nat({ max: 12 }), value: VALUES }),
)

export const histories: Target<Case> = {
  name: 'histories',
  count: 400,
  cases: fc.record({
    of: fc.constantFrom(...EXPORTS, ...JSON_EXPORTS),
    steps: fc.integer({ min: 1, max: 40 }),
    lines: fc.array(changes, { maxLength: 6 }),
    ofText: fc.oneof({ weight: 2, arbitrary: fc.constant<Damage[]>([]) }, { weight: 1, arbitrary: damages }),
    isStrict: fc.boolean(),
  }),
  check: async (input) => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-'))
    try {
      const path = join(folder, 'history')
      writeFileSync(path, bytesOf(input))
      await read(path, input)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  show: (input) => ({ format: input.of.name, strict: input.isStrict, text: bytesOf(input).toString() }),
}

async function read(path: string, { of, isStrict }: Case): Promise<void> {
  let summary: HistorySummary | undefined
  const source = fileHistory(path, {
    ...of.options,
    strict: isStrict,
    nowSeconds: () => FROM_SECONDS + 86_400,
    onSummary: (its) => {
      summary = its
    },
  })
  let samples = 0
  try {
    for await (const batch of source.read()) samples += batch.length
  } catch (error) {
    if (error instanceof HistoryError) return
    throw error
  }
  if (!summary) throw new Error('nothing was said of the rows')
  const { rows, used, bad, leftOut, firstBad, firstFuture } = summary
  const counted = Object.values(leftOut).reduce((sum, count) => sum + count, used + bad)
  if (used < 0 || counted !== rows)
    throw new Error(`${rows} rows, of which ${used} were used and ${counted - used} reported`)
  if (bad > 0 !== firstBad.length > 0) throw new Error(`${bad} bad rows, and ${firstBad.length} of them named`)
  if (leftOut.future > 0 !== firstFuture.length > 0) throw new Error('rows from the future are not named')
  // A row of counters may begin a series; a row with a column for each series gives several samples.
  if (samples === 0 && used > rows / 2 && used > 20) throw new Error(`${used} rows were used, and gave no sample`)
}

function bytesOf({ of, steps, lines, ofText }: Case): Buffer {
  const written = of.write(usageOf(steps))
  if (typeof written !== 'string') return ofText.length > 0 ? damaged(written, ofText) : written
  const text = written.split('\n')
  for (const change of lines) apply(text, change)
  const bytes = Buffer.from(text.join('\n'))
  return ofText.length > 0 ? damaged(bytes, ofText) : bytes
}

function apply(lines: string[], change: LineChange): void {
  if (lines.length === 0) return
  const place = change.at % lines.length
  const line = lines[place]!
  if (change.do === 'drop') lines.splice(place, 1)
  else if (change.do === 'repeat') lines.splice(place, 0, line)
  else if (change.do === 'blank') lines.splice(place, 0, '')
  else if (change.do === 'move') lines.splice(change.to % lines.length, 0, ...lines.splice(place, 1))
  else {
    const cells = line.split(/([,;\t| ])/)
    const cell = (2 * change.cell) % cells.length
    cells[cell - (cell % 2)] = change.value
    lines[place] = cells.join('')
  }
}
