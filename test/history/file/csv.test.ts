import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readText, spell } from '../support.ts'

const HEADER = 'workload,timestamp,cpu_cores,memory_bytes'
/** So many good rows that a bad one is well under 1 %. */
const GOOD = Array.from({ length: 500 }, (_, i) => `good,${1_700_000_000 + i * 300},0.5,1048576`)
const file = (...rows: string[]) => [HEADER, ...rows, ''].join('\n')

test('the four columns are enough: the rest has defaults', async (t) => {
  const { samples, summary } = await readText(t, file('web,1700000000,0.25,1048576', 'web,1700000300,0.5,2097152'))
  assert.deepEqual(samples.map(spell), [
    'default/Deployment/web/web@1700000000 0.25 1048576',
    'default/Deployment/web/web@1700000300 0.5 2097152',
  ])
  assert.equal(summary.bad, 0)
})

test('columns are found by the header, in any order, and those with other names are left alone', async (t) => {
  const { samples } = await readText(
    t,
    [
      'pod, Note ,memory_bytes,kind,timestamp,container,namespace,workload,cpu_cores',
      'db-0,x,5,StatefulSet,1700000000,postgres,shop,db,0.1',
      'db-1,y,6,StatefulSet,1700000000,postgres,shop,db,0.2',
    ].join('\n'),
  )
  assert.deepEqual(samples.map(spell), [
    'shop/StatefulSet/db/postgres[db-0]@1700000000 0.1 5',
    'shop/StatefulSet/db/postgres[db-1]@1700000000 0.2 6',
  ])
})

test('an empty cell of an optional column has the default', async (t) => {
  const { samples } = await readText(t, `${HEADER},namespace,kind,container,pod\nweb,1700000000,1,2,,,,\n`)
  assert.deepEqual(samples.map(spell), ['default/Deployment/web/web@1700000000 1 2'])
})

test('the same container of a workload is the same object, whatever is between its rows', async (t) => {
  const { samples } = await readText(t, file('a,1,1,1', 'b,1,1,1', 'a,2,1,1', 'b,2,1,1'))
  assert.equal(samples[0]!.container, samples[2]!.container)
  assert.equal(samples[1]!.container, samples[3]!.container)
  assert.notEqual(samples[0]!.container, samples[1]!.container)
})

test('CRLF, a byte order mark, quotes, blank lines and a missing last line end are fine', async (t) => {
  const text = `\ufeff"workload",timestamp,"cpu_cores",memory_bytes\r\n"web","1700000000",0.5,"1"\r\n\r\nweb,1700000300,0.5,2\r\n\r\n`
  for (const variant of [text, text.trimEnd()]) {
    const { samples, summary } = await readText(t, variant)
    assert.deepEqual(samples.map(spell), [
      'default/Deployment/web/web@1700000000 0.5 1',
      'default/Deployment/web/web@1700000300 0.5 2',
    ])
    assert.equal(summary.bad, 0)
  }
})

test('a quoted field may hold a comma and doubled quotes', async (t) => {
  const { samples } = await readText(t, `note,${HEADER}\n"a ""note"", long",web,1,2,3\n`)
  assert.deepEqual(samples.map(spell), ['default/Deployment/web/web@1 2 3'])
})

test('only samples in the window are returned: from its first second to before its last', async (t) => {
  const rows = [100, 200, 300, 400].map((time) => `web,${time},1,1`)
  const { samples } = await readText(t, file(...rows), { window: { fromSeconds: 200, toSeconds: 400 } })
  assert.deepEqual(
    samples.map((sample) => sample.timestampSeconds),
    [200, 300],
  )
})

