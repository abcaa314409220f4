import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { judge, readRanges } from '../../bench/ranges.ts'
import { renderTable } from '../../bench/table.ts'

const BENCH = join(import.meta.dirname, '../../bench')
const most = { most: 1, target: 0.5, margin: 'why' }
const least = { least: 0.9, margin: 'why' }

describe('a figure of a benchmark', () => {
  test('is out of range on the wrong side of its bound, and only there', () => {
    const verdict = (value: number, range: typeof most | typeof least) =>
      judge([{ name: 'a', value }], { a: range })[0]!
    assert.deepEqual(
      [0.4, 1, 1.1].map((value) => verdict(value, most).isInRange),
      [true, true, false],
    )
    assert.deepEqual(
      [0.8, 0.9, 2].map((value) => verdict(value, least).isInRange),
      [false, true, true],
    )
    assert.deepEqual(
      [0.5, 0.6].map((value) => verdict(value, most).isOnTarget),
      [true, false],
    )
  })

  test('that is missing or no number is out of range; one without a range is not', () => {
    const verdicts = judge(
      [
        { name: 'b', value: 7 },
        { name: 'c', value: Number.NaN },
      ],
      { a: most, c: least },
    )
    assert.deepEqual(
      verdicts.map(({ name, isInRange }) => [name, isInRange]),
      [
        ['b', true],
        ['c', false],
        ['a', false],
      ],
    )
  })

  test('is in the table with its target and bound', () => {
    const figures = [
      { name: 'a', value: 0.4 },
      { name: 'b', value: 0.75 },
      { name: 'c', value: 0.5 },
    ]
    assert.equal(
      renderTable(judge(figures, { a: most, b: most, c: least })),
      [
        '   measured  target  fails',
        'a       0.4   ≤ 0.5    > 1',
        'b      0.75   ≤ 0.5    > 1  misses its target',
        'c       0.5          < 0.9  OUT OF RANGE',
      ].join('\n'),
    )
  })
})

describe('ranges.yaml', () => {
  test('has only suites that there are, and a reason for every margin', () => {
    const path = join(BENCH, 'ranges.yaml')
    const suites = readdirSync(join(BENCH, 'suites')).map((file) => file.replace(/\.ts$/, ''))
    for (const suite of Object.keys(parse(readFileSync(path, 'utf8')))) {
      assert.ok(suites.includes(suite), suite)
      assert.ok(Object.keys(readRanges(path, suite)).length > 0)
    }
  })

  test('is refused without a reason, or with two bounds', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'ranges.yaml')
    for (const [text, message] of [
      ['s: {a: {most: 1}}', /margin/],
      ['s: {a: {most: 1, least: 0, margin: why}}', /one of most and least/],
      ['s: {a: {margin: why}}', /one of most and least/],
    ] as const) {
      writeFileSync(path, text)
      assert.throws(() => readRanges(path, 's'), message)
    }
  })
})

test('`npm run bench` without a suite that there is names those that there are', () => {
  for (const args of [[], ['fast'], ['quality', 'more']]) {
    const { status, stderr } = spawnSync(process.execPath, [join(BENCH, 'index.ts'), ...args], { encoding: 'utf8' })
    assert.equal(status, 2)
    assert.match(stderr, /^Name one suite: npm run bench -- .*\bquality\b/)
  }
})
