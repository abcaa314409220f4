import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { renderNotes } from '../../../src/commands/start/narration.ts'
import { type Report, reportOf } from '../../../src/commands/start/report.ts'
import { renderTable } from '../../../src/commands/start/table.ts'
import { renderYamlDiff } from '../../../src/commands/terminal/diff.ts'
import { type Looks, PLAIN } from '../../../src/commands/terminal/text.ts'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import { admit, exampleManifests } from './cases.ts'
import { assertGolden } from './golden.ts'
import { LEARNED } from './learned.ts'

const CASES = admit(exampleManifests(), LEARNED)
const REPORT = reportOf(CASES, DEFAULT_PRICES)
const COLOURED: Looks = { columns: 80, paint: (_style, text) => `\u001B[1m${text}\u001B[22m` }

for (const columns of [80, 140]) {
  test(`the table of the examples fits ${columns} columns and reads as it should`, () => {
    const looks = { ...PLAIN, columns }
    const table = renderTable(REPORT, looks) + renderNotes(REPORT, DEFAULT_PRICES, looks)
    for (const line of table.split('\n')) assert.ok(line.length <= columns, `${line.length} columns: ${line}`)
    assert.ok(!/ $/m.test(table), 'no line ends in blanks')
    assertGolden(`table-${columns}.txt`, table)
  })
}

test('without prices there is no column of money, and the order is that of the cases', () => {
  const table = renderTable(reportOf(CASES, undefined), PLAIN)
  assert.ok(!/[$]|SAVED/i.test(table))
  assertGolden('table-without-money.txt', table)
})

test('colours change nothing but colours', () => {
  const table = stripVTControlCharacters(renderTable(REPORT, COLOURED)).replaceAll(/ +$/gm, '')
  assert.equal(table, renderTable(REPORT, PLAIN))
  const [one] = CASES
  const coloured = renderYamlDiff(one!.before, one!.after, COLOURED)
  assert.equal(stripVTControlCharacters(coloured), renderYamlDiff(one!.before, one!.after, PLAIN))
})

test('a name that is far too long for the table is cut, and the figures stay in line', () => {
  const [row] = REPORT.rows
  const long: Report = {
    ...REPORT,
    rows: [{ ...row!, containers: row!.containers.slice(0, 1), name: 'x'.repeat(250) }],
  }
  const table = renderTable(long, PLAIN)
  for (const line of table.split('\n')) assert.ok(line.length <= 80, `${line.length} columns: ${line}`)
  assert.match(table, /shop\/xxx+…/)
})

test('the difference of a Pod with a native sidecar shows what changed with three lines around it', () => {
  const { before, after } = CASES.find(({ manifest }) => manifest.name === 'checkout')!
  assertGolden('diff-checkout.txt', renderYamlDiff(before, after, PLAIN))
})

test('equal objects have no difference; a change at either end is shown', () => {
  assert.equal(renderYamlDiff({ a: 1 }, { a: 1 }, PLAIN), '')
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, i]))
  assert.equal(
    renderYamlDiff(many, { ...many, k0: 'x', k11: 'y' }, PLAIN),
    '- k0: 0\n+ k0: x\n  k1: 1\n  k2: 2\n  k3: 3\n   ⋮\n  k8: 8\n  k9: 9\n  k10: 10\n- k11: 11\n+ k11: y\n',
  )
})

test('changes closer than twice their context are shown as one', () => {
  const few = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, i]))
  const text = renderYamlDiff(few, { ...few, k0: 'x', k7: 'y' }, PLAIN)
  assert.ok(!text.includes('⋮'))
  assert.equal(text.split('\n').length - 1, 10)
})
