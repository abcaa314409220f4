import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { startPrometheus, whyNoPrometheus } from '../prometheus/real-prometheus.ts'
import { Plimsoll, plimsoll } from './plimsoll.ts'

const run = promisify(execFile)
const ESCAPE = '\u001B'

let folder: string
let folders = 0
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-start-'))
})
after(() => rm(folder, { recursive: true }))

/** A folder for `--data` that no other run has. */
const data = () => join(folder, `data-${++folders}`)
const local = () => ['start', '--port', '0', '--data', data()]

/** Two days of usage, five minutes apart. */
async function historyFile(name: string, ...workloads: readonly string[]): Promise<string> {
  const rows = ['namespace,kind,workload,timestamp,cpu_cores,memory_bytes']
  for (const workload of workloads) {
    for (let i = 0; i < 2 * 288; i++) {
      rows.push(
        `${workload},${1_767_225_600 + i * 300},${(0.1 + (i % 12) / 100).toFixed(2)},${(200 + (i % 50)) * 2 ** 20}`,
      )
    }
  }
  const file = join(folder, name)
  await writeFile(file, `${rows.join('\n')}\n`)
  return file
}

test('without a word about history, `start` learns from the recording that ships with it, and says so', async () => {
  const { code, stdout, stderr } = await plimsoll(...local(), '--once')
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.match(stdout, /^Learning from a recording of real containers/m)
  assert.match(stdout, /^Learned 7 workloads from 867 samples/m)
  assert.match(stdout, /^ {2}shop\/checkout ×3\n {4}envoy +100m → \d+m/m)
  assert.match(stdout, /^ {6}there is no recommendation for this workload yet$/m)
})

test('`start --synthetic --once` learns, stores, serves, sends the examples and shows what came of them, on stdout alone', async () => {
  const directory = data()
  const { code, stdout, stderr } = await plimsoll('start', '--once', '--synthetic', '--port', '0', '--data', directory)
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.match(stdout, /^Learning from synthetic history/m)
  assert.match(stdout, /^Learned 13 workloads from [\d,]{6,} samples in \d+\.\d s, peak RSS \d+ MB\.$/m)
  assert.match(
    stdout,
    /^Sent 10 Pods to https:\/\/127\.0\.0\.1:\d+\/mutate\/auto as kube-apiserver would:\s10\schanged\.$/m,
  )
  for (const name of [
    'storefront',
    'checkout',
    'cart',
    'catalog',
    'payments',
    'orders',
    'postgres',
    'nightly-report',
  ]) {
    assert.match(stdout, new RegExp(`^  shop/${name}\\b`, 'm'))
  }
  assert.match(stdout, /^ {2}all 19 Pods .* → .* → .* \$[\d,.]+$/m)
  assert.match(stdout, /^[-] +cpu: 1500m$/m)
  assert.match(stdout, /^[+] +plimsoll\.dev\/decision: '\{"revision":1,.*\}'$/m)
  assert.ok(!stdout.includes(ESCAPE), 'no colours and no cursor movements without a terminal')
  assert.equal((await readdir(join(directory, 'recommendations'))).length, 13)
})

test('FORCE_COLOR brings colours without a terminal, and NO_COLOR none', async () => {
  const history = await historyFile('colours.csv', 'shop,Deployment,cart')
  const coloured = new Plimsoll([...local(), '--once', '--history', history], { env: { FORCE_COLOR: '1' } })
  const plain = new Plimsoll([...local(), '--once', '--history', history], { env: { NO_COLOR: '1' } })
  assert.deepEqual([await coloured.exitCode, await plain.exitCode], [0, 0])
  assert.ok(coloured.stdout.includes(`${ESCAPE}[32m`))
  assert.ok(!plain.stdout.includes(ESCAPE))
})