for (const [what, row, reason] of [
  ['too few fields', 'web,1700000000,0.5', '3 fields, but the header has 4'],
  [
    'too many fields',
    'web,1700000000,0.5,1,2',
    '5 fields, but the header has 4: if its numbers have decimal commas, quote them or separate fields by semicolons',
  ],
  ['far too many fields', 'web,1700000000,0.5,1,2,3,4', '7 fields, but the header has 4'],
  ['a share', 'web,1700000000,12 %,1', 'cpu_cores "12 %" is a share, and of what is not known'],
  [
    'a number that could be two',
    'web,1700000000,0.5,"1,234"',
    'memory_bytes "1,234" can be two numbers: say which with --decimal-mark comma or --decimal-mark point',
  ],
  ['bytes of CPU', 'web,1700000000,5Mi,1', 'cpu_cores "5Mi" is not a number'],
  ['a word for a number', 'web,1700000000,lots,1', 'cpu_cores "lots" is not a number'],
  ['a negative value', 'web,1700000000,-0.5,1', 'cpu_cores "-0.5" is negative'],
  [
    'an infinite value',
    'web,1700000000,0.5,Infinity',
    'memory_bytes "Infinity" is more than any machine has (1125899906842624)',
  ],
  ['an absurd value', 'web,1700000000,5e9,1', 'cpu_cores "5e9" is more than any machine has (100000)'],
  [
    'no time',
    'web,yesterday,0.5,1',
    'timestamp "yesterday" is no time: expected Unix seconds or milliseconds, or ISO 8601',
  ],
  ['an open quote', '"web,1700000000,0.5,1', 'a quote is not closed, or is inside a field'],
  ['a quote inside', 'we"b,1700000000,0.5,1', 'a quote is not closed, or is inside a field'],
  ['no workload', ',1700000000,0.5,1', 'workload "" is no DNS name (lower case, at most 253)'],
  ['a name in capitals', 'Web,1700000000,0.5,1', 'workload "Web" is no DNS name (lower case, at most 253)'],
  [
    'control characters',
    'we\u001b[31mb\u202e,1700000000,0.5,1',
    'workload "we\\u001b[31mb?" is no DNS name (lower case, at most 253)',
  ],
  [
    'a dotted workload without a container column',
    'web.example,1700000000,0.5,1',
    'container "web.example" is no DNS label (lower case, no dots, at most 63)',
  ],
  ['a line too long', `${'x'.repeat(4_200_000)},1700000000,0.5,1`, 'longer than 4194304 characters'],
] as const) {
  test(`a row with ${what} is left out, with its line number and reason, and spoils no other`, async (t) => {
    const { samples, summary } = await readText(t, file('web,1,1,1', ...GOOD, row, 'web,1700000900,0.5,1'))
    assert.equal(samples.length, GOOD.length + 2)
    assert.deepEqual([summary.rows, summary.bad, summary.used], [GOOD.length + 3, 1, GOOD.length + 2])
    assert.deepEqual(summary.firstBad, [{ line: GOOD.length + 3, reason }])
  })
}

test('rows in any order are read, those that come twice once, and of two values for one time the first', async (t) => {
  const rows = ['web,300,1,1,web-a', 'web,200,1,1,web-a', 'web,300,1,1,web-a', 'web,200,1,1,web-b', 'web,400,1,1,web-a']
  const { samples, summary } = await readText(
    t,
    [`${HEADER},pod`, ...GOOD.map((row) => `${row},`), ...rows, 'web,300,2,1,web-a'].join('\n'),
  )
  assert.deepEqual(samples.slice(GOOD.length).map(spell), [
    'default/Deployment/web/web[web-a]@300 1 1',
    'default/Deployment/web/web[web-a]@200 1 1',
    'default/Deployment/web/web[web-b]@200 1 1',
    'default/Deployment/web/web[web-a]@400 1 1',
  ])
  assert.equal(summary.leftOut.repeated, 1)
  assert.deepEqual(summary.firstBad, [
    { line: 507, reason: 'another row of the same container has the same time and other values' },
  ])
})

test('a column bad_share has the share of requests that missed the SLO; a gap says nothing', async (t) => {
  const rows = ['web,1,1,1,0.05', 'web,2,1,1,', 'web,3,1,1,1']
  const { samples, summary } = await readText(t, `${HEADER},bad_share\n${rows.join('\n')}\n`)
  assert.deepEqual(
    samples.map(({ badShare }) => badShare),
    [0.05, undefined, 1],
  )
  assert.equal(summary.bad, 0)
})

test('a bad_share that is no share makes a row bad', async (t) => {
  const rows = ['web,1,1,1,5 %', 'web,2,1,1,1.2', 'web,3,1,1,-0.1']
  const { summary } = await readText(
    t,
    `${HEADER},bad_share\n${GOOD.map((row) => `${row},0`).join('\n')}\n${rows.join('\n')}\n`,
  )
  assert.equal(summary.bad, 3)
})
