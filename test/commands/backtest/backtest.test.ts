import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { madeUsage, toUsageCsv } from '../../support/made-usage.ts'
import { plimsoll } from '../plimsoll.ts'

const HEADER = 'workload,timestamp,cpu_cores,memory_bytes'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-backtest-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function historyOf(t: TestContext, text: string): string {
  const path = join(folder(t), 'usage.csv')
  writeFileSync(path, text)
  return path
}

describe('`plimsoll backtest`', () => {
  test('shows all goals beside VPA and KRR on a line each, that fits a terminal', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(16)))
    const { code, stdout, stderr } = await plimsoll('backtest', '--history', history, '--goal', 'savings')
    assert.equal(code, 0, stderr)
    const names = ['Plimsoll savings', 'Plimsoll balanced', 'Plimsoll reliability', 'VPA', 'KRR', 'always its peak']
    for (const name of names) assert.match(stdout, new RegExp(`^${name}(?: +[\\d,.<−]+(?: %)?){7}$`, 'm'))
    assert.match(stdout, /: 2026-01-05 to 2026-01-21,\s+decided\s+every\s+24h/)
    assert.match(stdout, /: 4 containers of 4,\s+35\s+container-days\./)
    assert.match(stdout, /Confidence in CPU, savings: /)
    const lines = stdout.split('\n').filter((line) => !line.startsWith('file '))
    assert.equal(
      lines.find((line) => line.length > 80),
      undefined,
    )
  })

  test('writes the decisions, whole, and what it did', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(3)))
    const out = join(folder(t), 'decisions.csv')
    const { code, stdout, stderr } = await plimsoll('backtest', '--history', history, '--cadence', '1h', '--out', out)
    assert.equal(code, 0, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /Wrote 284 decisions on 4 containers to .*decisions\.csv: goal balanced, every 1h\.\n$/)
    const [header, ...rows] = readFileSync(out, 'utf8').trimEnd().split('\n')
    assert.equal(
      header,
      'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit,cpu_confidence,memory_confidence',
    )
    assert.equal(rows.length, 284)
    for (const row of rows) assert.match(row, /^[a-z]+,\d{10},[\d.]+,\d+,,\d+,[01](\.\d+)?,[01](\.\d+)?$/)
    assert.deepEqual(readdirSync(join(out, '..')), ['decisions.csv'])
  })

  test('lowers values no more often than --lower-every says', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(3)))
    const here = folder(t)
    const decreases = async (...args: string[]) => {
      const out = join(here, 'decisions.csv')
      const common = ['--history', history, '--cadence', '1h', '--out', out]
      assert.equal((await plimsoll('backtest', ...common, ...args)).code, 0)
      const rows = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1)
      const cpu = Map.groupBy(rows, (row) => row.split(',')[0]).values()
      return [...cpu].flatMap((its) => {
        const requests = its.map((row) => Number(row.split(',')[2]))
        return requests.filter((request, i) => i > 0 && request < requests[i - 1]!)
      }).length
    }
    const [free, usual, rare] = [
      await decreases('--lower-every', '1s'),
      await decreases(),
      await decreases('--lower-every', '3d'),
    ]
    assert.ok(free > usual && usual > rare, `${free}, ${usual}, ${rare}`)
  })

  test('refuses a time between decreases where it would have no effect', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(1)))
    const given = ['--history', history, '--lower-every', '1h']
    for (const more of [[], ['--cadence', '1h'], ['--out', join(folder(t), 'decisions.csv')]]) {
      const { code, stderr } = await plimsoll('backtest', ...given, ...more)
      assert.equal(code, 2)
      assert.match(stderr, /'--lower-every <time>' needs --cadence 1h and --out <file>/)
    }
  })

  test('writes a report and the decisions beside it, and prints neither', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(9)))
    const here = folder(t)
    const [out, report] = [join(here, 'decisions.csv'), join(here, 'report.html')]
    const args = ['--goal', 'reliability', '--out', out, '--report', report]
    const { code, stdout, stderr } = await plimsoll('backtest', '--history', history, ...args)
    assert.equal(code, 0, stderr)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /Wrote 40 decisions on 4 containers.*goal reliability, every 24h\.\nWrote the report to .*report\.html\.\n$/,
    )
    assert.match(
      readFileSync(report, 'utf8'),
      /^<!doctype html>\n[\s\S]*For the goal <b>reliability<\/b>[\s\S]*<\/html>\n$/,
    )
    const alone = join(here, 'alone.csv')
    await plimsoll('backtest', '--history', history, '--goal', 'reliability', '--out', alone)
    const sorted = (path: string) => readFileSync(path, 'utf8').split('\n').sort()
    assert.deepEqual(sorted(out), sorted(alone))
  })

  test('a history too short for the report leaves neither file', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(3)))
    const here = folder(t)
    const args = ['--out', join(here, 'decisions.csv'), '--report', join(here, 'report.html')]
    assert.equal((await plimsoll('backtest', '--history', history, ...args)).code, 1)
    assert.deepEqual(readdirSync(here), [])
  })

  test('containers that share the name of their workload go by their whole names', async (t) => {
    const rows = toUsageCsv(madeUsage(1)).trimEnd().split('\n').slice(1)
    const two = ['app', 'proxy'].flatMap((container) =>
      rows.filter((row) => row.startsWith('idle')).map((row) => `${row},${container}`),
    )
    const history = historyOf(t, [`${HEADER},container`, ...two, ''].join('\n'))
    const out = join(folder(t), 'decisions.csv')
    assert.equal((await plimsoll('backtest', '--history', history, '--out', out)).code, 0)
    const names = new Set(
      readFileSync(out, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((row) => row.split(',')[0]),
    )
    assert.deepEqual([...names], ['default/Deployment/idle/app', 'default/Deployment/idle/proxy'])
  })

  test('an older file stays as it is until the new one is whole; a link stays a link', async (t) => {
    const here = folder(t)
    writeFileSync(join(here, 'real.csv'), 'old')
    symlinkSync('real.csv', join(here, 'link.csv'))
    const short = historyOf(t, `${HEADER}\na,1700000000,0.1,100\na,1700000300,0.1,100\n`)
    const args = ['--out', join(here, 'link.csv')]
    assert.equal((await plimsoll('backtest', '--history', short, ...args)).code, 1)
    assert.equal(readFileSync(join(here, 'real.csv'), 'utf8'), 'old')
    const long = historyOf(t, toUsageCsv(madeUsage(1)))
    assert.equal((await plimsoll('backtest', '--history', long, ...args)).code, 0)
    assert.match(readFileSync(join(here, 'real.csv'), 'utf8'), /^workload,/)
    assert.deepEqual(readdirSync(here), ['link.csv', 'real.csv'])
  })

  test('a pipe is written to, not replaced', async (t) => {
    const history = historyOf(t, toUsageCsv(madeUsage(1)))
    const pipe = join(folder(t), 'pipe')
    execFileSync('mkfifo', [pipe])
    const [text, { code }] = await Promise.all([
      readFile(pipe, 'utf8'),
      plimsoll('backtest', '--history', history, '--out', pipe),
    ])
    assert.equal(code, 0)
    assert.match(text, /^workload,timestamp,.*\nbursting,/)
    assert.ok(statSync(pipe).isFIFO())
  })
})

