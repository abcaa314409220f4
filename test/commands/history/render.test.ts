import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderRows } from '../../../src/commands/history/render.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'

const WIDE = { ...PLAIN, columns: 1_000 }
const NONE = { gaps: 0, repeated: 0, future: 0, outside: 0, others: 0, unowned: 0, elsewhere: 0, scrapedTwice: 0 }
const ALL_USED = {
  rowsAre: 'line' as const,
  ...{ rows: 5_000, used: 5_000, bad: 0, firstBad: [], firstFuture: [], leftOut: NONE, assumed: [], somePods: [] },
}

test('bad rows are reported with line and reason, without control characters', () => {
  const firstBad = [{ line: 7, reason: 'cpu_cores "\u001B[2J" is no number' }]
  assert.equal(
    renderRows({ ...ALL_USED, bad: 3, firstBad }, WIDE),
    '3 of 5,000 rows could not be used and were left out:\n  line 7: cpu_cores "?[2J" is no number\n  and 2 others\n',
  )
  assert.equal(renderRows(undefined, WIDE), '')
  assert.equal(renderRows(ALL_USED, WIDE), '')
})

test('assumptions and omitted rows are reported with their numbers', () => {
  const leftOut = { ...NONE, gaps: 1, repeated: 2, scrapedTwice: 3, others: 4, unowned: 5, future: 1, outside: 9 }
  const firstFuture = [{ line: 9, reason: 'its time, 2028-10-21T00:00:00.000Z, is in the future' }]
  assert.equal(
    renderRows(
      { ...ALL_USED, leftOut, firstFuture, assumed: ['Numbers have decimal commas.'], somePods: ['a/b'] },
      WIDE,
    ),
    'Numbers have decimal commas.\n' +
      'Of 5,000 rows, these were left out: 1 has no value; 2 repeat others; 3 of containers that are scraped twice; ' +
      '4 belong to no container; 5 are of Pods whose workload is not known (such as a/b); 1 is in the future.\n' +
      '  line 9: its time, 2028-10-21T00:00:00.000Z, is in the future\n',
  )
})
