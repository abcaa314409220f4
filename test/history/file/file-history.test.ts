import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFileSync, chmodSync, createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { createGunzip, gzipSync } from 'node:zlib'
import { fileHistory, HistoryError, type ReadProgress } from '../../../src/history/index.ts'
import { collect, readText, spell, temporaryDirectory } from '../support.ts'

const HEADER = 'workload,timestamp,cpu_cores,memory_bytes\n'
const rows = (count: number) => Array.from({ length: count }, (_, i) => `web,${1_700_000_000 + i},0.5,1\n`)
const ROW_SECONDS = 1_700_000_000

function refuses(reading: Promise<unknown>, ...parts: RegExp[]): Promise<void> {
  return assert.rejects(reading, (error) => {
    assert.ok(error instanceof HistoryError, String(error))
    for (const part of parts) assert.match(error.message, part)
    return true
  })
}

const TRACE = join(import.meta.dirname, '../../fixtures/history/machines.csv.gz')
/** A real trace of months, which is not on every machine. */
const REAL = join(import.meta.dirname, '../../../../shared/traces/bitbrains-2013-07-08.csv.gz')

/** The rows of a good file, read the simple way, block by block. */
async function* rowsOf(path: string): AsyncGenerator<readonly string[]> {
  let rest = ''
  let header = 1
  for await (const block of createReadStream(path).pipe(createGunzip({ chunkSize: 256 * 1024 }))) {
    const rows = (rest + block).split('\n')
    rest = rows.pop()!
    yield rows.slice(header)
    header = 0
  }
}

test('a trace comes out whole: each value of each machine, in order of time', { timeout: 300_000 }, async () => {
  const sums = new Map<string, { count: number; cpu: number; memory: number; last: number }>()
  const sumOf = (workload: string) => {
    if (!sums.has(workload)) sums.set(workload, { count: 0, cpu: 0, memory: 0, last: 0 })
    return sums.get(workload)!
  }
  for await (const rows of rowsOf(TRACE)) {
    for (const row of rows) {
      const [workload, time, cpu, memory] = row.split(',') as [string, string, string, string]
      const sum = sumOf(workload)
      sum.count++
      sum.cpu += Number(cpu)
      sum.memory += Number(memory)
      sum.last = Number(time)
    }
  }
  for await (const batch of fileHistory(TRACE, { onSummary: ({ rows, used }) => assert.equal(used, rows) }).read()) {
    for (const sample of batch) {
      const sum = sumOf(sample.container.workload.name)
      sum.count--
      sum.cpu -= sample.cpuCores
      sum.memory -= sample.memoryBytes
      if (sum.count === 0) sum.last -= sample.timestampSeconds
    }
  }
  assert.ok(sums.size >= 8)
  for (const [workload, { count, cpu, memory, last }] of sums) {
    assert.deepEqual({ workload, count, memory, last }, { workload, count: 0, memory: 0, last: 0 })
    assert.ok(Math.abs(cpu) < 1e-3, `${workload}: ${cpu} cores too few or too many`)
  }
})

