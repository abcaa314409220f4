import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cell, renderCsv } from '../../../src/commands/report/csv.ts'
import { fleetInsight } from '../../../src/insight/index.ts'
import { someFleet } from '../../insight/generated.ts'

test('a text that a spreadsheet would take for a formula is told to be none; a number stays one', () => {
  const texts = ['=cmd|x', '+1', '-1', '@sum', '\tx', 'web-1', 'a=b']
  assert.deepEqual(texts.map(cell), ["'=cmd|x", "'+1", "'-1", "'@sum", "'\tx", 'web-1', 'a=b'])
  assert.deepEqual([cell(-1.5), cell(0), cell(undefined)], ['-1.5', '0', ''])
})

test('commas, quotes and line ends stay inside their field', () => {
  assert.deepEqual(['a,b', 'say "no"', 'two\nlines'].map(cell), ['"a,b"', '"say ""no"""', '"two\nlines"'])
})

test('every container has a row, and every row every column', () => {
  fc.assert(
    fc.property(someFleet, (facts) => {
      const insight = fleetInsight(facts)
      const [header, ...rows] = renderCsv(insight).trimEnd().split('\r\n')
      const columns = header!.split(',').length
      assert.equal(rows.length, insight.workloads.flatMap(({ containers }) => containers).length)
      for (const row of rows) assert.equal(row.split(',').length, columns, row)
    }),
    { numRuns: 100 },
  )
})

test('names steer no terminal that the CSV is printed on', () => {
  assert.equal(cell('\u001B]0;owned\u0007web\u009B2J'), '?]0;owned?web?2J')
})
