// Ambiguous files are refused, with the option that decides; with the option, they are read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileHistoryOptions, parseNamedColumns } from '../../../src/history/index.ts'
import { readText } from '../support.ts'

const TIMES = Array.from({ length: 30 }, (_, i) => 1_795_219_200 + 300 * i)
const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const lines = (header: string, row: (seconds: number, i: number) => string) =>
  `${[header, ...TIMES.map(row)].filter(Boolean).join('\n')}\n`
const columns = (...texts: string[]): FileHistoryOptions => ({ columns: parseNamedColumns(texts) })
const series = (labels: object, value: string) => ({ metric: labels, values: TIMES.map((seconds) => [seconds, value]) })
const answer = (...result: object[]) => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
const DB = { namespace: 'shop', pod: 'db-0', container: 'main' }
const OURS = 'namespace,workload,timestamp,cpu_cores,memory_bytes'

type Case = readonly [
  what: string,
  text: string,
  refused: RegExp,
  options: FileHistoryOptions,
  cores: number,
  bytes: number,
]

const CASES: readonly Case[] = [
  [
    'a table without a header',
    lines('', (s) => `shop,web,${s},0.5,100000000`),
    /Its first line has values: .* --columns workload=1 time=2 cpu=3 memory=4/,
    columns('namespace=1', 'workload=2', 'time=3', 'cpu=4', 'memory=5'),
    0.5,
    1e8,
  ],
  [
    'a share of CPU',
    lines('namespace,workload,timestamp,CPU Usage (%),memory_bytes', (s) => `shop,web,${s},12.5%,100000000`),
    /"CPU Usage \(%\)" is a share of .* --columns cpu="CPU Usage \(%\):percent"/,
    columns('cpu=CPU Usage (%):percent'),
    0.125,
    1e8,
  ],
  [
    'kilobytes',
    lines('namespace,workload,timestamp,cpu_cores,Memory (KB)', (s) => `shop,web,${s},0.5,100000`),
    /is in KB, .* --columns memory="Memory \(KB\):KiB" or --columns memory="Memory \(KB\):KB"/,
    columns('memory=Memory (KB):KiB'),
    0.5,
    102_400_000,
  ],
  [
    'digits in groups of three that could be fractions',
    lines('namespace,workload,timestamp,cpu_millicores,memory_mib', (s) => `shop,web,${s},"1,234","2,048"`),
    /"1,234" is ambiguous: choose with --decimal-mark comma or --decimal-mark point/,
    { decimalMark: '.' },
    1.234,
    2048 * 2 ** 20,
  ],
  [
    'years of two digits behind a day',
    lines(OURS, (s) => `shop,web,21/11/26 ${iso(s).slice(11, 16)},0.5,100000000`),
    /is ambiguous: choose with --date-order dmy/,
    { dateOrder: 'dmy' },
    0.5,
    1e8,
  ],
  [
    'two clusters in a column',
    lines(`${OURS},cluster`, (s, i) => `shop,web,${s},${i % 2 ? 0.5 : 3},100000000,${i % 2 ? 'dev' : 'prod'}`),
    /differ in cluster \("dev", "prod"\)\. .*--history-label cluster=dev, or .*--history-label cluster=\*/,
    { labels: { cluster: 'dev' } },
    0.5,
    1e8,
  ],
  [
    'two clusters in the names of series',
    lines(
      [
        'Time',
        ...['dev', 'prod'].map(
          (cluster) =>
            `"container_memory_working_set_bytes{cluster=""${cluster}"",namespace=""shop"",pod=""db-0"",container=""main""}"`,
        ),
      ].join(','),
      (s) => `${s},100000000,900000000`,
    ),
    /--history-label cluster=dev/,
    { labels: { cluster: 'dev' } },
    Number.NaN,
    1e8,
  ],
  [
    'two clusters in an answer of Prometheus',
    answer(
      series({ ...DB, __name__: 'container_memory_working_set_bytes', cluster: 'dev' }, '100000000'),
      series({ ...DB, __name__: 'container_memory_working_set_bytes', cluster: 'prod' }, '900000000'),
    ),
    /--history-label cluster=dev/,
    { labels: { cluster: 'dev' } },
    Number.NaN,
    1e8,
  ],
  [
    'an answer of Prometheus without the name of a metric',
    answer(series(DB, '0.5')),
    /"value" may be CPU or memory: choose with --columns cpu="value"/,
    columns('cpu=*'),
    0.5,
    Number.NaN,
  ],
  [
    "Grafana's series in rows, without the name of a metric",
    lines('"Time","Metric","Value"', (s) => `${s},"{namespace=""shop"",pod=""db-0"",container=""main""}",0.5`),
    /it is unknown whether the series are CPU or memory: set it with --columns "cpu=\*"/,
    columns('cpu=*'),
    0.5,
    Number.NaN,
  ],
]

