import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GridColumn, renderGrid } from '../../../src/commands/terminal/grid.ts'
import { type Looks, PLAIN } from '../../../src/commands/terminal/text.ts'

type Row = readonly [name: string, kind: string, asked: string, used: string]

const COLUMNS: readonly GridColumn<Row>[] = [
  { title: 'NAME', align: 'left', of: ([name]) => name, least: 12 },
  { title: 'KIND', align: 'left', of: ([, kind]) => kind, drop: 1 },
  { group: 'CPU', title: 'ASKED', align: 'right', of: ([, , asked]) => asked },
  { group: 'CPU', title: 'USED', align: 'right', of: ([, , , used]) => ({ text: used, style: 'green' }) },
]
const ROWS: readonly Row[] = [
  ['shop/web', 'Deployment', '2', '300m'],
  ['shop/a-long-name-of-a-workload', 'DaemonSet', '12.5', '1'],
]
const wide = (columns: number): Looks => ({ ...PLAIN, columns })

test('columns are as wide as their content, under the name of their group', () => {
  assert.equal(
    renderGrid(COLUMNS, ROWS, wide(80), ['all', '', '14.5', '1.3']),
    [
      '                                              CPU',
      '  NAME                            KIND        ASKED  USED',
      '  shop/web                        Deployment      2  300m',
      '  shop/a-long-name-of-a-workload  DaemonSet    12.5     1',
      '  ───────────────────────────────────────────────────────',
      '  all                                          14.5   1.3',
      '',
    ].join('\n'),
  )
})

test('where it is too narrow a name is cut first, then a column left out, then the name cut shorter', () => {
  const head = (columns: number) => renderGrid(COLUMNS, ROWS, wide(columns)).split('\n').slice(1, 4)
  assert.deepEqual(head(45), [
    '  NAME                KIND        ASKED  USED',
    '  shop/web            Deployment      2  300m',
    '  shop/a-long-name-…  DaemonSet    12.5     1',
  ])
  assert.deepEqual(head(32), [
    '  NAME               ASKED  USED',
    '  shop/web               2  300m',
    '  shop/a-long-name…   12.5     1',
  ])
  assert.equal(head(26)[2], '  shop/a-lon…   12.5     1')
  for (const columns of [24, 26, 32, 45, 60])
    for (const line of renderGrid(COLUMNS, ROWS, wide(columns)).split('\n')) assert.ok(line.length <= columns, line)
})

test('colours surround the content of a cell, and do not change its width', () => {
  const painted = renderGrid(COLUMNS, ROWS, { columns: 80, paint: (style, text) => `<${style}>${text}</>` })
  assert.match(painted, /<green>300m<\/>/)
  assert.match(painted, /<green> {3}1<\/>/)
})