const FAILURES: readonly [what: string, history: string | undefined, args: readonly string[], message: RegExp][] = [
  ['a file that is not there', undefined, ['--history', 'nope.csv'], /nope\.csv: there is no such file\n$/],
  ['a file that is no history', 'a,b\n1,2\n', [], /neither OpenMetrics text nor a CSV header/],
  ['a history without rows', `${HEADER}\n`, [], /it has a header and no rows\n$/],
  ['bad rows', `${HEADER}\na,1700000000,much,100\n`, [], /1 of the first 1 rows cannot be read.*line 2: /s],
  ['a single sample', `${HEADER}\na,1700000000,0.1,100\n`, [], /no container has more than one sample/],
  [
    'minutes of history',
    `${HEADER}\na,1700000000,0.1,100\na,1700000300,0.1,100\n`,
    [],
    /too short.* more than 5 minutes/,
  ],
  [
    'a history of days without --out',
    toUsageCsv(madeUsage(3)),
    [],
    /spans 3\.0 days, and a container needs 8.* Only --out/,
  ],
  [
    'a folder that is not there',
    `${HEADER}\n`,
    ['--out', '/nowhere/at/all.csv'],
    /cannot write \/nowhere\/at\/all\.csv: there is no such folder/,
  ],
  ['a folder in place of a file', `${HEADER}\n`, ['--out', tmpdir()], /: it is a directory/],
]
for (const [what, text, args, message] of FAILURES) {
  test(`${what} ends it with the reason and exit code 1`, async (t) => {
    const history = text === undefined ? [] : ['--history', historyOf(t, text)]
    const { code, stdout, stderr } = await plimsoll('backtest', ...history, ...args)
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, message)
  })
}

const why = whyNoPrometheus()
describe('with a real Prometheus', { skip: why ?? false, timeout: 300_000 }, () => {
  let server: RealPrometheus | undefined
  before(async () => {
    server = await startPrometheus(nineDays(Math.floor(Date.now() / 300_000) * 300))
  })
  after(() => server?.stop())

  test('its last days are replayed and judged, every replica counted', async () => {
    const { code, stdout, stderr } = await plimsoll('backtest', '--prometheus', server!.url, '--prometheus-days', '10')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /: 1 container of 1, /)
    const [, reserved] = /^always its peak +([\d.]+)/m.exec(stdout)!
    // Two Pods at half a core, for two days.
    assert.ok(Math.abs(Number(reserved) - 2) < 0.02, stdout)
  })

  test('a day of it is too short to judge', async () => {
    const { code, stderr } = await plimsoll('backtest', '--prometheus', server!.url, '--prometheus-days', '1')
    assert.equal(code, 1)
    assert.match(stderr, /Prometheus http:.* is too short to judge decisions: it spans 1\.0 days/)
  })
})

/** Two Pods of a Deployment, scraped every five minutes until then. */
function nineDays(toSeconds: number): string {
  const pods = ['web-5d9f7c6b8-xk2lp', 'web-5d9f7c6b8-q9w7z']
  const times = Array.from({ length: 9 * 288 + 1 }, (_, i) => toSeconds - (9 * 288 - i) * 300)
  const series = (name: string, type: string, valueAt: (i: number) => number) => [
    `# TYPE ${name.replace(/_total$/, '')} ${type}`,
    ...pods.flatMap((pod) =>
      times.map((at, i) => `${name}{namespace="shop",pod="${pod}",container="web"} ${valueAt(i)} ${at}`),
    ),
  ]
  return [
    ...series('container_cpu_usage_seconds_total', 'counter', (i) => i * 150),
    ...series('container_memory_working_set_bytes', 'gauge', (i) => 3e8 + (i % 7) * 1e6),
    '# EOF\n',
  ].join('\n')
}
