import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type SuperviseOptions, supervise } from '../../src/supervisor/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { until } from '../cluster/harness/until.ts'
import { Plimsoll } from '../commands/plimsoll.ts'
import { eventually } from '../webhook/harness.ts'

const TIMES = {
  firstWaitMilliseconds: 4,
  longestWaitMilliseconds: 30,
  steadyMilliseconds: 60_000,
  graceMilliseconds: 60_000,
}
const CRASH = 'process.exit(3)'
const WORK = "setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0)); console.log('working')"
const STUBBORN = "setInterval(() => {}, 1000); process.on('SIGTERM', () => console.log('no')); console.log('working')"

interface Line {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** Supervises `node -e` programs: the n-th start runs the n-th, from then on the last. */
function supervised(t: TestContext, programs: readonly string[], options: Partial<SuperviseOptions> = {}) {
  const signals = new EventEmitter()
  const logs: Line[] = []
  const workers: ChildProcess[] = []
  let output = ''
  const start = () => {
    const program = programs[Math.min(workers.length, programs.length - 1)]!
    const worker = spawn(process.execPath, ['--max-old-space-size=30', '-e', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    worker.stdout!.on('data', (text) => {
      output += text
    })
    workers.push(worker)
    return worker
  }
  const logger = createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) })
  const ended = supervise({ start, logger, signals, times: TIMES, random: () => 1, ...options })
  t.after(async () => {
    // Twice, so that it ends whatever it runs.
    signals.emit('SIGTERM')
    signals.emit('SIGTERM')
    await ended
  })
  const ends = () => logs.filter(({ level }) => level === 'error')
  return { signals, workers, ended, logs, ends, output: () => output }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

test('a worker that crashes at once is started again and again, each time after a longer wait, up to a bound', async (t) => {
  const { ends, workers } = supervised(t, [CRASH])
  await eventually(() => assert.ok(ends().length >= 6))
  assert.deepEqual(
    ends()
      .slice(0, 6)
      .map(({ waitMilliseconds }) => waitMilliseconds),
    [4, 8, 16, 30, 30, 30],
  )
  assert.equal(ends()[0]!.exitCode, 3)
  assert.ok(workers.length >= 6)
})

test('a wait is anything between nothing and the bound', async (t) => {
  const chances = [0, 0.5, 0.25]
  const { ends } = supervised(t, [CRASH], { random: () => chances.shift() ?? 0 })
  await eventually(() => assert.ok(ends().length >= 3))
  assert.deepEqual(
    ends()
      .slice(0, 3)
      .map(({ waitMilliseconds }) => waitMilliseconds),
    [0, 4, 4],
  )
})

test('after a worker that ran well for a while, the waits start again', async (t) => {
  const slow = 'setTimeout(() => process.exit(3), 600)'
  const times = { ...TIMES, steadyMilliseconds: 600 }
  const { ends } = supervised(t, [CRASH, CRASH, slow, CRASH], { times })
  await eventually(() => assert.ok(ends().length >= 4))
  const ran = ends()
    .slice(0, 4)
    .map(({ ranMilliseconds }) => Number(ranMilliseconds) >= 600)
  // A busy machine may take as long to start a program that crashes at once.
  if (ran[0] || ran[1] || ran[3]) return t.skip('this machine is too slow to tell the two apart')
  assert.deepEqual(
    ends()
      .slice(0, 4)
      .map(({ waitMilliseconds }) => waitMilliseconds),
    [4, 8, 4, 8],
  )
})

test('a worker whose heap is full ends with a signal, and is started again', async (t) => {
  const { ends, output } = supervised(t, ['const all = []; for (;;) all.push(new Array(1000).fill({}))', WORK])
  await eventually(() => assert.match(output(), /working/))
  const { exitCode, signal } = ends()[0]!
  assert.ok(signal === 'SIGABRT' || exitCode === 134, `${signal} ${exitCode}`)
})

test('a worker that is killed from outside is started again', async (t) => {
  const { ends, workers, output } = supervised(t, [WORK])
  await eventually(() => assert.match(output(), /working/))
  workers[0]!.kill('SIGKILL')
  await eventually(() => assert.equal(output(), 'working\nworking\n'))
  assert.equal(ends()[0]!.signal, 'SIGKILL')
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} is passed on as SIGTERM; the worker ends in its own time, and then so does everything`, async (t) => {
    const { signals, workers, ended, ends, output } = supervised(t, [WORK])
    await eventually(() => assert.match(output(), /working/))
    signals.emit(signal)
    assert.equal(await ended, 0)
    assert.equal(workers[0]!.exitCode, 0)
    assert.equal(workers.length, 1)
    assert.deepEqual(ends(), [])
    assert.equal(signals.listenerCount(signal), 0)
  })
}

test('a worker that hangs on SIGTERM is killed after the grace time', async (t) => {
  const { signals, workers, ended, logs, output } = supervised(t, [STUBBORN], {
    times: { ...TIMES, graceMilliseconds: 100 },
  })
  await eventually(() => assert.match(output(), /working/))
  signals.emit('SIGTERM')
  assert.equal(await ended, 0)
  assert.equal(workers[0]!.signalCode, 'SIGKILL')
  assert.ok(logs.some(({ msg }) => msg === 'the worker did not end in time, and is killed'))
})

test('a second signal kills the worker at once, and the exit code tells', async (t) => {
  const { signals, workers, ended, output } = supervised(t, [STUBBORN])
  await eventually(() => assert.match(output(), /working/))
  signals.emit('SIGTERM')
  await eventually(() => assert.match(output(), /no/))
  assert.ok(isAlive(workers[0]!))
  signals.emit('SIGTERM')
  assert.equal(await ended, 143)
  assert.equal(workers[0]!.signalCode, 'SIGKILL')
})

test('SIGTERM between two workers ends everything at once', async (t) => {
  const times = { ...TIMES, firstWaitMilliseconds: 60_000, longestWaitMilliseconds: 60_000 }
  const { signals, workers, ended, ends } = supervised(t, [CRASH], { times })
  await eventually(() => assert.equal(ends().length, 1))
  signals.emit('SIGTERM')
  assert.equal(await ended, 0)
  assert.equal(workers.length, 1)
})

test('a worker that cannot be started at all is tried again, whether starting throws or fails later', async (t) => {
  let starts = 0
  const start = () => {
    starts++
    if (starts === 1) throw new Error('EAGAIN')
    if (starts === 2) return spawn('/nonexistent/program', [])
    return spawn(process.execPath, ['-e', WORK])
  }
  const { ends, logs } = supervised(t, [], { start })
  await eventually(() => assert.ok(logs.some(({ msg }) => msg === 'worker started')))
  const errors = ends().map(({ error }) => (error as { message: string }).message)
  assert.match(errors.join(), /^EAGAIN,spawn \/nonexistent\/program ENOENT$/)
})

test('the command itself: a learner without a cluster fails for ever, the supervisor stays, and SIGTERM ends it with 0', async (t) => {
  const env = { KUBECONFIG: '/nonexistent/kubeconfig', HOME: '/nonexistent' }
  const run = new Plimsoll(['supervise', '--', 'learner', '--log-level', 'info'], { env })
  t.after(() => run.signal('SIGKILL'))
  const failed = /"worker ended; it will be started again"/
  await until('the worker to fail', () => failed.test(run.stderr), { timeoutMilliseconds: 60_000 })
  assert.match(run.stderr, /"exitCode":1,/)
  assert.match(run.stderr, /nonexistent\/kubeconfig/, "the worker's own words")
  run.signal('SIGTERM')
  assert.equal(await run.exitCode, 0)
})

test('without a command to supervise it says so', async () => {
  const run = new Plimsoll(['supervise'])
  assert.equal(await run.exitCode, 2)
  assert.match(run.stderr, /missing required argument 'command'/)
  assert.equal(run.stdout, '')
})