test('a trace of months is read in bounded memory', { timeout: 300_000 }, async (t) => {
  const script = `
    import { fileHistory } from ${JSON.stringify(join(import.meta.dirname, '../../../src/history/index.ts'))}
    let samples = 0
    let bytes = 0
    for await (const batch of fileHistory(${JSON.stringify(existsSync(REAL) ? REAL : writeMonths(t))}).read()) {
      samples += batch.length
      bytes = Math.max(bytes, process.memoryUsage.rss())
    }
    console.log(JSON.stringify({ samples, megabytes: bytes / 2 ** 20 }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  const { samples, megabytes } = JSON.parse(stdout)
  assert.ok(samples >= 1_000_000, `${samples} samples`)
  // 120 MB on the machine where this was written; the whole of it unpacked is 89 MB, and as samples 300 MB.
  assert.ok(megabytes < 200, `${megabytes} MB`)
})

/** Three months of 50 machines, as gzip members that follow each other. */
function writeMonths(t: TestContext): string {
  const path = join(temporaryDirectory(t), 'months.csv.gz')
  writeFileSync(path, gzipSync(HEADER))
  for (let machine = 0; machine < 50; machine++) {
    const row = (_: unknown, i: number) =>
      `machine-${machine},${ROW_SECONDS + 300 * i},${(i % 288) / 100},${(i % 97) * 1_234_567}\n`
    appendFileSync(path, gzipSync(Array.from({ length: 25_000 }, row).join(''), { level: 1 }))
  }
  return path
}

test('gzip is told by what the file holds, not by its name', async (t) => {
  const text = HEADER + rows(2).join('')
  for (const [gzip, name] of [
    [true, 'history.csv'],
    [false, 'history.csv.gz'],
  ] as const) {
    const { samples } = await readText(t, text, { gzip, name })
    assert.deepEqual(samples.map(spell), [
      'default/Deployment/web/web@1700000000 0.5 1',
      'default/Deployment/web/web@1700000001 0.5 1',
    ])
  }
})

test('gzip files that were put one behind the other are one', async (t) => {
  const { samples } = await readText(t, Buffer.concat([gzipSync(HEADER), ...rows(3).map((row) => gzipSync(row))]))
  assert.equal(samples.length, 3)
})

test('a source can be read again', async (t) => {
  const path = join(temporaryDirectory(t), 'history.csv')
  writeFileSync(path, HEADER + rows(3).join(''))
  const source = fileHistory(path)
  assert.equal(source.name, `file ${path}`)
  assert.deepEqual(await collect(source), await collect(source))
})

test('progress rises to the whole, and counts the samples', async (t) => {
  const seen: ReadProgress[] = []
  const text = HEADER + rows(20_000).join('')
  const { samples } = await readText(t, text, { onProgress: (progress) => seen.push(progress) })
  assert.ok(seen.length > 3)
  assert.deepEqual(seen.at(-1), { samples: 20_000, share: 1 })
  assert.equal(samples.length, 20_000)
  for (let i = 1; i < seen.length; i++) assert.ok(seen[i]!.share! >= seen[i - 1]!.share!)
})

test('a reader that has had enough, or is told to stop, lets go of the file', async (t) => {
  const path = join(temporaryDirectory(t), 'history.csv.gz')
  writeFileSync(path, gzipSync(HEADER + rows(200_000).join('')))
  const openFiles = () => process.getActiveResourcesInfo().filter((name) => /FSReq|FILEHANDLE|ZLIB/i.test(name)).length
  for await (const batch of fileHistory(path).read()) {
    assert.ok(batch.length > 0)
    break
  }
  const stop = new AbortController()
  const reading = async () => {
    for await (const _ of fileHistory(path).read({ signal: stop.signal })) stop.abort(new Error('enough'))
  }
  await assert.rejects(reading(), /enough/)
  while (openFiles() > 0) await new Promise(setImmediate)
})

test('bad rows are left out, wherever they are, and the run continues', async (t) => {
  const text = `${HEADER}${'bad\n'.repeat(900)}${rows(1_100).join('')}`
  const { samples, summary } = await readText(t, text)
  assert.equal(samples.length, 1_100)
  assert.deepEqual([summary.rows, summary.bad, summary.used], [2_000, 900, 1_100])
  assert.equal(summary.firstBad.length, 10)
  assert.deepEqual(summary.firstBad[0], { line: 2, reason: '1 fields, but the header has 4' })
})

test('a file of which most rows make no sense is not understood: the run stops, early, and says which were bad', async (t) => {
  const text =
    HEADER +
    rows(10_000)
      .map((row, i) => (i % 3 === 0 ? row : 'web,never,1,1\n'))
      .join('')
  await refuses(
    readText(t, text),
    /667 of the first 1001 rows make no sense, so the file is not understood/,
    /--columns, --delimiter/,
    /line 3: timestamp "never" is no time/,
  )
  await refuses(readText(t, `${HEADER}${rows(1).join('')}bad\nbad\n`), /2 of the first 3 rows make no sense/)
})

test('one odd row ends the run with strict alone', async (t) => {
  const text = `${HEADER}${rows(2).join('')}bad\n`
  assert.equal((await readText(t, text)).samples.length, 2)
  await refuses(readText(t, text, { file: { strict: true } }), /line 4: 1 fields.*Without --strict it is left out/)
  const ahead = `${HEADER}${rows(2).join('')}web,1855699200,1,1\n`
  await refuses(readText(t, ahead, { file: { strict: true, nowSeconds: () => 1_700_000_000 } }), /line 4: its time/)
})

test('bad rows are told of also when the run stops', async (t) => {
  const path = join(temporaryDirectory(t), 'history.csv')
  writeFileSync(path, `${HEADER}bad\n`)
  let told = 0
  await refuses(collect(fileHistory(path, { onSummary: ({ bad }) => (told = bad) })), /1 of the first 1 rows/)
  assert.equal(told, 1)
})

test('a sample later than the clock is left out and named; minutes between two clocks are nothing', async (t) => {
  const nowSeconds = () => ROW_SECONDS + 10
  const { samples, summary } = await readText(
    t,
    `${HEADER}${rows(10).join('')}web,${ROW_SECONDS + 200},1,1\nweb,1855699200,1,1\nweb,${ROW_SECONDS + 201},1,1\n`,
    { file: { nowSeconds } },
  )
  assert.equal(samples.length, 12)
  assert.equal(summary.leftOut.future, 1)
  assert.deepEqual(summary.firstFuture, [{ line: 13, reason: 'its time, 2028-10-21T00:00:00.000Z, is in the future' }])
  await refuses(
    readText(t, HEADER + rows(3).join(''), { file: { nowSeconds: () => 1 } }),
    /all of its rows are in the future of this machine's clock/,
  )
})

for (const [what, content, ...parts] of [
  ['empty', '', /history is empty/],
  ['blank', '\n\n\r\n', /no usage history: it is blank/],
  ['a header only', HEADER, /no usage history: it has a header and no rows/],
  [
    'without a header',
    rows(3).join(''),
    /line 1 is neither .* nor a CSV header with workload, timestamp, cpu_cores, memory_bytes/,
  ],
  [
    'a header that lacks a column',
    'workload,cpu_cores,memory_bytes\nweb,1,1\n',
    /with timestamp\. A history needs the time of each row/,
  ],
  ['a header with a column twice', `pod,pod,${HEADER}`, /has the column pod twice/],
  ['binary', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)), /is not text/],
  ['binary without a line end', Buffer.alloc(300_000, 0xab), /is not text/],
  ['zeros', Buffer.alloc(1_000_000), /is not text/],
  ['gzip of nothing', gzipSync(''), /no usage history: it is blank/],
  ['gzip that is cut short', gzipSync(HEADER + rows(5_000).join('')).subarray(0, -2_000), /gzip data ends too early/],
  ['gzip that is cut after its magic', Buffer.from([0x1f, 0x8b]), /gzip data ends too early/],
  ['gzip that is damaged', damaged(gzipSync(HEADER + rows(5_000).join(''))), /gzip data is damaged/],
  ['gzip in gzip', gzipSync(gzipSync(HEADER + rows(5).join(''))), /is not text/],
] as const) {
  test(`a file that is ${what} gets a clear error`, async (t) => {
    await refuses(readText(t, content), /history/, ...parts)
  })
}

function damaged(gzip: Buffer): Buffer {
  gzip.fill(0xff, 200, 260)
  return gzip
}

test('a path that is no file gets a clear error', async (t) => {
  const directory = temporaryDirectory(t)
  await refuses(collect(fileHistory(directory)), /is a directory/)
  await refuses(collect(fileHistory(join(directory, 'nothing'))), /nothing: there is no such file/)
  await refuses(collect(fileHistory('/dev/null')), /is not a regular file/)
})

test('a file that may not be read gets a clear error', async (t: TestContext) => {
  const directory = join(temporaryDirectory(t), 'closed')
  const path = join(directory, 'history.csv')
  mkdirSync(directory)
  writeFileSync(path, HEADER)
  chmodSync(path, 0)
  // Nothing is closed to root: become nobody for as long as it takes.
  const root = process.geteuid?.() === 0
  if (root) {
    chmodSync(join(directory, '..'), 0o755)
    process.seteuid!(65534)
  }
  try {
    await refuses(collect(fileHistory(path)), /history\.csv may not be read/)
  } finally {
    if (root) process.seteuid!(0)
  }
})

test('a window keeps the samples in it, and the rest is still checked', async (t) => {
  const { samples, summary } = await readText(t, `${HEADER}${rows(200).join('')}bad\n`, {
    window: { fromSeconds: ROW_SECONDS + 10, toSeconds: ROW_SECONDS + 12 },
  })
  assert.deepEqual(
    samples.map(({ timestampSeconds }) => timestampSeconds - ROW_SECONDS),
    [10, 11],
  )
  assert.equal(summary.rows, 201)
})
