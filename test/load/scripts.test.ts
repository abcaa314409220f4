// The wrappers with the real programs: k6 as `node test/cluster/build.ts k6` builds it, Locust where this machine has it.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type FinishedLoad, type Load, type LoadContext, loadManifests, loadResult, TERMINATION_LOG } from '../../src/load/index.ts'
import { serve } from '../load-generator/server.ts'
import { CONTEXT, type JobParts } from './context.ts'

const K6 = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plimsoll', 'k6-v1.8.1', 'bin', 'k6')
const LOCUST = process.env.PLIMSOLL_TEST_LOCUST ?? 'locust'
const noK6 = !existsSync(K6) && `no k6: node test/cluster/build.ts k6`
const noLocust =
  spawnSync(LOCUST, ['--version']).status !== 0 && 'no Locust: pip install locust, or PLIMSOLL_TEST_LOCUST=<path>'

/** Runs the Job of a load as its container would. The folder of scripts and the termination message are in a temporary folder. */
async function runJob(t: TestContext, load: Load, program: string, scripts: Readonly<Record<string, string>> = {}, context: LoadContext = CONTEXT) {
  const directory = mkdtempSync(join(tmpdir(), 'load-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [configMap, job] = loadManifests(load, context).objects as unknown as [
    { data: Record<string, string> },
    JobParts,
  ]
  const log = join(directory, basename(TERMINATION_LOG))
  writeFileSync(log, '')
  for (const [name, text] of Object.entries({ ...scripts, ...configMap.data }))
    writeFileSync(join(directory, name), text.replaceAll(TERMINATION_LOG, log))
  const { command = [], args = [] } = job.spec.template.spec.containers[0]!
  const [, ...rest] = [...command, ...args].map((argument) => argument.replaceAll('/load/', `${directory}/`))
  const { exitCode, output } = await new Promise<{ exitCode: number; output: string }>((resolve) => {
    execFile(program, rest, { cwd: '/' }, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })
  const message = readFileSync(log, 'utf8') || output
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message }
  const result = loadResult({}, [{ status: { containerStatuses: [{ name: 'load', state: { terminated } }] } }])
  return { result: result as FinishedLoad, files: directory, output }
}

async function url(t: TestContext, milliseconds = 20): Promise<string> {
  const server = await serve((request, response) => {
    response.statusCode = request.url === '/missing' ? 404 : 200
    setTimeout(() => response.end(), milliseconds)
  })
  t.after(() => server.close())
  return server.url
}

const arrivalRate = (options: object) => `
import http from 'k6/http'
export const options = { scenarios: { load: { executor: 'constant-arrival-rate', rate: 50, timeUnit: '1s', duration: '2s', preAllocatedVUs: 20, ${JSON.stringify(options).slice(1, -1)} } } }
`

describe('a k6 script', { skip: noK6, concurrency: 2 }, () => {
  it('runs as it is, and its result is read', async (t) => {
    const script = `${arrivalRate({})}export default function () { http.get('${await url(t, 50)}') }`
    const { result, output } = await runJob(t, { name: 'normal', k6: { script } }, K6)
    assert.equal(result.kind, 'finished', output)
    assert.ok(result.requests >= 99 && result.requests <= 101, `${result.requests}`)
    assert.equal(result.failed, 0)
    assert.equal(result.throttled, undefined)
    assert.ok(result.latencyMilliseconds.p50! >= 49 && result.latencyMilliseconds.p50! < 350)
    assert.ok(result.sentPerSecond > 35 && result.sentPerSecond < 55, `${result.sentPerSecond}`)
  })

  it('is ended early where it is hopeless, and keeps its own thresholds', async (t) => {
    const options = { duration: '60s' }
    const thresholds = `options.thresholds = { http_req_duration: ['max<60000'] }`
    const script = `${arrivalRate(options)}${thresholds}
export default function () { http.get('${await url(t, 100)}') }`
    const context = { ...CONTEXT, hopeless: { percentile: 95, milliseconds: 50, errorShare: 0.1 } as const }
    const { result, output } = await runJob(t, { name: 'normal', k6: { script } }, K6, {}, context)
    assert.equal(result.aborted, 'http_req_duration: med<50', output)
    assert.deepEqual(result.notMet, ['http_req_duration: med<50'])
    assert.ok(result.requests < 50 * 40, `${result.requests}`)
  })

  it('keeps its own handleSummary, scenarios that name functions, and files beside it', async (t) => {
    const scripts = {
      'load.js': `
import http from 'k6/http'
import { where } from './where.js'
const path = open('./path.txt').trim()
export const options = { scenarios: { load: { executor: 'per-vu-iterations', exec: 'browse', vus: 2, iterations: 3 } } }
export function setup() { return { n: 1 } }
export function browse({ n }) { if (n === 1) http.get(where + path) }
export function handleSummary() { return { stdout: 'my own summary' } }
`,
      'where.js': `export const where = '${await url(t)}'`,
      'path.txt': 'missing\n',
    }
    const load = { name: 'normal', k6: { configMap: { name: 'scripts', key: 'load.js' } } }
    const { result, output } = await runJob(t, load, K6, scripts)
    assert.deepEqual([result.kind, result.requests, result.failed], ['finished', 6, 6], output)
    assert.match(output, /my own summary/)
  })

  it('that could not send everything says how much it dropped', async (t) => {
    const options = arrivalRate({ preAllocatedVUs: 1, maxVUs: 1 })
    const script = `${options}export default function () { http.get('${await url(t, 200)}') }`
    const { result } = await runJob(t, { name: 'normal', k6: { script } }, K6)
    assert.ok(result.dropped! > 50, `${result.dropped}`)
  })

  it('whose thresholds are not met still has a result', async (t) => {
    const script = `
import http from 'k6/http'
export const options = { iterations: 3, thresholds: { http_req_duration: ['p(95)<1'] } }
export default function () { http.get('${await url(t)}') }`
    const { result } = await runJob(t, { name: 'normal', k6: { script } }, K6)
    assert.deepEqual([result.kind, result.requests, result.notMet], ['finished', 3, ['http_req_duration: p(95)<1']])
  })

  it('with a mistake is a failure that quotes k6', async (t) => {
    const { result } = await runJob(t, { name: 'normal', k6: { script: 'export default function () {' } }, K6)
    const { kind, reason } = result as unknown as { kind: string; reason: string }
    assert.equal(kind, 'failed')
    assert.match(reason, /exit code 107: .*SyntaxError|exit code 107: .*load\.js/s)
  })
})

describe('a Locust file', { skip: noLocust, concurrency: 2 }, () => {
  const file = (path: string) => `
from locust import HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.05)

    @task
    def cart(self):
        self.client.get("${path}")
`

  it('runs as it is without its warm-up, and its result is read', async (t) => {
    const locust = { script: file('/'), users: 4, host: (await url(t, 50)).slice(0, -1) }
    const load = { name: 'normal', locust, duration: '3s', warmUp: '2s' }
    const { result, output } = await runJob(t, load, LOCUST)
    assert.equal(result.kind, 'finished', output)
    assert.equal(result.failed, 0)
    // Four users take 100 ms each, for three of the five seconds; fewer where this machine is busy.
    assert.ok(result.requests > 10 && result.requests <= 130, `${result.requests}`)
    assert.ok(result.latencyMilliseconds.p95! >= 49 && result.latencyMilliseconds.p95! < 350)
    assert.ok(result.sentPerSecond > 3 && result.sentPerSecond <= 44, `${result.sentPerSecond}`)
  })

  it('whose requests fail still has a result', async (t) => {
    const locust = { script: file('/missing'), users: 2, host: (await url(t)).slice(0, -1) }
    const { result } = await runJob(t, { name: 'normal', locust, duration: '2s', warmUp: '1s' }, LOCUST)
    assert.equal(result.kind, 'finished')
    assert.ok(result.failed > 0 && result.failed === result.requests)
  })
})
