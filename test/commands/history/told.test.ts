import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBadRows } from '../../../src/commands/history/told.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'

const WIDE = { ...PLAIN, columns: 1_000 }

test('bad rows are told with line and reason, without what could steer a terminal', () => {
  const firstBad = [{ line: 7, reason: 'cpu_cores "\u001B[2J" is no number' }]
  assert.equal(
    renderBadRows({ rows: 5_000, bad: 3, firstBad }, WIDE),
    '3 of 5,000 rows could not be used and were left out:\n  line 7: cpu_cores "?[2J" is no number\n  and 2 others\n',
  )
  assert.equal(renderBadRows(undefined, WIDE), '')
  assert.equal(renderBadRows({ rows: 5_000, bad: 0, firstBad: [] }, WIDE), '')
})