test('a port that is in use is reported immediately, with what to do', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.after(() => taken.close())
  const port = String((taken.address() as AddressInfo).port)
  for (const args of [
    ['--port', port],
    ['--port', '0', '--ops-port', port],
  ]) {
    const { code, stdout, stderr } = await plimsoll('start', '--once', '--data', data(), ...args)
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`^plimsoll: 127\\.0\\.0\\.1:${port}: the port is in use by another process\\..*--port 0.*\\n$`),
    )
    assert.doesNotMatch(stdout, /Learn/)
  }
})

test('a history that cannot be read is reported with its name and the reason, without a stack trace', async () => {
  const missing = await plimsoll(...local(), '--once', '--history', join(folder, 'missing.csv'))
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /^plimsoll: .*missing\.csv/)
  assert.doesNotMatch(missing.stderr, /^ +at /m)
  const file = join(folder, 'bad.csv')
  await writeFile(file, 'workload,timestamp,cpu_cores,memory_bytes\nweb,yesterday,1,1\n')
  const bad = await plimsoll(...local(), '--once', '--history', file)
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /^plimsoll: .*bad\.csv.*\n {2}line 2: /)
})

test('the largest workloads of an unknown history are sent without requests, and the output says so', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `default,Deployment,vm-${i}`)
  const history = await historyFile('vms.csv', ...names)
  const { code, stdout, stderr } = await plimsoll(...local(), '--once', '--history', history)
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.match(stdout, /^Learned 12 workloads from 6,912 samples/m)
  assert.match(stdout, /does not say what its\s+workloads request/)
  assert.equal(stdout.match(/^ {2}default\/vm-\d+ ×1 +none → \d+m +none → \d+Mi$/gm)?.length, 10)
  assert.doesNotMatch(stdout, /\$/)
})

test("one's own Pods and history meet: values, money at one's own prices, and what has no history says so", async () => {
  const history = await historyFile('own.csv', 'default,StatefulSet,db')
  const manifests = join(folder, 'own.yaml')
  const container = '{name: db, resources: {requests: {cpu: 2, memory: 1Gi}}}'
  const spec = `{template: {spec: {containers: [${container}]}}}`
  await writeFile(
    manifests,
    `kind: StatefulSet\nmetadata: {name: db}\nspec: ${spec}\n---\nkind: DaemonSet\nmetadata: {name: db}\nspec: ${spec}\n`,
  )
  const prices = ['--cpu-price', '10', '--memory-price', '0']
  const { code, stdout } = await plimsoll(...local(), '--once', '--history', history, '--pods', manifests, ...prices)
  assert.equal(code, 0)
  assert.match(stdout, /as kube-apiserver would:\s1\schanged/)
  const [, after, saved] = /^ {2}default\/db ×1 +2 → (\d+)m +1Gi → \d+Mi +\$([\d,.]+)$/m.exec(stdout)!
  assert.equal(saved!.replaceAll(',', ''), ((2 - Number(after) / 1000) * 10 * 730).toFixed(2))
  assert.match(stdout, /^ {2}default\/db +2 {3}kept .*\n +there is no recommendation for this workload yet$/m)
})

test('the next history replaces what the one before taught', async () => {
  const directory = data()
  const learn = async (name: string) => {
    const history = await historyFile(`${name}.csv`, `default,Deployment,${name}`)
    await plimsoll('start', '--once', '--port', '0', '--data', directory, '--history', history)
    return readdir(join(directory, 'recommendations'))
  }
  assert.deepEqual(await learn('first'), ['default.deployment-first.json'])
  assert.deepEqual(await learn('second'), ['default.deployment-second.json'])
})