for (const [what, text, refused, file, cores, bytes] of CASES) {
  test(`${what}: refused with the option, and read with it`, async (t) => {
    await assert.rejects(readText(t, text), { name: 'HistoryError', message: refused })
    const { samples, summary } = await readText(t, text, { file })
    assert.equal(
      summary.used + Object.values(summary.leftOut).reduce((sum, count) => sum + count) + summary.bad,
      summary.rows,
    )
    assert.ok(samples.length >= 15)
    for (const { cpuCores, memoryBytes } of samples) assert.deepEqual([cpuCores, memoryBytes], [cores, bytes])
  })
}

for (const [what, text, refused] of [
  [
    'the answer of a store that failed',
    '{"status":"error","error":"query timed out"}',
    /a store that failed: "query timed out"/,
  ],
  [
    'an empty answer',
    '{"status":"success","data":{"resultType":"matrix","result":[]}}',
    /contains no records and no series/,
  ],
  ['JSON that is cut short', JSON.stringify([{ a: 1 }, { a: 2 }]).slice(0, 9), /the JSON ends too early/],
  [
    'JSON of something else',
    '[{"kind":"Pod","spec":{}}]',
    /has the fields of the JSON, but is not a header with workload, timestamp/,
  ],
  [
    'a table of series whose names say nothing',
    lines('Time,web-0,web-1', (s) => `${s},1,2`),
    /choose "Verbose" as the legend/,
  ],
] as const) {
  test(`${what}: refused, and what to do`, async (t) => {
    await assert.rejects(readText(t, text), { name: 'HistoryError', message: refused })
  })
}

test('invalid records and lines of JSON are bad rows, and affect no others', async (t) => {
  const record = (seconds: number) =>
    JSON.stringify({ workload: 'web', time: iso(seconds), cpu_cores: 0.5, memory_bytes: 1e8 })
  const text = `${TIMES.map(record).join('\n')}\n{"workload": "we\n{"status":"error","error":"too many"}\n5\n${record(TIMES.at(-1)! + 300)}\n`
  const { samples, summary } = await readText(t, text)
  assert.deepEqual([summary.rows, summary.used, summary.bad, summary.rowsAre], [34, 31, 3, 'record'])
  assert.deepEqual(summary.firstBad, [
    { line: 31, reason: 'not JSON' },
    { line: 32, reason: 'the answer of a store that failed: "too many"' },
    { line: 33, reason: 'not a record: "5"' },
  ])
  assert.equal(samples.length, 31)
})

test('owners in an answer of Prometheus, and in the output of promtool query, are read', async (t) => {
  const usage = series(
    { namespace: 'shop', pod: 'a-b', container: 'main', __name__: 'container_memory_working_set_bytes' },
    '1000000',
  )
  const owner = {
    namespace: 'shop',
    pod: 'a-b',
    owner_kind: 'StatefulSet',
    owner_name: 'a',
    owner_is_controller: 'true',
  }
  const owned = await readText(
    t,
    answer(usage, { metric: { ...owner, __name__: 'kube_pod_owner' }, value: [TIMES[0], '1'] }),
  )
  assert.equal(owned.samples[0]!.container.workload.name, 'a')
  const printed = lines(
    'container_memory_working_set_bytes{container="main", namespace="shop", pod="db-0"} =>',
    (s) => `100000000 @[${s}]`,
  )
  assert.equal((await readText(t, printed)).samples.length, TIMES.length)
})

test('a time in a message is quoted literally, with its zone', async (t) => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const good = TIMES.map((seconds) => ['shop', 'web', iso(seconds), '0.5', '1e8'])
    const rows = [OURS.split(','), ...good, ['shop', 'web', '"2026-13-41 00:00:00 UTC"', '1', '1']]
    const { summary } = await readText(t, rows.map((row) => row.join(delimiter)).join('\n'))
    assert.deepEqual(
      summary.firstBad.map(({ reason }) => reason),
      ['timestamp "2026-13-41 00:00:00 UTC" is not a time: expected Unix seconds or milliseconds, or ISO 8601'],
    )
  }
})