test('a real Prometheus is learned from as well', { skip: whyNoPrometheus() ?? false }, async (t) => {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const series = (name: string, valueAt: (step: number) => number) =>
    Array.from({ length: 2 * 1_440 }, (_, i) => {
      const labels = 'namespace="shop",pod="cart-7bc657c9c6-hx2kq",container="cart"'
      return `${name}{${labels}} ${valueAt(i)} ${nowSeconds - (2 * 1_440 - i) * 60}`
    })
  const memory = series('container_memory_working_set_bytes', (i) => (200 + (i % 50)) * 2 ** 20)
  const cpu = series('container_cpu_usage_seconds_total', (i) => i * 60 * 0.15)
  const text = [
    '# TYPE container_memory_working_set_bytes gauge',
    ...memory,
    '# TYPE container_cpu_usage_seconds counter',
    ...cpu,
    '# EOF',
    '',
  ].join('\n')
  const prometheus = await startPrometheus(text)
  t.after(() => prometheus.stop())
  const { code, stdout, stderr } = await plimsoll(...local(), '--once', '--prometheus', prometheus.url)
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.match(stdout, /^Learning from Prometheus http:\/\/127\.0\.0\.1:\d+ …$/m)
  assert.match(stdout, /^ {2}shop\/cart ×2 +50m → 1[5-6]\dm +256Mi → \d+Mi /m)
})

test('mistakes in manifests are reported with file and line before anything else happens', async () => {
  const file = join(folder, 'mistake.yaml')
  await writeFile(file, 'kind: Pod\nmetadata: {name: a}\nspec:\n  containers: none\n')
  const { code, stdout, stderr } = await plimsoll(...local(), '--once', '--pods', file)
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^plimsoll: .*mistake\.yaml: no object that creates Pods\./)
  assert.match(stderr, /mistake\.yaml:4: Pod: spec\.containers: /)
})

test('a data folder that cannot be used is reported with what to do', async () => {
  const file = join(folder, 'a-file')
  await writeFile(file, '')
  const { code, stderr } = await plimsoll('start', '--once', '--port', '0', '--data', join(file, 'data'))
  assert.equal(code, 1)
  assert.match(stderr, /^plimsoll: .*a-file.*--data/)
  assert.doesNotMatch(stderr, /^ +at /m)
})

test('it keeps serving: the curl line works when pasted, its answer is printed, and Ctrl-C drains', async (t) => {
  const history = await historyFile('serve.csv', 'shop,Deployment,cart')
  const cwd = join(folder, 'cwd with blanks')
  await mkdir(cwd)
  const serving = new Plimsoll(['start', '--port', '0', '--history', history], { cwd })
  t.after(() => serving.signal('SIGKILL'))
  await serving.printed('--prometheus http')
  const [, curl] = /\n {2}(curl .*\\\n.*\\\n.*)\n/.exec(serving.stdout)!
  if (await hasCurl()) {
    const { stdout } = await run('sh', ['-c', `${curl} --silent --show-error --fail`], { cwd })
    assert.equal(JSON.parse(stdout).response.allowed, true)
    await serving.printed(/^Pod shop\/.*\(.*\)$/m)
  } else {
    t.diagnostic('curl is not installed: the line was not pasted')
  }
  const busy = await plimsoll('start', '--once', '--port', '0', '--data', join(cwd, '.plimsoll'))
  assert.equal(busy.code, 1)
  assert.match(busy.stderr, /\.plimsoll is in use by process \d+: .*--data/)

  serving.signal('SIGINT')
  await serving.printed('Ctrl-C again to stop immediately')
  assert.equal(await serving.exitCode, 0)
  assert.equal(serving.stderr, '')
})

test('a second Ctrl-C ends at once', async (t) => {
  const history = await historyFile('twice.csv', 'shop,Deployment,cart')
  const serving = new Plimsoll([...local(), '--history', history])
  t.after(() => serving.signal('SIGKILL'))
  await serving.printed('--prometheus http')
  // Somebody is still connected, which holds up the drain.
  const socket = connect(Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(serving.stdout)![1]), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => {}) // it is cut off in the end
  await once(socket, 'connect')
  serving.signal('SIGINT')
  await serving.printed('Ctrl-C again to stop immediately')
  serving.signal('SIGINT')
  assert.equal(await serving.exitCode, 130)
})

async function hasCurl(): Promise<boolean> {
  return run('curl', ['--version']).then(
    () => true,
    () => false,
  )
}
